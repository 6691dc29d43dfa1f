// Which media are selected.

import { useCallback, useMemo, useState } from 'react';
import type { Id, ShownMedium } from '../../client';

export interface Selection {
  active: boolean;
  ids: ReadonlySet<Id>;
  start(): void;
  stop(): void;
  /** toggle selects or deselects; with `through` everything since the last one, too. */
  toggle(id: Id, through: boolean): void;
}

/** mostSelected bounds what is sent and archived in one go. */
export const mostSelected = 500;

/** through gives the identifiers from one to the other, in the list's order. */
export function through(ids: readonly Id[], from: Id, to: Id): Id[] {
  const a = ids.indexOf(from);
  const b = ids.indexOf(to);
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

export function useSelection(media: readonly ShownMedium[]): Selection {
  const [state, setState] = useState<{ ids: ReadonlySet<Id>; last: Id | null } | null>(null);
  const toggle = useCallback(
    (id: Id, range: boolean) =>
      setState((s) => {
        const ids = new Set(s?.ids);
        if (range && s?.last)
          for (const each of through(
            media.map((m) => m.id),
            s.last,
            id,
          ))
            ids.add(each);
        else if (!ids.delete(id)) ids.add(id);
        return { ids: new Set([...ids].slice(0, mostSelected)), last: id };
      }),
    [media],
  );
  return useMemo(() => {
    // What was removed meanwhile is not selected any more.
    const there = state && new Set(media.map((m) => m.id));
    const ids = new Set([...(state?.ids ?? [])].filter((id) => there?.has(id)));
    return {
      active: state !== null,
      ids,
      start: () => setState({ ids: new Set(), last: null }),
      stop: () => setState(null),
      toggle,
    };
  }, [state, media, toggle]);
}
