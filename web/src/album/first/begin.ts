// What a page does before React is there: it asks for what the address names, and
// draws it as a still.

import type { AlbumFollower, Client } from '../../client';
import { parseRoute } from '../data/path';
import { drawStill } from './still';

/** How long React's first drawing waits for the album, and then for its pictures, in milliseconds. */
const patience = { album: 200, pictures: 400 };

let begun: { id: string; follower: AlbumFollower } | null = null;

/** begin follows the album that the address names, and resolves when it is seen or is taking long. */
export async function begin(client: Client): Promise<void> {
  const route = parseRoute(location.pathname);
  if (route.page !== 'album') return;
  const follower = client.followAlbum(route.id);
  begun = { id: route.id, follower };
  let seen = Promise.resolve();
  const read = new Promise<void>((done) => {
    const unwatch = follower.view.subscribe(() => {
      const view = follower.view.get();
      if (view.phase === 'loading') return;
      unwatch();
      if (view.phase === 'ready') seen = drawStill(view); // before the library goes on to follow
      done();
    });
  });
  await Promise.race([read, after(patience.album)]);
  await Promise.race([seen, after(patience.pictures)]);
}

const after = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** follow takes over what was begun, once, else follows anew. */
export function follow(client: Client, id: string): AlbumFollower {
  const first = begun;
  begun = null;
  if (first?.id === id) return first.follower;
  first?.follower.stop();
  return client.followAlbum(id);
}
