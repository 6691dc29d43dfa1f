// The first screen of an album as a still: its words and pictures, where the page
// will have them, without React. To run React for the first time takes longer than
// to fetch the pictures, the more on a phone. What is drawn here is what
// album-head.tsx and tile.tsx draw, less what can be pressed; it stands in the places
// that album.html has for it, over what React draws, until that is seen.

import type { Album, AlbumView } from '../../client';
import { gap, layout } from '../grid/layout';
import { sizesOf, srcSet } from '../grid/sources';
import { makeFormat } from '../i18n/format';
import { catalogues, readLanguage } from '../i18n/language';
import { factsOf } from '../page/facts';

/** drawStill draws it, and resolves when its pictures are seen. */
export async function drawStill({ album, media }: AlbumView): Promise<void> {
  const [head, grid] = ['.album-head', '.grid'].map((place) =>
    document.querySelector<HTMLElement>(`#still ${place}`),
  );
  if (!album || !head || !grid) return;
  head.append(...words(album));
  const pictures: HTMLImageElement[] = [];
  const bottom = innerHeight - grid.getBoundingClientRect().top;
  for (const chunk of layout(media, grid.clientWidth, gap).chunks) {
    for (const [i, { variants, color }] of chunk.items.entries()) {
      const box = chunk.boxes[i]!;
      if (chunk.top + box.top > bottom) break;
      const picture = new Image();
      pictures.push(picture);
      const tile = element('div', 'still-tile', element('span', 'picture', picture));
      const { left, width, height } = box;
      Object.assign(tile.style, pixels({ left, top: chunk.top + box.top, width, height }), { background: color ?? '' });
      grid.append(tile);
      // Now that it is in the page: one that is not yet may ask for two variants.
      Object.assign(picture, { decoding: 'sync', sizes: sizesOf(box.width), srcset: srcSet(variants) });
    }
  }
  await Promise.allSettled(pictures.map((picture) => picture.decode()));
  // One frame paints them, and at the next they are on the screen.
  await frame();
  await frame();
}

/** How long the still waits for React's pictures, in milliseconds. */
const patience = 400;

/** endStill takes it away once the pictures that React has drawn are seen, or take long. */
export async function endStill(): Promise<void> {
  await frame();
  const pictures = [...document.querySelectorAll<HTMLImageElement>('.tile img')];
  const seen = pictures.filter((picture) => picture.getBoundingClientRect().top < innerHeight).map((picture) => picture.decode());
  await Promise.race([Promise.allSettled(seen).then(frame), new Promise((done) => setTimeout(done, patience))]);
  document.getElementById('still')?.remove();
}

const frame = () => new Promise((done) => requestAnimationFrame(done));

function words(album: Album): HTMLElement[] {
  const language = readLanguage();
  const [t, format] = [catalogues[language], makeFormat(language)];
  const avatar = element('span', 'avatar');
  Object.assign(avatar.style, pixels({ width: 22, height: 22 }));
  const facts = [album.owner.displayName || t.nobody, ...factsOf(t, format, album, false)];
  // As high as what will be there to press.
  const buttons = (['ADD_MEDIA', 'MANAGE_SHARES', 'LIST_MEMBERS'] as const).some((action) => album.viewerActions.includes(action));
  const button = element('span', buttons ? 'button' : 'icon-button');
  button.style.visibility = 'hidden';
  return [
    element(
      'div',
      'album-words',
      element('h1', '', album.title),
      ...(album.description ? [element('p', 'album-text', album.description)] : []),
      element('p', 'facts', avatar, ...facts.map((fact) => element('span', '', fact))),
    ),
    element('div', 'album-actions', button),
  ];
}

function element(name: string, className: string, ...inside: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(...inside);
  return made;
}

function pixels(of: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([key, n]) => [key, `${n}px`]));
}
