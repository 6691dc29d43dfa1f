// The grid: only what is near the screen is in the page, and what somebody looks
// at stays in its place while the list changes.

import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Id, ShownMedium } from '../../client';
import { useSpeech } from '../i18n/context';
import type { Fresh } from '../page/arrivals';
import type { Selection } from '../page/selection';
import { Icon } from '../ui/icons';
import { useDragging } from './arrange';
import { findAnchors, place, type Anchor } from './anchor';
import { gap, layout, within, type Chunk } from './layout';
import { useSettled } from './settled';
import { Tile } from './tile';
import { useWidth } from './width';

/** ahead is how many screens above and below are kept drawn. */
const ahead = 1;
/** moreAhead is how many screens before the end the next page is asked for. */
const moreAhead = 3;

interface Props {
  media: readonly ShownMedium[];
  total: number;
  hasMore: boolean;
  loadingMore: boolean;
  onMore(): void;
  selection: Selection;
  fresh: Fresh;
  onOpen(id: Id): void;
}

export function Grid({ media, total, hasMore, loadingMore, onMore, selection, fresh, onOpen }: Props) {
  const { t } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const dragging = useDragging(selection.ids);
  const made = useMemo(() => layout(width > 0 ? media : [], width, gap), [media, width]);
  const settled = useSettled(box, made.chunks.length > 0);
  const anchors = useRef<Anchor[]>([]);
  const [range, setRange] = useState<[number, number]>([0, 2]);
  const now = useRef({ made, hasMore, loadingMore, onMore, fresh, settled });
  now.current = { made, hasMore, loadingMore, onMore, fresh, settled };

  const look = useCallback(() => {
    const { made, hasMore, loadingMore, onMore, fresh, settled } = now.current;
    if (!box.current) return;
    const line = -box.current.getBoundingClientRect().top;
    // The top of the grid is looked at: what is new may show itself there.
    anchors.current = line > 0 ? findAnchors(made, line) : [];
    const [from, to] = within(made, line - ahead * innerHeight, line + (1 + ahead) * innerHeight);
    setRange((r) => (r[0] === from && r[1] === to ? r : [from, to]));
    if (settled && hasMore && !loadingMore && line + (1 + moreAhead) * innerHeight > made.height) onMore();
    if (line <= 0 && fresh.count > 0) fresh.clear();
  }, []);

  useLayoutEffect(() => {
    const line = place(made, anchors.current);
    if (line !== null && box.current) {
      const by = line + box.current.getBoundingClientRect().top;
      if (Math.abs(by) >= 1) scrollBy({ top: by, behavior: 'instant' });
    }
    look();
  }, [made, look]);

  useEffect(look, [hasMore, loadingMore, settled, look]);

  useEffect(() => {
    let asked = 0;
    const scrolled = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        look();
      });
    };
    addEventListener('scroll', scrolled, { passive: true });
    addEventListener('resize', scrolled, { passive: true });
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener('scroll', scrolled);
      removeEventListener('resize', scrolled);
    };
  }, [look]);

  return (
    <>
      {fresh.count > 0 && (
        <button
          type="button"
          className="fresh"
          onClick={() => scrollTo({ top: 0, behavior: calm() ? 'instant' : 'smooth' })}
        >
          <Icon name="up" />
          <span>{t.album.fresh(fresh.count)}</span>
        </button>
      )}
      <div
        className={selection.active ? 'grid selecting' : 'grid'}
        ref={box}
        role="list"
        aria-busy={loadingMore}
        style={{ height: made.height }}
        data-count={media.length}
        {...dragging}
      >
        {made.chunks.slice(range[0], range[1]).map((chunk) => (
          <Part
            key={chunk.key}
            chunk={chunk}
            total={total}
            until={settled ? Infinity : innerHeight - chunk.top}
            selected={selection.ids}
            selecting={selection.active}
            onToggle={selection.toggle}
            onOpen={onOpen}
          />
        ))}
      </div>
      {loadingMore && <p className="hint center">{t.loading}</p>}
    </>
  );
}

interface PartProps {
  chunk: Chunk<ShownMedium>;
  total: number;
  /** until is how far down its tiles are drawn, in pixels. */
  until: number;
  selecting: boolean;
  selected: ReadonlySet<Id>;
  onToggle(id: Id, through: boolean): void;
  onOpen(id: Id): void;
}

const Part = memo(function Part({ chunk, total, until, selected, selecting, onToggle, onOpen }: PartProps) {
  return (
    <div className="grid-part" style={{ transform: `translateY(${chunk.top}px)`, height: chunk.height }}>
      {chunk.items.map((medium, i) => {
        const b = chunk.boxes[i]!;
        if (b.top > until) return null;
        return (
          <Tile
            key={medium.id}
            medium={medium}
            left={b.left}
            top={b.top}
            width={b.width}
            height={b.height}
            index={chunk.first + i}
            total={total}
            selecting={selecting}
            selected={selected.has(medium.id)}
            onToggle={onToggle}
            onOpen={onOpen}
          />
        );
      })}
    </div>
  );
});

/** calm is whether somebody asked for no motion. */
function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
