// A video in the viewer: its poster, then the browser's own player.

import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { useSpeech } from '../i18n/context';
import type { ViewerSlide } from './slides';

/** controls is how high the player's own controls are, in pixels. */
const controls = 80;

/** hold keeps what touches the player's controls from turning the page; a finger elsewhere may. */
function hold(e: PointerEvent<HTMLVideoElement>) {
  const above = e.clientY < e.currentTarget.getBoundingClientRect().bottom - controls;
  if (e.pointerType !== 'touch' || !above) e.stopPropagation();
}

export function VideoSlide({
  slide,
  current,
  room,
}: {
  slide: ViewerSlide;
  current: boolean;
  room: { width: number; height: number };
}) {
  const { t } = useSpeech();
  const ref = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const url = slide.playback?.url;
  useEffect(() => {
    if (!current) ref.current?.pause();
  }, [current]);
  const width = Math.min(room.width, room.height * slide.ratio);
  const stop = (e: { stopPropagation(): void }) => e.stopPropagation();
  if (failed !== null && failed === url) {
    return (
      <div className="video-failed" style={{ width, aspectRatio: slide.ratio }}>
        {slide.src && <img src={slide.src} alt="" />}
        <p role="alert">{t.media.playFailed}</p>
      </div>
    );
  }
  return (
    <video
      ref={ref}
      className="video"
      style={{ width, aspectRatio: slide.ratio, backgroundColor: slide.color ?? undefined }}
      src={url}
      poster={slide.src || undefined}
      aria-label={slide.alt || t.media.video}
      controls
      playsInline
      preload={current ? 'metadata' : 'none'}
      onKeyDown={stop}
      onPointerDown={hold}
      onDoubleClick={stop}
      onError={() => setFailed(url ?? '')}
    />
  );
}
