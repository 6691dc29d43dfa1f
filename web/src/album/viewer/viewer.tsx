// One medium, as large as the screen, with what is said about it beside it.

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useAlbum } from '../data/album';
import { openMedium } from '../data/route';
import { describe } from '../data/words';
import { useSpeech } from '../i18n/context';
import { TalkPanel } from '../talk/panel';
import { hidePage } from '../ui/page-below';
import { useOrder } from './order';
import { Stage, type StageHandle } from './stage';
import { ViewerBar } from './viewer-bar';

/** roomy is the width from which the panel stands beside the picture. */
const roomy = '(min-width: 900px)';
/** moreAhead is how many media before the end the next page is asked for. */
const moreAhead = 5;

export default function Viewer({ index, onClose }: { index: number; onClose(): void }) {
  const { t } = useSpeech();
  const { view, follower, album } = useAlbum();
  const medium = view.media[index]!;
  const { slides, at } = useOrder(view.media, medium.id);
  const [talking, setTalking] = useState(() => matchMedia(roomy).matches);
  const stage = useRef<StageHandle>(null);
  const { hasMore, loadingMore } = view;

  useLayoutEffect(() => hidePage(), []);
  // Back in the grid the focus is on what was looked at last.
  const last = useRef(medium.id);
  useEffect(() => void (last.current = medium.id), [medium.id]);
  useEffect(
    () => () => {
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>(`.tile[data-id="${CSS.escape(last.current)}"] a`)?.focus(),
      );
    },
    [],
  );
  useEffect(() => {
    if (hasMore && !loadingMore && index + moreAhead >= view.media.length) void follower.more();
  }, [hasMore, loadingMore, index, view.media.length, follower]);

  // Keys count wherever the focus is, but where they mean something else.
  useEffect(() => {
    const keys = (e: KeyboardEvent) => {
      const at = e.target instanceof HTMLElement ? e.target : document.body;
      const writing = at.closest('input, textarea, select') !== null;
      // Escape leaves a field first; while Chinese is typed it is the keyboard's own.
      if (e.key === 'Escape' && writing && !e.defaultPrevented && !e.isComposing) at.blur();
      if (
        e.defaultPrevented ||
        writing ||
        document.querySelector('dialog[open]') ||
        at.closest('video, .stage')
      )
        return;
      if (e.key === 'ArrowLeft') stage.current?.previous();
      else if (e.key === 'ArrowRight') stage.current?.next();
      else if (e.key === 'Escape') onClose();
    };
    document.addEventListener('keydown', keys);
    return () => document.removeEventListener('keydown', keys);
  }, [onClose]);

  return createPortal(
    <div
      className="viewer"
      role="dialog"
      aria-modal="true"
      aria-label={describe(t, medium)}
      data-talking={talking || undefined}
    >
      <ViewerBar
        medium={medium}
        place={t.media.place(index + 1, Math.max(album.mediaCount, view.media.length))}
        talking={talking}
        onTalk={() => setTalking(!talking)}
        onClose={onClose}
        next={slides[at + 1]?.id ?? slides[at - 1]?.id ?? null}
      />
      <Stage handle={stage} slides={slides} at={at} onView={openMedium} onClose={onClose} />
      {talking && <TalkPanel key={medium.id} medium={medium} onClose={() => setTalking(false)} />}
    </div>,
    document.body,
  );
}
