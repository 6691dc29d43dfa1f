import type { Clock } from './clock';
import type { Medium } from './model';

/** How often addresses are looked at. In milliseconds; they live for hours. */
const lookEvery = 5 * 60_000;

/** Whether an address of a medium's files ends before a moment. */
export const endsBefore = (m: Medium, moment: number): boolean =>
  [...m.variants, m.playback, m.download].some((file) => file !== null && Date.parse(file.expiresAt) < moment);

/** The watch over the addresses that a page shows. */
export interface AddressWatch {
  /** Looks now: timers stand still while a device sleeps. */
  look(): void;
  stop(): void;
}

/** Calls `renew` again and again with the moment before which what ends is to be read again, 5 to 10 minutes ahead. */
export function watchAddresses(clock: Clock, renew: (before: number) => void): AddressWatch {
  let cancel = () => undefined as void;
  const wait = () => {
    cancel();
    cancel = clock.after(lookEvery, look);
  };
  const look = () => {
    wait();
    renew(clock.now() + 2 * lookEvery);
  };
  wait();
  return { look, stop: () => cancel() };
}
