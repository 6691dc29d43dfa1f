import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { begin, type Change } from './state';
import { maxTail, reduce } from './reduce';
import { shownOf } from './view';
import type { AlbumEventKind, MediaOrder, Page, SeenMedium } from '../model';
import { ModelServer } from '../testing/model';
import { me, play, stepKinds, World } from '../testing/world';

const orders: readonly MediaOrder[] = ['ADDED', 'TAKEN', 'HAND'];
const numRuns = Number(process.env.PROPERTY_RUNS ?? 2_000);

const n = fc.nat({ max: 1_000 });
const steps = fc.array(fc.tuple(fc.nat({ max: stepKinds - 1 }), n, n), { minLength: 1, maxLength: 120 });

/** The page must show what the server has: as many rows as were read, of each list. */
function check(world: World): void {
  const { state, server } = world;
  const shown = shownOf(state);
  expect(state.pending).toEqual([]);
  expect(state.flights).toEqual({});
  expect(state.tail).toEqual([]);
  expect(shown.album).toEqual(server.album());
  const rows = shown.media.map(({ pending, ...m }) => (expect(pending).toBe(false), m));
  expect(rows).toEqual(server.page(rows.length, null)?.edges.map((e) => e.node));
  expect(state.media.order).toBe(server.album().settings.order);
  if (!state.media.hasMore) expect(rows).toHaveLength(server.mediaIds().length);
  for (const [id, list] of Object.entries(state.comments)) {
    const fresh = server.commentsPage(id, list.threads.length, null);
    expect(list.threads.map((t) => t.comment)).toEqual(fresh.edges.map(({ node: { replies: _replies, ...c } }) => ({ ...c, pending: false })));
    if (!list.hasMore) expect(list.threads).toHaveLength(server.commentsPage(id, 1_000, null).edges.length);
    for (const { comment, replies } of list.threads) {
      const all = server.repliesPage(comment.id, 1_000, null).edges.map((e) => ({ ...e.node, pending: false }));
      expect(replies.rows).toEqual(replies.hasMore ? all.slice(0, replies.rows.length) : all);
    }
  }
}

/** Every kind of event, and what plays it: the scripts above, or the tests of following, which it ends. */
const kinds: Record<AlbumEventKind, 'script' | 'follow'> = {
  ALBUM_CREATED: 'script', ALBUM_EDITED: 'script', ALBUM_TRASHED: 'script', ALBUM_RESTORED: 'script', ALBUM_DELETED: 'follow',
  MEDIA_ADDED: 'script', MEDIA_EDITED: 'script', MEDIA_REMOVED: 'script', MEDIA_RESTORED: 'script', MEDIA_PROCESSED: 'script',
  MEDIA_ARRANGED: 'script', MEDIA_FAILED: 'script', COMMENT_ADDED: 'script', COMMENT_EDITED: 'script', COMMENT_REMOVED: 'script',
  MEMBER_JOINED: 'script', MEMBER_ROLE_CHANGED: 'script', MEMBER_REMOVED: 'script', RESYNC: 'script', ACCESS_REVOKED: 'follow',
};

test('there are as many kinds of events as the schema has', () => {
  const schema = buildSchema(readFileSync(resolve(import.meta.dirname, '../../../../graph/schema.golden.graphql'), 'utf8'));
  const enumOf = schema.getType('AlbumEventKind') as GraphQLEnumType;
  expect(Object.keys(kinds).sort()).toEqual(enumOf.getValues().map((value) => value.name).sort());
});

describe('whatever comes in whatever order, the page ends as a fresh one', () => {
  test.each(orders)('in the order %s', (order) => {
    const played = new Set<string>();
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 9 }), steps, (first, behind, script) => {
      const world = new World(order, first, behind);
      play(world, script);
      world.settle();
      check(world);
      for (const kind of world.kinds) played.add(kind);
    }), { numRuns });
    expect([...played].sort()).toEqual(Object.entries(kinds).filter(([, by]) => by === 'script').map(([kind]) => kind).sort());
  }, 60_000);
});

const pageOf = (server: ModelServer) => server.page(1, null) as Page<SeenMedium>;

test('an answer that took longer than what is kept has the page read again', () => {
  let state = reduce(begin(), { type: 'asked', flight: 'slow' });
  for (let i = 0; i <= maxTail; i++) state = reduce(state, { type: 'told', told: { likes: { mediaId: 'med', count: i, version: i } } });
  expect(state.tail).toHaveLength(maxTail);
  const server = new ModelServer('ADDED');
  state = reduce(state, { type: 'page', flight: 'slow', album: server.album(), media: pageOf(server) });
  expect(state.stale).toBe(true);
  expect(state.tail).toEqual([]);
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
