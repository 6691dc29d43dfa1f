// Putting media in their places by hand: by dragging, where there is a mouse, and
// by steps, for fingers and keys.

import { useRef, type DragEvent } from 'react';
import type { Id } from '../../client';
import { useAct, useAlbum } from '../data/album';
import { batches } from '../data/batches';
import { useSpeech } from '../i18n/context';
import { useVoice } from '../ui/notices';
import { dropped, type Move } from './places';

/** useMove gives what moves media; null where the album is not sorted by hand, or not by this person. */
export function useMove(): ((move: Move) => Promise<void>) | null {
  const { t } = useSpeech();
  const { album, view, may } = useAlbum();
  const act = useAct();
  const voice = useVoice();
  if (album.settings.order !== 'HAND' || !may('EDIT_ALBUM') || album.trashedAt) return null;
  return async ({ ids, afterId }) => {
    let after = afterId;
    for (const mediaIds of batches(ids)) {
      if (!(await act({ kind: 'arrangeMedia', mediaIds, afterId: after }))) return;
      after = mediaIds.at(-1)!;
    }
    const others = view.media.filter((m) => !ids.includes(m.id));
    voice.say(t.media.place(others.findIndex((m) => m.id === afterId) + 2, album.mediaCount));
  };
}

/** useDragging gives the grid's listeners; selected media are dragged together. */
export function useDragging(selected: ReadonlySet<Id>) {
  const { view } = useAlbum();
  const move = useMove();
  const dragged = useRef<ReadonlySet<Id> | null>(null);
  const marked = useRef<HTMLElement | null>(null);
  if (!move) return {};

  // The mark is set on the tile itself: the pointer moves faster than the grid is drawn.
  const mark = (tile: HTMLElement | null, side?: string) => {
    if (marked.current !== tile) delete marked.current?.dataset.drop;
    marked.current = tile;
    if (tile && side) tile.dataset.drop = side;
  };
  const over = (e: DragEvent) => {
    const tile = tileOf(e);
    if (!tile || !dragged.current) return null;
    const { left, width } = tile.getBoundingClientRect();
    return { tile, behind: e.clientX > left + width / 2 };
  };
  return {
    onDragStart(e: DragEvent) {
      const id = tileOf(e)?.dataset.id;
      if (!id) return;
      dragged.current = selected.has(id) ? selected : new Set([id]);
      e.dataTransfer.effectAllowed = 'move';
    },
    onDragOver(e: DragEvent) {
      const at = over(e);
      if (!at) return;
      e.preventDefault();
      e.dataTransfer.dropEffect = 'move';
      mark(at.tile, at.behind ? 'behind' : 'before');
    },
    onDragLeave: () => mark(null),
    onDrop(e: DragEvent) {
      const at = over(e);
      if (!at) return;
      e.preventDefault();
      const to = dropped(view.media.map((m) => m.id), dragged.current!, at.tile.dataset.id!, at.behind);
      if (to) void move(to);
    },
    onDragEnd() {
      dragged.current = null;
      mark(null);
    },
  };
}

function tileOf(e: DragEvent): HTMLElement | null {
  return e.target instanceof Element ? e.target.closest<HTMLElement>('.tile') : null;
}
