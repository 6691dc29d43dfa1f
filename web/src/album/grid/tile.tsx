// One medium in the grid.

import { memo, useRef, type MouseEvent, type PointerEvent } from 'react';
import type { Id, ShownMedium } from '../../client';
import { useSpeech } from '../i18n/context';
import { describe } from '../data/words';
import { Icon } from '../ui/icons';
import { Picture } from './picture';

interface Props {
  medium: ShownMedium;
  left: number;
  top: number;
  width: number;
  height: number;
  index: number;
  total: number;
  selecting: boolean;
  selected: boolean;
  onToggle(id: Id, through: boolean): void;
  onOpen(id: Id): void;
}

/** longPress is how long a finger rests to begin selecting, in milliseconds. */
const longPress = 500;
const eagerTiles = 8;

export const Tile = memo(function Tile({
  medium,
  left,
  top,
  width,
  height,
  index,
  total,
  selecting,
  selected,
  onToggle,
  onOpen,
}: Props) {
  const { t, format } = useSpeech();
  const press = useRef<{ timer?: ReturnType<typeof setTimeout>; held: boolean }>({ held: false });
  const words = describe(t, medium);

  function click(e: MouseEvent) {
    if (e.metaKey || e.ctrlKey) return;
    e.preventDefault();
    if (press.current.held) return void (press.current.held = false);
    if (selecting) onToggle(medium.id, e.shiftKey);
    else onOpen(medium.id);
  }
  function down(e: PointerEvent) {
    press.current.held = false;
    if (e.pointerType !== 'touch') return;
    press.current.timer = setTimeout(() => {
      press.current.held = true;
      onToggle(medium.id, false);
    }, longPress);
  }
  const up = () => clearTimeout(press.current.timer);

  return (
    <div
      className="tile"
      role="listitem"
      aria-setsize={total}
      aria-posinset={index + 1}
      data-id={medium.id}
      data-selected={selected || undefined}
      style={{ left, top, width, height }}
    >
      <a
        href={`#${medium.id}`}
        role={selecting ? 'checkbox' : undefined}
        aria-checked={selecting ? selected : undefined}
        onClick={click}
        onPointerDown={down}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={up}
        onContextMenu={(e) => press.current.held && e.preventDefault()}
        onKeyDown={(e) => {
          if (selecting && e.key === ' ') {
            e.preventDefault();
            onToggle(medium.id, e.shiftKey);
          }
        }}
      >
        <span className="unseen">{selecting ? words : t.media.open(words)}</span>
        <Picture
          variants={medium.variants}
          blurhash={medium.blurhash}
          color={medium.color}
          alt=""
          width={width}
          eager={index < eagerTiles}
        />
        <Badges medium={medium} duration={medium.durationMs === null ? null : format.duration(medium.durationMs)} />
      </a>
      <button
        type="button"
        className="tile-check"
        tabIndex={-1}
        aria-hidden="true"
        title={t.album.selectOne}
        onClick={(e) => onToggle(medium.id, e.shiftKey)}
      >
        <Icon name="check" />
      </button>
    </div>
  );
});

function Badges({ medium, duration }: { medium: ShownMedium; duration: string | null }) {
  const { t, format } = useSpeech();
  const working = medium.kind === 'VIDEO' && medium.progress < 100;
  return (
    <span className="badges">
      {medium.likeCount > 0 && (
        <span className="badge">
          <Icon name="heart" filled={medium.viewerHasLiked} />
          <span aria-hidden="true">{format.number(medium.likeCount)}</span>
          <span className="unseen">{t.likeCount(medium.likeCount)}</span>
        </span>
      )}
      {medium.commentCount > 0 && (
        <span className="badge">
          <Icon name="comment" />
          <span aria-hidden="true">{format.number(medium.commentCount)}</span>
          <span className="unseen">{t.commentCount(medium.commentCount)}</span>
        </span>
      )}
      {duration && (
        <span className="badge badge-time">
          <Icon name="play" />
          {duration}
          {working && ` · ${format.percent(medium.progress / 100)}`}
        </span>
      )}
    </span>
  );
}
