// Against the real server: what is promised of following and uploads holds with its restarts.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WS from 'ws';
import { createClient, gql, type AlbumFollower, type AlbumView, type Client, type Network } from './index';
import { localLocks, memoryStore } from './ports';
import { startServer, until, type TestServer } from './testing/server';
import { sha256 } from './uploads/hash';
import { memoryUploads } from './uploads/types';

// A message a turn, as browsers give them.
class Socket extends WS {
  constructor(url: string, protocols: string) {
    super(url, protocols, { allowSynchronousEvents: false });
  }
}

const limit = 60_000;
const alwaysOnline: Network = { online: () => true, watch: () => () => undefined };
const plain = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../../media/testdata/plain.jpg')));

let server: TestServer;
const clients: Client[] = [];
beforeAll(async () => {
  server = await startServer();
}, 180_000);
afterAll(async () => {
  for (const client of clients) client.stop();
  await server.close();
}, 30_000);

function newClient(options: Parameters<typeof createClient>[0] = {}): Client {
  const client = createClient({
    origin: server.origin, webSocket: Socket, store: memoryStore(), uploadStore: memoryUploads(), locks: localLocks(),
    network: alwaysOnline, ...options,
  });
  clients.push(client);
  return client;
}

async function signedUp(options?: Parameters<typeof createClient>[0]): Promise<Client> {
  const client = newClient(options);
  await client.session.signUp({ name: `c-${crypto.randomUUID().slice(0, 13)}`, password: 'correct horse battery' });
  return client;
}

async function newAlbum(owner: Client): Promise<string> {
  const create = gql<{ createAlbum: { album: { id: string } } }, { input: { title: string } }>(
    'mutation($input: CreateAlbumInput!) { createAlbum(input: $input) { album { id } } }');
  return (await owner.api.ask(create, { input: { title: 'Summer' } })).createAlbum.album.id;
}

async function shareLink(owner: Client, albumId: string, joinRole: string | null): Promise<string> {
  const create = gql<{ createShare: { token: string } }, { input: { albumId: string; joinRole: string | null } }>(
    'mutation($input: CreateShareInput!) { createShare(input: $input) { token } }');
  return (await owner.api.ask(create, { input: { albumId, joinRole } })).createShare.token;
}

/** A real picture of its own sum: with comments of JPEG, which do not show, up to about so many bytes. */
function picture(name: string, bytes = 0) {
  const segments: Uint8Array[] = [];
  for (let size = 0; size === 0 || size < bytes; size += 65_004) {
    const segment = new Uint8Array(65_004).fill(segments.length % 200);
    segment.set([0xff, 0xfe, 65_002 >> 8, 65_002 & 0xff]);
    segment.set(new TextEncoder().encode(name), 8);
    segments.push(segment);
  }
  const blob = new Blob([plain.slice(0, 2), ...segments as Uint8Array<ArrayBuffer>[], plain.slice(2)], { type: 'image/jpeg' });
  return { name, type: 'image/jpeg', blob };
}

const ready = (f: AlbumFollower) => until('the album is there', limit, () => f.view.get().phase === 'ready');

/** What a page shows, without what is of the moment of its reading. */
const shown = ({ album, media, comments }: AlbumView) => ({
  album: { title: album?.title, mediaCount: album?.mediaCount, memberCount: album?.memberCount, actions: album?.viewerActions },
  media: media.map((m) => [m.id, m.caption, m.likeCount, m.likeVersion, m.commentCount, m.viewerHasLiked, m.status, m.pending]),
  comments: Object.fromEntries(Object.entries(comments).map(([id, list]) => [id, list.threads.map((t) => [
    t.comment.id, t.comment.text, t.comment.replyCount, t.replies.map((r) => [r.id, r.text])])])),
});

/** Waits until a page equals what a reload gives. */
async function equalsReload(client: Client, follower: AlbumFollower, albumId: string): Promise<void> {
  const reload = client.followAlbum(albumId);
  await ready(reload);
  for (const id of Object.keys(follower.view.get().comments)) await reload.readComments(id);
  await until('the page equals a reload', limit, () => JSON.stringify(shown(follower.view.get())) === JSON.stringify(shown(reload.view.get())))
    .catch(() => expect(shown(follower.view.get())).toEqual(shown(reload.view.get())));
  reload.stop();
}

