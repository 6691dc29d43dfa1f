// Cuts a list into chunks that are laid out each for itself, so that what comes
// or goes moves its own chunk and no other.

const least = 6;
const most = 40;
const oneIn = 16;

/**
 * chunks cuts by the identifiers themselves, not by counting: where a cut falls
 * does not depend on how many items came before, so a new one at the front
 * changes the first chunk alone (cuts meet again at the next common one).
 */
export function chunks<T extends { id: string }>(items: readonly T[]): T[][] {
  const all: T[][] = [];
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length >= most || (chunk.length >= least && hash(item.id) % oneIn === 0)) {
      all.push(chunk);
      chunk = [];
    }
  }
  if (chunk.length > 0) all.push(chunk);
  return all;
}

/** hash is FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
