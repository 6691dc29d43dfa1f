// What the lightbox is told about media.

import type { SlideImage } from 'yet-another-react-lightbox';
import type { Picture, ShownMedium } from '../../client';

declare module 'yet-another-react-lightbox' {
  interface SlideImage {
    id: string;
    color?: string | null;
    blurhash?: string | null;
    kind: 'PHOTO' | 'VIDEO';
    playback?: Picture | null;
    ratio: number;
  }
}

export type ViewerSlide = SlideImage;

/** toSlide gives the slide it gave before, if what is shown is the same. */
export function toSlide(medium: ShownMedium, before: ViewerSlide | undefined): ViewerSlide {
  const largest = medium.variants.at(-1);
  const src = largest?.url ?? '';
  if (before && before.src === src && before.alt === medium.caption && before.playback?.url === medium.playback?.url)
    return before;
  return {
    id: medium.id,
    kind: medium.kind,
    src,
    alt: medium.caption,
    width: largest?.width ?? medium.width,
    height: largest?.height ?? medium.height,
    srcSet: medium.variants.map((v) => ({ src: v.url, width: v.width, height: v.height })),
    color: medium.color,
    blurhash: medium.blurhash,
    playback: medium.playback,
    ratio: medium.height > 0 ? medium.width / medium.height : 1,
  };
}
