/** mostAtOnce is how many media one request of the API takes. */
export const mostAtOnce = 50;

/** batches cuts a list into what single requests take. */
export function batches<T>(all: readonly T[], size = mostAtOnce): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < all.length; i += size) out.push(all.slice(i, i + size));
  return out;
}
