// Where media go that are put in their places by hand.

import type { Id } from '../../client';

/** Move puts media right behind another; null puts them first. */
export interface Move {
  ids: readonly Id[];
  afterId: Id | null;
}

/** dropped gives the move of media that are dropped before or behind another; null if that moves nothing. */
export function dropped(all: readonly Id[], moved: ReadonlySet<Id>, at: Id, behind: boolean): Move | null {
  if (moved.has(at)) return null;
  const others = all.filter((id) => !moved.has(id));
  const to = others.indexOf(at) + (behind ? 1 : 0);
  return changing(all, { ids: all.filter((id) => moved.has(id)), afterId: others[to - 1] ?? null });
}

/** stepped gives the move of media by one place, together; null if they stand at that end already. */
export function stepped(all: readonly Id[], moved: ReadonlySet<Id>, later: boolean): Move | null {
  const ids = all.filter((id) => moved.has(id));
  const others = all.filter((id) => !moved.has(id));
  const next = later ? all[all.lastIndexOf(ids.at(-1) ?? '') + 1] : all[all.indexOf(ids[0] ?? '') - 1];
  const to = next === undefined ? (later ? others.length : 0) : others.indexOf(next) + (later ? 1 : 0);
  return changing(all, { ids, afterId: others[to - 1] ?? null });
}

/** changing gives a move if it changes the order. */
function changing(all: readonly Id[], move: Move): Move | null {
  const others = all.filter((id) => !move.ids.includes(id));
  const next = others.toSpliced(move.afterId === null ? 0 : others.indexOf(move.afterId) + 1, 0, ...move.ids);
  return next.every((id, i) => id === all[i]) ? null : move;
}
