// Dates, numbers and sizes, as the language writes them.

import { writeCount } from './count';
import { catalogues, type Language } from './language';

/** Format writes values for one language. Times are RFC 3339. */
export interface Format {
  number(n: number): string;
  percent(share: number): string;
  date(time: string): string;
  dateTime(time: string): string;
  /** ago gives "5 minutes ago" up to a week, then a date. */
  ago(time: string, now: number): string;
  bytes(n: number): string;
  /** duration gives m:ss or h:mm:ss. */
  duration(ms: number): string;
  seconds(n: number): string;
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function makeFormat(language: Language): Format {
  const percent = once(() => new Intl.NumberFormat(language, { style: 'percent' }));
  // As Intl would, whose first use takes some 15 ms: the head of an album is not to wait for that.
  const date = (time: string) => {
    const at = new Date(time);
    return catalogues[language].date(at.getFullYear(), at.getMonth(), at.getDate());
  };
  const dateTime = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }));
  const relative = once(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
  return {
    number: (n) => writeCount(n, language),
    percent: (share) => percent().format(share),
    date,
    dateTime: (time) => dateTime().format(new Date(time)),
    ago(time, now) {
      const past = Math.max(0, now - Date.parse(time));
      if (past >= 7 * 86_400_000) return date(time);
      for (const [unit, ms] of steps) if (past >= ms) return relative().format(-Math.floor(past / ms), unit);
      return relative().format(0, 'second');
    },
    bytes(n) {
      let i = 0;
      for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
      const digits = i === 0 || n >= 100 ? 0 : 1;
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: units[i],
        unitDisplay: 'short',
        maximumFractionDigits: digits,
      }).format(n);
    },
    duration: clock,
    seconds: (n) =>
      new Intl.NumberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(Math.ceil(n)),
  };
}

/** once makes something when it is first needed: a formatter takes milliseconds, and most pages need two of them. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function clock(ms: number): string {
  const s = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
