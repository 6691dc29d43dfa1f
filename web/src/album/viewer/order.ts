// The order in which the viewer pages. It stays as it was when the viewer was
// opened: what is new at the front waits, or the picture would jump away.

import { useRef } from 'react';
import type { Id, ShownMedium } from '../../client';
import { toSlide, type ViewerSlide } from './slides';

/** keepOrder drops what is gone, and takes what comes behind the last known one. */
export function keepOrder(known: readonly Id[], media: readonly { id: Id }[]): Id[] {
  const there = new Set(media.map((m) => m.id));
  const kept = known.filter((id) => there.has(id));
  const last = kept.at(-1);
  if (last === undefined) return media.map((m) => m.id);
  const from = media.findIndex((m) => m.id === last);
  const old = new Set(kept);
  return [
    ...kept,
    ...media
      .slice(from + 1)
      .map((m) => m.id)
      .filter((id) => !old.has(id)),
  ];
}

export function useOrder(media: readonly ShownMedium[], current: Id): { slides: readonly ViewerSlide[]; at: number } {
  const held = useRef<{ media: readonly ShownMedium[]; ids: Id[]; slides: readonly ViewerSlide[] }>({
    media: [],
    ids: [],
    slides: [],
  });
  const h = held.current;
  if (h.media !== media || !h.ids.includes(current)) {
    const ids = h.ids.includes(current) || h.ids.length === 0 ? keepOrder(h.ids, media) : media.map((m) => m.id);
    const byId = new Map(media.map((m) => [m.id, m]));
    const before = new Map(h.slides.map((s) => [s.id, s]));
    const slides = ids.map((id) => toSlide(byId.get(id)!, before.get(id)));
    const same = slides.length === h.slides.length && slides.every((s, i) => s === h.slides[i]);
    held.current = { media, ids, slides: same ? h.slides : slides };
  }
  return { slides: held.current.slides, at: Math.max(0, held.current.ids.indexOf(current)) };
}
