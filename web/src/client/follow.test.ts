import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from './errors';
import { connected, fakePage, filled, fresh } from './testing/fakes';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const minute = 60_000;

test('RESYNC has page and comments read again, as much as was shown, and goes on from its cursor', async () => {
  const server = filled(130);
  const w = await connected(server);
  await w.page.more();
  expect(w.view().media).toHaveLength(130);
  const id = server.mediaIds()[0] ?? '';
  server.addComment(id, 'ann', 'before', null);
  await w.page.readComments(id);
  w.asked.splice(0);
  server.trash(server.mediaIds()[5] ?? '');
  server.addComment(id, 'ann', 'after', null);
  server.editAlbum('New');
  const told: string[] = [];
  w.page.onEvent((event) => void told.push(event.kind));
  w.event({ kind: 'RESYNC', cursor: 'cursor resync', album: null });
  await w.after();
  expect(w.asked.sort()).toEqual(['AlbumPage', 'CommentsPage', 'MediaPage']);
  expect(w.view().media).toEqual(fresh(server));
  expect(w.view().album?.title).toBe('New');
  expect(w.view().comments[id]?.threads.map((t) => t.comment.text)).toEqual(['before', 'after']);
  expect(told).toEqual(['RESYNC']);
  const events = [...w.followed].find((s) => s.query.includes('albumEvents('));
  expect(events?.variables()).toEqual({ albumId: 'alb', after: 'cursor resync' });
});

test('RESYNC in the middle of a reading has that done once more', async () => {
  const server = filled(3);
  const w = await connected(server);
  let release = () => undefined as void;
  w.hold((name) => (name === 'AlbumPage' ? new Promise((next) => (release = next)) : undefined));
  w.event({ kind: 'RESYNC', cursor: 'r1' });
  w.event({ kind: 'RESYNC', cursor: 'r2' });
  w.hold(() => undefined);
  release();
  await w.after();
  expect(w.asked.filter((name) => name === 'AlbumPage')).toHaveLength(2);
});

test.each(['ACCESS_REVOKED', 'ALBUM_DELETED'] as const)('%s stops all, and what was shown is forgotten', async (kind) => {
  const server = filled(2);
  const w = await connected(server);
  const id = server.mediaIds()[0] ?? '';
  await w.page.readComments(id);
  w.asked.splice(0);
  w.event({ kind, cursor: 'last' });
  expect(w.view()).toMatchObject({ phase: 'ended', reason: kind, album: null, media: [], comments: {} });
  expect([w.followed.size, w.opened.size, vi.getTimerCount()]).toEqual([0, 0, 0]);
  const ended = w.view();
  w.event({ kind: 'MEDIA_ADDED', cursor: 'late' });
  await w.page.more();
  await w.page.readComments(id);
  await w.after(60 * minute);
  expect(w.asked).toEqual([]);
  expect(w.view()).toBe(ended);
  await expect(w.page.act({ kind: 'like', mediaId: id, liked: true })).rejects.toMatchObject({ code: 'ABORTED' });
});

test.each([
  ['SESSION_REVOKED', 'SIGNED_OUT', 2], ['UNAUTHENTICATED', 'SIGNED_OUT', 2], ['NOT_FOUND', 'NOT_FOUND', 0],
  ['SHARE_CLOSED', 'ACCESS_REVOKED', 0], ['INTERNAL', 'FAILED', 2],
])('a stream that ends with %s ends the page as %s', async (code, reason, kept) => {
  const w = await connected(filled(2));
  for (const s of [...w.followed]) if (s.query.includes('albumEvents(')) s.ended(new ApiError(code));
  expect(w.view()).toMatchObject({ phase: 'ended', reason, error: { code } });
  expect(w.view().media).toHaveLength(kept);
});

test('a page and what comes behind it are not read at the same time', async () => {
  const server = filled(120);
  const w = await connected(server);
  for (let i = 0; i < 20; i++) server.addMedia(null); // untold
  let release = () => undefined as void;
  w.hold((name) => (name === 'AlbumPage' ? new Promise((next) => (release = next)) : undefined));
  w.event({ kind: 'RESYNC', cursor: 'r' });
  const more = w.page.more();
  await w.after();
  expect(w.asked).not.toContain('MediaPage');
  release();
  await more;
  expect(w.view().media).toEqual(fresh(server));
});

