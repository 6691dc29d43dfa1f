// The whole grid: chunks below one another, each with its rows.

import { chunks } from './chunks';
import { ratioOf, rows, type Box } from './rows';

/** gap is what lies between two tiles, in pixels. */
export const gap = 4;

export interface Item {
  id: string;
  width: number;
  height: number;
}

export interface Chunk<T> {
  /** key is the identifier of the chunk's last item, which the cut hangs on. */
  key: string;
  items: readonly T[];
  boxes: readonly Box[];
  top: number;
  height: number;
  /** first is the index of its first item in the whole list. */
  first: number;
}

export interface Layout<T> {
  chunks: readonly Chunk<T>[];
  height: number;
}

/** targetHeight is how high rows should be, by the page's width. */
export function targetHeight(width: number): number {
  if (width < 480) return 130;
  if (width < 900) return 180;
  return 230;
}

export function layout<T extends Item>(items: readonly T[], width: number, gap: number): Layout<T> {
  const cut = chunks(items);
  const out: Chunk<T>[] = [];
  let top = 0;
  let first = 0;
  for (const [i, part] of cut.entries()) {
    const sized = part.map((m) => ({ id: m.id, ratio: ratioOf(m.width, m.height) }));
    const made = rows(sized, { width, height: targetHeight(width), gap, open: i === cut.length - 1 });
    out.push({ key: part[part.length - 1]!.id, items: part, boxes: made.boxes, top, height: made.height, first });
    top += made.height + gap;
    first += part.length;
  }
  return { chunks: out, height: Math.max(0, top - gap) };
}

/** within gives the indexes [from, to) of the chunks that touch a stretch of the page. */
export function within<T>(all: Layout<T>, top: number, bottom: number): [number, number] {
  let from = 0;
  while (from < all.chunks.length && all.chunks[from]!.top + all.chunks[from]!.height < top) from++;
  let to = from;
  while (to < all.chunks.length && all.chunks[to]!.top <= bottom) to++;
  return [from, to];
}
