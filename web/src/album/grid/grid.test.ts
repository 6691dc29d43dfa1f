import { expect, test } from 'vitest';
import { findAnchors, place } from './anchor';
import { chunks } from './chunks';
import { layout, within, type Item } from './layout';
import { rows } from './rows';

/** album gives n items with the shapes that cameras make, from the newest to the oldest. */
function album(n: number, from = 0): Item[] {
  const shapes = [
    [4, 3],
    [3, 2],
    [2, 3],
    [16, 9],
    [1, 1],
    [3, 4],
  ] as const;
  return Array.from({ length: n }, (_, i) => {
    const [width, height] = shapes[(i * 7 + from * 3) % shapes.length]!;
    return { id: `med_${String(100_000 - from - i)}`, width: width * 400, height: height * 400 };
  });
}

test('chunks hold every item once, in order, and none is long', () => {
  const items = album(2_000);
  const cut = chunks(items);
  expect(cut.flat()).toEqual(items);
  for (const chunk of cut.slice(0, -1)) {
    expect(chunk.length).toBeGreaterThanOrEqual(6);
    expect(chunk.length).toBeLessThanOrEqual(40);
  }
});

test('what is new at the front leaves nearly all chunks as they were', () => {
  const old = album(2_000, 5);
  const before = new Set(chunks(old).map((c) => c.map((m) => m.id).join()));
  const after = chunks([...album(5), ...old]).map((c) => c.map((m) => m.id).join());
  expect(after.filter((c) => !before.has(c)).length).toBeLessThanOrEqual(4);
});

test('a next page changes the last chunk alone', () => {
  const first = chunks(album(100));
  const both = chunks(album(200));
  expect(both.slice(0, first.length - 1)).toEqual(first.slice(0, -1));
});

test.each([375, 768, 1280, 1680])('rows are as wide as a page of %i px, and nothing overlaps', (width) => {
  const all = layout(album(300), width, 4);
  for (const chunk of all.chunks.slice(0, -1)) {
    const byTop = new Map<number, { left: number; width: number; height: number }[]>();
    for (const box of chunk.boxes) byTop.set(box.top, [...(byTop.get(box.top) ?? []), box]);
    for (const row of byTop.values()) {
      let right = -4;
      for (const box of row) {
        expect(box.left).toBeCloseTo(right + 4);
        expect(box.height).toBe(row[0]!.height);
        right = box.left + box.width;
      }
      expect(right).toBeCloseTo(width);
    }
  }
});

test('a photo alone is not blown up', () => {
  const made = rows([{ id: 'a', ratio: 1.5 }], { width: 1280, height: 230, gap: 4, open: true });
  expect(made.height).toBeLessThanOrEqual(460);
});

test('no item breaks the layout', () => {
  for (const odd of [
    { id: 'a', width: 0, height: 0 },
    { id: 'b', width: 20_000, height: 10 },
    { id: 'c', width: 10, height: 20_000 },
  ]) {
    const { height } = layout([odd], 375, 4);
    expect(height).toBeGreaterThan(0);
    expect(height).toBeLessThan(1_000);
  }
  expect(layout([], 375, 4).height).toBe(0);
});

test('what is looked at stays in its place when new ones come', () => {
  const old = album(600, 20);
  const before = layout(old, 1280, 4);
  const line = before.height / 2;
  const anchors = findAnchors(before, line);
  const after = layout([...album(20), ...old], 1280, 4);
  const now = place(after, anchors)!;
  const top = (all: typeof before, id: string) => {
    for (const c of all.chunks) for (const [i, m] of c.items.entries()) if (m.id === id) return c.top + c.boxes[i]!.top;
    throw new Error(id);
  };
  expect(top(after, anchors[0]!.id) - now).toBeCloseTo(top(before, anchors[0]!.id) - line);
  expect(now).toBeGreaterThan(line);
});

test('if what is looked at is removed the next one holds the place', () => {
  const items = album(300);
  const before = layout(items, 1280, 4);
  const anchors = findAnchors(before, 2_000);
  const after = layout(
    items.filter((m) => m.id !== anchors[0]!.id),
    1280,
    4,
  );
  expect(place(after, anchors)).not.toBeNull();
  expect(place(after, [{ id: 'gone', offset: 0 }])).toBeNull();
});

test('only the chunks near the screen are drawn', () => {
  const all = layout(album(2_000), 375, 4);
  const [from, to] = within(all, 10_000, 12_000);
  expect(all.chunks[from]!.top + all.chunks[from]!.height).toBeGreaterThanOrEqual(10_000);
  expect(all.chunks[to]!.top).toBeGreaterThan(12_000);
  const drawn = all.chunks.slice(from, to).reduce((n, c) => n + c.items.length, 0);
  expect(drawn).toBeLessThan(200);
});