test('another order while more is read has that read from its new place', async () => {
  const server = filled(120);
  const w = await connected(server);
  server.editAlbum('x', 'HAND');
  const more = w.page.more();
  await w.after();
  expect(w.view()).toMatchObject({ phase: 'ready', loadingMore: true, error: { code: 'UNAVAILABLE' } });
  w.event();
  await w.after(1_000);
  await more;
  expect(w.view()).toMatchObject({ phase: 'ready', loadingMore: false, error: null, media: fresh(server) });
});

test('a reading that fails is tried again while the page stays, and the error goes', async () => {
  const server = filled(1);
  const w = fakePage(server);
  w.hold(() => Promise.reject(new ApiError('UNAVAILABLE', { retryAfter: 3 })));
  await w.after(3_000);
  expect(w.asked).toHaveLength(1);
  expect(w.view()).toMatchObject({ phase: 'loading', error: { code: 'UNAVAILABLE' } });
  w.hold(() => undefined);
  await w.after(250);
  expect(w.view()).toMatchObject({ phase: 'ready', error: null });
  expect(w.asked).toHaveLength(2);
});

test('a page that cannot be read ends', async () => {
  const w = fakePage(filled(1));
  w.hold(() => Promise.reject(new ApiError('NOT_FOUND')));
  await w.after();
  expect(w.view()).toMatchObject({ phase: 'ended', reason: 'NOT_FOUND' });
});

test('comments that cannot be read any more are dropped', async () => {
  const server = filled(1);
  const w = await connected(server);
  const id = server.mediaIds()[0] ?? '';
  await w.page.readComments(id);
  w.hold((name) => (name === 'CommentsPage' ? Promise.reject(new ApiError('NOT_FOUND')) : undefined));
  w.event({ kind: 'RESYNC', cursor: 'r' });
  await w.after();
  expect(w.view()).toMatchObject({ phase: 'ready', comments: {} });
});

test('what is done to one thing is sent in its order, and undone when it is refused', async () => {
  const server = filled(2);
  const w = await connected(server);
  const [one = '', two = ''] = server.mediaIds();
  const releases: (() => void)[] = [];
  w.hold(() => new Promise((next) => releases.push(next)));
  const acts = [
    w.page.act({ kind: 'like', mediaId: one, liked: true }),
    w.page.act({ kind: 'like', mediaId: one, liked: false }),
    w.page.act({ kind: 'like', mediaId: two, liked: true }),
  ];
  await w.after();
  expect(w.asked).toEqual(['LikeMedia', 'LikeMedia']);
  expect(w.view().media.map((m) => [m.likeCount, m.viewerHasLiked, m.pending])).toEqual([[0, false, true], [1, true, true]]);
  w.hold((name) => (name === 'UnlikeMedia' ? Promise.reject(new ApiError('FORBIDDEN')) : undefined));
  for (const release of releases) release();
  await expect(acts[1]).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await Promise.all([acts[0], acts[2]]);
  expect(w.view().media).toEqual(fresh(server));
  expect(w.view().media[0]).toMatchObject({ likeCount: 1, viewerHasLiked: true });
});

test('two edits of a comment are sent in their order; what did not change is the same object', async () => {
  const server = filled(2);
  const [one = '', two = ''] = server.mediaIds();
  const commentId = server.addComment(one, 'me', 'a', null);
  const w = await connected(server);
  await w.page.readComments(one);
  await w.page.readComments(two);
  w.asked.splice(0);
  const other = w.view().comments[two];
  let release = () => undefined as void;
  w.hold(() => new Promise((next) => (release = next)));
  const acts = ['b', 'c'].map((text) => w.page.act({ kind: 'editComment', mediaId: one, commentId, text }));
  await w.after();
  expect(w.asked).toEqual(['EditComment']);
  expect(w.view().comments[one]?.threads[0]?.comment).toMatchObject({ text: 'c', pending: true });
  w.hold(() => undefined);
  release();
  await Promise.all(acts);
  expect(w.view().comments[one]?.threads[0]?.comment).toMatchObject({ text: 'c', pending: false });
  expect(w.view().comments[two]).toBe(other);
});
