// Dates, numbers and sizes, as the language writes them.

import type { Language } from './language';

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
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    number: (n) => number.format(n),
    percent: (share) => percent.format(share),
    date: (time) => date.format(new Date(time)),
    dateTime: (time) => dateTime.format(new Date(time)),
    ago(time, now) {
      const past = Math.max(0, now - Date.parse(time));
      if (past >= 7 * 86_400_000) return date.format(new Date(time));
      for (const [unit, ms] of steps) if (past >= ms) return relative.format(-Math.floor(past / ms), unit);
      return relative.format(0, 'second');
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

function clock(ms: number): string {
  const s = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
