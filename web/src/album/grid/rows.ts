// Justified rows: every photo whole, every row as wide as the page.

export interface Sized {
  id: string;
  /** ratio is width / height. */
  ratio: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface RowsOptions {
  /** width of a row, in CSS pixels. */
  width: number;
  /** height that rows should have, about. */
  height: number;
  gap: number;
  /** open: the last row may stay short, since more may come behind it. */
  open: boolean;
}

const mostInRow = 12;
const flattest = 4;
const tallest = 0.4;

/** ratioOf keeps panoramas and ribbons within what a row can show. */
export function ratioOf(width: number, height: number): number {
  if (width <= 0 || height <= 0) return 1;
  return Math.min(flattest, Math.max(tallest, width / height));
}

/**
 * rows places items by the breaks that leave row heights nearest to the wish,
 * all rows weighed together. It gives a box for each, and the whole height.
 */
export function rows(items: readonly Sized[], o: RowsOptions): { boxes: Box[]; height: number } {
  const boxes: Box[] = [];
  let top = 0;
  let from = 0;
  for (const to of breaks(items, o)) {
    const row = items.slice(from, to);
    let height = heightOf(row, o);
    const short = height > o.height * 1.5;
    if (short) height = o.open || row.length > 1 ? Math.min(height, o.height * 1.5) : Math.min(height, o.height * 2);
    let left = 0;
    for (const [i, item] of row.entries()) {
      const last = i === row.length - 1 && !short;
      const width = last ? o.width - left : Math.min(o.width, item.ratio * height);
      boxes.push({ left, top, width, height });
      left += width + o.gap;
    }
    top += height + o.gap;
    from = to;
  }
  return { boxes, height: Math.max(0, top - o.gap) };
}

/** heightOf is the height at which a row is exactly as wide as the page. */
function heightOf(row: readonly Sized[], o: RowsOptions): number {
  const ratios = row.reduce((sum, item) => sum + item.ratio, 0);
  return (o.width - o.gap * (row.length - 1)) / ratios;
}

/** breaks are the indexes behind the rows' last items. */
function breaks(items: readonly Sized[], o: RowsOptions): number[] {
  const n = items.length;
  const best = new Float64Array(n + 1).fill(Infinity);
  const before = new Int32Array(n + 1);
  best[0] = 0;
  for (let to = 1; to <= n; to++) {
    let ratios = 0;
    for (let from = to - 1; from >= 0 && to - from <= mostInRow; from--) {
      ratios += items[from]!.ratio;
      const height = (o.width - o.gap * (to - from - 1)) / ratios;
      const off = (height - o.height) / o.height;
      let cost = off * off * (off < 0 ? 2 : 1);
      // A short last row costs little where the list goes on or ends anyway.
      if (o.open && to === n && off > 0) cost = Math.min(cost, 0.25);
      const sum = best[from]! + cost;
      if (sum < best[to]!) {
        best[to] = sum;
        before[to] = from;
      }
      if (height < o.height * 0.4) break;
    }
  }
  const cuts: number[] = [];
  for (let at = n; at > 0; at = before[at]!) cuts.unshift(at);
  return cuts;
}
