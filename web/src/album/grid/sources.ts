// Where a picture comes from, for the browser to choose.

import type { Picture } from '../../client';

/** srcSet lists the variants. */
export function srcSet(variants: readonly Picture[]): string {
  return variants.map((v) => `${v.url} ${v.width}w`).join(', ');
}

/** sizesOf says how wide it is shown, in CSS pixels. */
export function sizesOf(width: number): string {
  return `${Math.ceil(width)}px`;
}