test('an album is filled, followed over restarts, and equal to a reload', async () => {
  const ann = await signedUp();
  const albumId = await newAlbum(ann);
  const ben = await signedUp();
  await ben.join(await shareLink(ann, albumId, 'CONTRIBUTOR'));
  const [annSees, benSees] = [ann.followAlbum(albumId), ben.followAlbum(albumId)];
  await ready(annSees);
  await ready(benSees);
  await until('both watch', limit, () => ann.live.get() === 'connected' && ben.live.get() === 'connected');

  await ann.uploads.add(albumId, [picture('one.jpg'), picture('two.jpg')]);
  await until('the pictures are done', limit, () => ann.uploads.list.get().every((u) => u.phase === 'done'));
  await until('ben sees them', limit, () => benSees.view.get().media.length === 2);
  const [second, first] = benSees.view.get().media.map((m) => m.id) as [string, string];

  await benSees.readComments(first);
  await annSees.readComments(first);
  await annSees.act({ kind: 'comment', mediaId: first, text: 'Lovely' });
  await until('ben reads it', limit, () => benSees.view.get().comments[first]?.threads.length === 1);
  const head = benSees.view.get().comments[first]?.threads[0]?.comment.id ?? '';
  await benSees.act({ kind: 'comment', mediaId: first, text: 'Indeed', parentId: head });
  const liking = benSees.act({ kind: 'like', mediaId: second, liked: true });
  expect(benSees.view.get().media[0]).toMatchObject({ likeCount: 1, viewerHasLiked: true, pending: true });
  await liking;
  await until('ann sees the like', limit, () => annSees.view.get().media[0]?.likeCount === 1);

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await server.stop(signal);
    await until('ben is told', limit, () => benSees.view.get().media.length === 2 && ben.live.get() === 'trying');
    await server.start();
    // Ben's page may still be away: what happens now is what it missed.
    await annSees.act({ kind: 'comment', mediaId: first, text: `after ${signal}` });
    await annSees.act({ kind: 'like', mediaId: first, liked: signal === 'SIGKILL' });
    await annSees.act({ kind: 'editMedia', mediaId: second, caption: `after ${signal}` });
    await until('ben is back', limit, () => ben.live.get() === 'connected');
    await equalsReload(ben, benSees, albumId);
    await equalsReload(ann, annSees, albumId);
  }
  await annSees.act({ kind: 'removeComment', mediaId: first, commentId: head });
  await annSees.act({ kind: 'trashMedia', mediaIds: [second] });
  await until('it is gone', limit, () => benSees.view.get().media.length === 1);
  await equalsReload(ben, benSees, albumId);

  await expect(benSees.act({ kind: 'editAlbum', title: 'Mine' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(benSees.view.get().album?.title).toBe('Summer');
  const remove = gql<unknown, { input: { albumId: string; userId: string } }>(
    'mutation($input: RemoveMemberInput!) { removeMember(input: $input) { user { id } } }');
  const state = ben.session.state.get();
  await ann.api.ask(remove, { input: { albumId, userId: state.phase === 'in' ? state.user.id : '' } });
  await until('ben is told', limit, () => benSees.view.get().phase === 'ended');
  expect(benSees.view.get().reason).toBe('ACCESS_REVOKED');
}, 180_000);

/** What a client is given that can be cut off: its socket breaks, and none opens until it is joined again. */
function cut() {
  let [online, changed] = [true, () => undefined as void];
  class Gated extends Socket {
    constructor(url: string, protocols: string) {
      super(online ? url : 'ws://127.0.0.1:1', protocols); // where nobody listens
    }
  }
  const network: Network = { online: () => online, watch: (tell) => ((changed = tell), () => undefined) };
  const turn = (on: boolean) => {
    online = on;
    changed();
  };
  return { options: { webSocket: Gated, network }, turn };
}

test('a page that says it is connected again is as one that is loaded now', async () => {
  const ann = await signedUp();
  const albumId = await newAlbum(ann);
  await ann.uploads.add(albumId, ['four.jpg', 'five.jpg', 'six.jpg'].map((name) => picture(name)));
  await until('the pictures are done', limit, () => ann.uploads.list.get().every((u) => u.phase === 'done'));
  const annSees = ann.followAlbum(albumId);
  await ready(annSees);
  const [first, second, third] = annSees.view.get().media.map((m) => m.id) as [string, string, string];

  // A member, and somebody with a link, who is not shown who joins.
  const [benCut, eveCut] = [cut(), cut()];
  const ben = await signedUp(benCut.options);
  await ben.join(await shareLink(ann, albumId, 'CONTRIBUTOR'));
  const visit = await newClient(eveCut.options).visit(await shareLink(ann, albumId, null));
  const secret = await shareLink(ann, albumId, 'VIEWER');
  const pages = [
    { live: ben.live, follow: () => ben.followAlbum(albumId), turn: benCut.turn },
    { live: visit.live, follow: () => visit.followAlbum(albumId), turn: eveCut.turn },
  ].map((page) => ({ ...page, sees: page.follow() }));
  for (const { sees, live } of pages) {
    await ready(sees);
    await sees.readComments(first);
    await until('the page follows', limit, () => live.get() === 'connected');
  }

  for (const round of [1, 2]) {
    for (const { turn } of pages) turn(false);
    await until('both are cut off', limit, () => pages.every(({ live }) => live.get() === 'offline'));
    await annSees.act({ kind: 'like', mediaId: first, liked: round === 1 });
    await annSees.act({ kind: 'like', mediaId: second, liked: round === 2 });
    await annSees.act({ kind: 'comment', mediaId: first, text: `round ${round}` });
    await annSees.act({ kind: 'editMedia', mediaId: second, caption: `round ${round}` });
    if (round === 2) await annSees.act({ kind: 'trashMedia', mediaIds: [third] });
    await (await signedUp()).join(secret); // the last entry of the log
    for (const { live, follow, turn, sees } of pages) {
      const reload = follow();
      await ready(reload);
      await reload.readComments(first);
      const expected = shown(reload.view.get());
      reload.stop();
      let atOnce: ReturnType<typeof shown> | null = null;
      const stop = live.subscribe(() => {
        if (live.get() === 'connected') atOnce ??= shown(sees.view.get());
      });
      turn(true);
      await until('it is connected', limit, () => atOnce !== null);
      stop();
      expect(atOnce).toEqual(expected);
    }
  }
  visit.stop();
}, 120_000);

test('a large file goes in chunks, with a break and a reload in the middle; its twin is told', async () => {
  const [store, uploadStore] = [memoryStore(), memoryUploads()];
  let chunks = 0;
  let broken = false;
  const breaking: typeof fetch = async (input, init) => {
    const range = new Headers(init?.headers).get('Content-Range');
    if (range?.startsWith('bytes 0-')) chunks++;
    if (range !== null && !range.startsWith('bytes 0-') && !range.includes('*')) {
      broken = true;
      throw new TypeError('the network is gone');
    }
    return fetch(input, init);
  };
  const before = await signedUp({ store, uploadStore, fetch: breaking });
  const albumId = await newAlbum(before);
  const file = picture('large.jpg', 9 << 20);
  await before.uploads.add(albumId, [file]);
  await until('it broke', limit, () => broken);
  expect(before.uploads.list.get()[0]).toMatchObject({ phase: 'sending', sent: 4 << 20 });
  before.stop();

  const asked: string[] = [];
  const after = newClient({
    store, uploadStore,
    fetch: (input, init) => {
      const range = new Headers(init?.headers).get('Content-Range');
      if (range !== null) asked.push(range);
      return fetch(input, init);
    },
  });
  await until('it is done', limit, () => after.uploads.list.get()[0]?.phase === 'done');
  expect(chunks).toBe(1);
  expect(asked[0]).toBe(`bytes */${file.blob.size}`);
  expect(asked[1]).toMatch(new RegExp(`^bytes ${4 << 20}-`));
  expect(await uploadStore.all()).toEqual([]);

  const again = gql<{ media: { sha256: string; bytes: number } }, { id: string }>('query($id: ID!) { media(id: $id) { sha256 bytes } }');
  const { media } = await after.api.ask(again, { id: after.uploads.list.get()[0]?.mediaId ?? '' });
  expect(media).toEqual({ bytes: file.blob.size, sha256: await sha256(file.blob) });

  await after.uploads.add(albumId, [file, { name: 'not.jpg', type: 'image/jpeg', blob: new Blob(['no picture']) }]);
  await until('both are told', limit, () => after.uploads.list.get().every((u) => ['done', 'duplicate', 'failed'].includes(u.phase)));
  const [, twin, not] = after.uploads.list.get();
  expect(twin).toMatchObject({ phase: 'duplicate', mediaId: after.uploads.list.get()[0]?.mediaId });
  expect(not).toMatchObject({ phase: 'failed', advice: 'sendOtherFile' });
}, 120_000);

test('a link is visited without an account, and the feed shows what is new', async () => {
  const ann = await signedUp();
  const albumId = await newAlbum(ann);
  const feed = ann.followFeed();
  await until('the feed is there', limit, () => feed.view.get().phase === 'ready');
  await ann.uploads.add(albumId, [picture('three.jpg')]);
  await until('the feed has it', limit, () => feed.view.get().rows.length === 1);
  expect(feed.view.get().rows[0]?.node).toMatchObject({ __typename: 'Media', album: { id: albumId, title: 'Summer' } });
  feed.stop();

  const secret = await shareLink(ann, albumId, null);
  await expect(newClient().visit('no such link')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const visit = await newClient().visit(secret);
  const sees = visit.followAlbum(visit.album.id);
  await ready(sees);
  expect(sees.view.get().media).toHaveLength(1);
  const annSees = ann.followAlbum(albumId);
  await ready(annSees);
  await sees.readComments(sees.view.get().media[0]?.id ?? '');
  await annSees.act({ kind: 'comment', mediaId: sees.view.get().media[0]?.id ?? '', text: 'Hello' });
  await until('the visitor reads it', limit, () => Object.values(sees.view.get().comments)[0]?.threads.length === 1);
  visit.stop();

  await ann.session.signOut();
  await until('what is followed ends', limit, () => annSees.view.get().phase === 'ended');
  expect(annSees.view.get().reason).toBe('SIGNED_OUT');
}, 60_000);
