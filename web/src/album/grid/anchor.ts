// Keeps the place: what a person looks at stays where it is on the screen while
// the list changes above it.

import type { Item, Layout } from './layout';

export interface Anchor {
  id: string;
  /** offset is how far the item's top is below the looked-at line, in pixels; negative above. */
  offset: number;
}

/**
 * findAnchors gives the items at a line of the grid, those that are whole below it first: if one
 * is removed the next one holds the place.
 */
export function findAnchors<T extends Item>(all: Layout<T>, line: number, count = 12): Anchor[] {
  const whole: Anchor[] = [];
  const cut: Anchor[] = [];
  for (const chunk of all.chunks) {
    if (chunk.top + chunk.height < line) continue;
    for (const [i, box] of chunk.boxes.entries()) {
      const offset = chunk.top + box.top - line;
      if (offset + box.height <= 0) continue;
      (offset < 0 ? cut : whole).push({ id: chunk.items[i]!.id, offset });
      if (whole.length === count) return [...whole, ...cut];
    }
  }
  return [...whole, ...cut];
}

/** place gives the line at which the first anchor that is still there stands as before; null if none is. */
export function place<T extends Item>(all: Layout<T>, anchors: readonly Anchor[]): number | null {
  const tops = new Map<string, number>();
  for (const chunk of all.chunks) {
    for (const [i, item] of chunk.items.entries()) tops.set(item.id, chunk.top + chunk.boxes[i]!.top);
  }
  for (const anchor of anchors) {
    const top = tops.get(anchor.id);
    if (top !== undefined) return top - anchor.offset;
  }
  return null;
}
