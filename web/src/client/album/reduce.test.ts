import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { shownOf } from './view';
import type { AlbumEventKind, MediaOrder } from '../model';
import { play, stepKinds, World } from '../testing/world';

const orders: readonly MediaOrder[] = ['ADDED', 'TAKEN', 'HAND'];
const numRuns = Number(process.env.PROPERTY_RUNS ?? 600);

const n = fc.nat({ max: 1_000 });
const few = fc.nat({ max: 2 }); // so that much is done to the same things
const steps = fc.array(fc.tuple(fc.nat({ max: stepKinds - 1 }), fc.oneof(few, n), n), { minLength: 1, maxLength: 120, size: 'max' });

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
