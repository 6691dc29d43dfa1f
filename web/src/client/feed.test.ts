import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api } from './api';
import { systemClock } from './clock';
import { ApiError } from './errors';
import { followFeed } from './feed';
import { fakeLive } from './testing/fakes';
import { ModelServer } from './testing/model';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A feed of one album's media, newest first. */
function world(media: number, first: ApiError | null = null) {
  const server = new ModelServer('ADDED');
  for (let i = 0; i < media; i++) server.addMedia(null);
  for (const id of server.mediaIds()) server.address(id, 3_600_000);
  const stream = fakeLive();
  const asked: { first: number; after: string | null }[] = [];
  let fails = first;
  const ask = async (_document: unknown, variables: { first: number; after: string | null }) => {
    asked.push(variables);
    if (fails !== null) throw fails;
    const page = server.page(variables.first, variables.after);
    const edges = page?.edges.map(({ node }) => ({ cursor: node.id, at: node.addedAt, node: { __typename: 'Media', ...node, album: { id: 'alb', title: '' } } }));
    return { feed: { cursor: `cursor ${server.length}`, edges, pageInfo: page?.pageInfo } };
  };
  const feed = followFeed({ api: { ask } as unknown as Api, live: stream.live, clock: systemClock, random: () => 0.5 });
  return {
    ...stream, server, asked, feed,
    view: () => feed.view.get(),
    ids: () => feed.view.get().rows.map((row) => row.node.id),
    fail: (error: ApiError | null) => void (fails = error),
    event: (kind: string, cursor = 'c') => stream.tell({ feedEvents: { ...server.event(0), kind, cursor } }),
    after: (ms = 0) => vi.advanceTimersByTimeAsync(ms),
  };
}

test('a burst of events has the feed read once, as much as was shown; some change nothing', async () => {
  const w = world(150);
  await w.after();
  await w.connect();
  expect(w.ids()).toHaveLength(20);
  await w.feed.more();
  expect(w.ids()).toHaveLength(120);
  w.asked.splice(0);
  w.server.addMedia(null);
  for (const cursor of ['c1', 'c2', 'c3']) w.event('MEDIA_ADDED', cursor);
  await w.after(249);
  expect(w.asked).toEqual([]);
  await w.after(1);
  expect(w.asked.map((a) => a.first)).toEqual([100, 100]);
  expect(w.ids()[0]).toBe('med_0150');
  expect([...w.followed][0]?.variables()).toEqual({ after: 'c3' });
  w.asked.splice(0);
  for (const kind of ['MEDIA_ARRANGED', 'MEDIA_FAILED', 'MEMBER_ROLE_CHANGED', 'ALBUM_CREATED']) w.event(kind);
  await w.after(1_000);
  expect(w.asked).toEqual([]);
});

test('after a break the feed is read before it is called connected', async () => {
  const w = world(1);
  await w.after();
  await w.connect();
  expect(w.asked).toHaveLength(1);
  w.server.like('med_0000', 'ann', true);
  await w.connect();
  expect(w.view().rows[0]?.node.media.likeCount).toBe(1);
});

test('addresses are read again before they end', async () => {
  const w = world(1);
  await w.after();
  w.server.address('med_0000', 7_200_000);
  await w.after(49 * 60_000);
  expect(w.asked).toHaveLength(1);
  await w.after(6 * 60_000);
  expect(w.asked).toHaveLength(2);
});

test('what may pass is tried again, and what does not ends the feed', async () => {
  const w = world(1, new ApiError('NETWORK'));
  await w.after();
  expect(w.view()).toMatchObject({ phase: 'loading', error: { code: 'NETWORK' } });
  w.fail(null);
  await w.after(1_000);
  expect(w.view()).toMatchObject({ phase: 'ready', error: null });
  w.fail(new ApiError('SESSION_REVOKED'));
  w.event('MEDIA_ADDED');
  await w.after(250);
  expect(w.view()).toMatchObject({ phase: 'ended', reason: 'SIGNED_OUT' });
  expect([w.followed.size, w.opened.size, vi.getTimerCount()]).toEqual([0, 0, 0]);
});
