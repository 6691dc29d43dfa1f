// What is to be seen at once, which the scripts of reduce.test.ts do not look at: they look at the end.
import { expect, test } from 'vitest';
import { begin, type AlbumState, type Change } from './state';
import { maxTail, reduce } from './reduce';
import { shownOf } from './view';
import type { Page, SeenMedium } from '../model';
import { ModelServer } from '../testing/model';
import { me } from '../testing/world';

const pageOf = (server: ModelServer, first = 1) => server.page(first, null) as Page<SeenMedium>;

test('an answer that took longer than what is kept has the page read again', () => {
  let state = reduce(begin(), { type: 'asked', flight: 'slow' });
  for (let i = 0; i <= maxTail; i++) state = reduce(state, { type: 'told', told: { likes: { mediaId: 'med', count: i, version: i } } });
  expect(state.tail).toHaveLength(maxTail);
  const server = new ModelServer('ADDED');
  state = reduce(state, { type: 'page', flight: 'slow', album: server.album(), media: pageOf(server) });
  expect(state.stale).toBe(true);
  expect(state.tail).toEqual([]);
});

test('what is put in its place by hand is there at once, and read again when it is answered', () => {
  const server = new ModelServer('HAND');
  for (let i = 0; i < 4; i++) server.addMedia(null);
  const ids = server.mediaIds();
  const [a, b, c, d] = ids as [string, string, string, string];
  const order = (state: AlbumState) => shownOf(state).media.map((m) => m.id);
  const begun = reduce(begin(), { type: 'page', flight: 'f', album: server.album(), media: pageOf(server, 4) });
  const acted = reduce(begun, { type: 'acted', flight: 'g', change: { kind: 'arrangeMedia', mediaIds: [d, a], afterId: b }, me, at: '2027-01-01T00:00:00.000Z' });
  expect(order(acted)).toEqual([b, d, a, c]);
  expect(order(reduce(acted, { type: 'failed', flight: 'g' }))).toEqual(ids);
  const answered = reduce(acted, { type: 'answered', flight: 'g', answer: { arranged: { ids: [d, a], afterId: b } } });
  expect(order(answered)).toEqual([b, d, a, c]);
  expect(answered.stale).toBe(true);
  // What it was to stand behind is gone meanwhile: nothing moves.
  expect(order(reduce(begun, { type: 'acted', flight: 'g', change: { kind: 'arrangeMedia', mediaIds: [d], afterId: 'gone' }, me, at: '2027-01-01T00:00:00.000Z' }))).toEqual(ids);
});

test('what a person does is shown at once, and undone when it is refused', () => {
  const server = new ModelServer('ADDED');
  server.addMedia(null);
  let state = reduce(begin(), { type: 'page', flight: 'f', album: server.album(), media: pageOf(server) });
  state = reduce(state, { type: 'comments', flight: 'g', mediaId: 'med_0000', page: server.commentsPage('med_0000', 1, null), append: false });
  const before = shownOf(state);
  const changes: Change[] = [
    { kind: 'like', mediaId: 'med_0000', liked: true },
    { kind: 'comment', mediaId: 'med_0000', text: 'hello' },
    { kind: 'editMedia', mediaId: 'med_0000', caption: 'mine' },
    { kind: 'editAlbum', title: 'mine', coverId: 'med_0000' },
  ];
  for (const [i, change] of changes.entries()) state = reduce(state, { type: 'acted', flight: `c${i}`, change, me, at: '2027-01-01T00:00:00.000Z' });
  const shown = shownOf(state);
  expect(shown.media[0]).toMatchObject({ likeCount: 1, viewerHasLiked: true, commentCount: 1, caption: 'mine', pending: true });
  expect(shown.comments.med_0000?.[0]?.comment).toMatchObject({ text: 'hello', author: me, pending: true });
  expect(shown.album).toMatchObject({ title: 'mine', cover: { id: 'med_0000' } });
  for (const i of changes.keys()) state = reduce(state, { type: 'failed', flight: `c${i}` });
  expect(shownOf(state)).toEqual(before);
  expect(shownOf(state).media[0]).toBe(before.media[0]); // what did not change is the same object
});

test('one\'s own like is known of a medium that was away meanwhile', () => {
  const server = new ModelServer('ADDED');
  server.addMedia(null);
  const [id, before] = ['med_0000', pageOf(server)];
  let state = reduce(begin(), { type: 'page', flight: 'f', album: server.album(), media: before });
  state = reduce(state, { type: 'acted', flight: 'like', change: { kind: 'like', mediaId: id, liked: true }, me, at: '2027-01-01T00:00:00.000Z' });
  const likes = server.like(id, 'me', true);
  server.trash(id);
  state = reduce(state, { type: 'told', told: { event: server.event(server.length - 1) } });
  state = reduce(state, { type: 'answered', flight: 'like', answer: { likes, liked: true } });
  expect(shownOf(state).media).toEqual([]);
  server.restore();
  state = reduce(state, { type: 'told', told: { event: server.event(server.length - 1) } });
  expect(shownOf(state).media[0]).toMatchObject({ viewerHasLiked: true, likeCount: 1 });
  expect(state.unsure).toEqual([]);
  // An answer of before the like changes nothing of it.
  state = reduce(state, { type: 'page', flight: 'late', album: server.album(), media: before });
  expect(shownOf(state).media[0]).toMatchObject({ viewerHasLiked: true, likeCount: 1 });
});

const id = 'med_0000';
const at = '2027-01-01T00:00:00.000Z';
/** A server with one medium, and its page with the comments of that. */
function opened() {
  const server = new ModelServer('ADDED');
  server.addMedia(null);
  let state = ['f', 'g'].reduce((s, flight) => reduce(s, { type: 'asked', flight }), begin());
  state = reduce(state, { type: 'page', flight: 'f', album: server.album(), media: pageOf(server) });
  state = reduce(state, { type: 'comments', flight: 'g', mediaId: id, page: server.commentsPage(id, 9, null), append: false });
  return { server, state };
}
const lastOf = (server: ModelServer) => ({ type: 'told', told: { event: server.event(server.length - 1) } }) as const;
const acted = (state: AlbumState, flight: string, change: Change) => reduce(state, { type: 'acted', flight, change, me, at });
const texts = (state: AlbumState) => shownOf(state).comments[id]?.map((t) => [t.comment.text, t.comment.pending]);

test('a comment whose event comes before its answer is shown once', () => {
  const { server, state: before } = opened();
  let state = acted(before, 'c1', { kind: 'comment', mediaId: id, text: 'hello' });
  state = acted(state, 'c2', { kind: 'comment', mediaId: id, text: 'hello' });
  expect(texts(state)).toEqual([['hello', true], ['hello', true]]);
  server.addComment(id, 'me', 'other', null); // on another device
  state = reduce(state, lastOf(server));
  expect(texts(state)).toEqual([['other', false], ['hello', true], ['hello', true]]);
  server.addComment(id, 'me', 'hello', null);
  for (let twice = 0; twice < 2; twice++) state = reduce(state, lastOf(server));
  expect(texts(state)).toEqual([['other', false], ['hello', false], ['hello', true]]);
  server.addComment(id, 'me', 'hello', null);
  state = reduce(state, lastOf(server));
  expect(texts(state)).toEqual([['other', false], ['hello', false], ['hello', false]]);
});

test('of counts that come in any order the newest stays', () => {
  const { server, state: before } = opened();
  const likes = ['ann', 'ben', 'cid'].map((who) => server.like(id, who, true));
  const state = [2, 1, 0].reduce((s, n) => reduce(s, { type: 'told', told: { likes: likes[n] ?? server.like(id, 'x', false) } }), before);
  expect(shownOf(state).media[0]).toMatchObject({ likeCount: 3, likeVersion: 3 });
});

test('what was read before a medium was removed does not bring it back', () => {
  const { server, state: before } = opened();
  let state = reduce(before, { type: 'asked', flight: 'again' });
  const read = server.seen(id) as SeenMedium;
  state = acted(state, 'trash', { kind: 'trashMedia', mediaIds: [id] });
  state = reduce(state, { type: 'answered', flight: 'trash', answer: { removed: [id] } });
  state = reduce(state, { type: 'again', flight: 'again', asked: [id], media: [read] });
  expect(shownOf(state).media).toEqual([]);
});

test('one answer does not forget what another request has to be told', () => {
  const { server, state: before } = opened();
  let state = reduce(before, { type: 'asked', flight: 'slow' });
  const old = { album: server.album(), media: pageOf(server) };
  state = reduce(state, { type: 'asked', flight: 'quick' });
  server.editMedia(id, 'new', null);
  state = reduce(state, lastOf(server));
  state = reduce(state, { type: 'failed', flight: 'quick' });
  state = reduce(state, { type: 'page', flight: 'slow', ...old });
  expect(shownOf(state).media[0]?.caption).toBe('new');
  expect([state.stale, state.tail, state.flights]).toEqual([false, [], {}]);
});

test('a page tells of likes that were unsure', () => {
  const { server, state: before } = opened();
  server.addMedia(null, ['ann']);
  let state = reduce(before, lastOf(server));
  expect(state.unsure).toEqual(['med_0001']);
  state = reduce(state, { type: 'page', flight: 'p', album: server.album(), media: pageOf(server, 2) });
  expect(state.unsure).toEqual([]);
});

test('comments that cannot be told from an event are read again', () => {
  const { server, state: before } = opened();
  const head = server.addComment(id, 'ann', 'head', null);
  const event = server.event(server.length - 1);
  expect(reduce(before, { type: 'told', told: { event } }).comments[id]?.stale).toBe(false);
  expect(reduce(before, { type: 'told', told: { event: { ...event, comment: null } } }).comments[id]?.stale).toBe(true);
  const reply = server.addComment(id, 'ann', 'reply', head);
  // It has a reply that was not told of.
  expect(reduce(before, { type: 'told', told: { event: server.event(server.length - 2) } }).comments[id]?.stale).toBe(true);
  server.addComment(id, 'ben', 'to a reply', reply);
  expect(reduce(before, lastOf(server)).comments[id]?.stale).toBe(true);
});
