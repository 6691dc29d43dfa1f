import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { begin, type Action, type AlbumState, type Answer, type Change } from './state';
import { maxTail, reduce } from './reduce';
import { shownOf } from './view';
import { ModelServer } from '../testing/model';

const me = { id: 'me', displayName: 'me', avatarUrl: null };

/**
 * A page and its server. What they say to one another is held back, and comes
 * when the script says so: requests are done at any moment after they were made,
 * answers come at any moment after that, events in their order, likes in any.
 */
class World {
  readonly server;
  state: AlbumState = begin();
  private flights = 0;
  private undone: (() => void)[] = [];
  private answers: (() => void)[] = [];
  private told = 0; // events
  private likes: (() => void)[] = [];
  private sent: Action[] = [];
  private reading = new Set<string>();

  constructor(order: 'ADDED' | 'TAKEN' | 'HAND', private readonly first: number) {
    this.server = new ModelServer(order);
    for (let i = 0; i < first * 2; i++) this.server.addMedia((i * 37) % 20);
    this.told = this.server.length;
    const flight = this.asked();
    this.dispatch({ type: 'page', flight, album: this.server.album(), media: this.server.page(first, null) });
  }

  private dispatch = (action: Action) => void (this.state = reduce(this.state, action));
  private asked(): string {
    const flight = `flight ${++this.flights}`;
    this.dispatch({ type: 'asked', flight });
    return flight;
  }
  /** Asks; the server does it later, and the answer comes later still. */
  private request(done: () => Action, what?: string): void {
    if (what !== undefined && this.reading.has(what)) return;
    if (what !== undefined) this.reading.add(what);
    this.undone.push(() => {
      const action = structuredClone(done());
      this.answers.push(() => {
        if (what !== undefined) this.reading.delete(what);
        this.dispatch(action);
      });
    });
  }

  more(): void {
    const { hasMore, endCursor } = this.state.media;
    if (!hasMore || this.reading.has('page')) return;
    if (this.reading.has('more')) return;
    const flight = this.asked();
    this.request(() => ({ type: 'more', flight, media: this.server.page(this.first, endCursor) }), 'more');
  }
  readPage(): void {
    if (this.reading.has('page') || this.reading.has('more')) return;
    const flight = this.asked();
    const want = Math.max(this.first, this.state.media.rows.length);
    this.request(() => ({ type: 'page', flight, album: this.server.album(), media: this.server.page(want, null) }), 'page');
  }
  readAgain(ids: readonly string[]): void {
    if (this.reading.has('again')) return;
    const flight = this.asked();
    this.request(() => ({ type: 'again', flight, asked: ids, media: ids.flatMap((id) => this.server.seen(id) ?? []) }), 'again');
  }
  readComments(mediaId: string, append: boolean): void {
    const what = `comments ${mediaId}`;
    if (this.reading.has(what)) return;
    const flight = this.asked();
    const after = append ? (this.state.comments[mediaId]?.endCursor ?? null) : null;
    this.request(() => ({ type: 'comments', flight, mediaId, page: this.server.commentsPage(mediaId, 3, after), append }), what);
  }
  readReplies(mediaId: string, at: number): void {
    const thread = this.state.comments[mediaId]?.threads.filter((t) => t.replies.hasMore)[at];
    if (thread === undefined || this.reading.has(`comments ${mediaId}`)) return;
    const [flight, commentId, { endCursor }] = [this.asked(), thread.comment.id, thread.replies];
    this.request(() => ({ type: 'replies', flight, mediaId, commentId, page: this.server.repliesPage(commentId, 2, endCursor) }), `comments ${mediaId}`);
  }
  act(change: Change, does: () => Answer | null): void {
    const flight = `flight ${++this.flights}`;
    this.dispatch({ type: 'acted', flight, change, me, at: '2027-01-01T00:00:00.000Z' });
    this.request(() => {
      const answer = does();
      return answer === null ? { type: 'failed', flight } : { type: 'answered', flight, answer };
    });
  }
  likeByOther(id: string, liked: boolean, who: string): void {
    const likes = this.server.like(id, who, liked);
    this.likes.push(() => this.dispatch({ type: 'told', told: { likes } }));
  }
  tellOwnLike(id: string): void {
    const likes = this.server.like(id, 'nobody', false);
    this.likes.push(() => this.dispatch({ type: 'told', told: { likes } }));
  }

  step(kind: number, at: number): void {
    const take = (queue: (() => void)[]) => queue.splice(at % Math.max(1, queue.length), 1)[0]?.();
    if (kind === 0) take(this.undone);
    if (kind === 1) take(this.answers);
    if (kind === 2) take(this.likes);
    if (kind === 3 && this.told < this.server.length) {
      const action: Action = { type: 'told', told: { event: this.server.event(this.told++) } };
      this.sent.push(action);
      this.dispatch(action);
    }
    if (kind === 4 && this.sent.length > 0) this.dispatch(this.sent[at % this.sent.length] as Action); // it comes twice
    this.heal();
  }
  private heal(): void {
    if (this.state.stale) this.readPage();
    for (const [id, list] of Object.entries(this.state.comments)) if (list.stale) this.readComments(id, false);
    if (this.state.unsure.length > 0) this.readAgain(this.state.unsure);
  }
  /** Everything that was held back comes. */
  settle(): void {
    for (let rounds = 0; rounds < 5_000; rounds++) {
      const left = this.undone.length + this.answers.length + this.likes.length + (this.server.length - this.told);
      if (left === 0 && !this.state.stale && this.state.unsure.length === 0) return;
      for (const kind of [0, 3, 1, 2]) this.step(kind, 0);
    }
    throw new Error('it does not come to rest');
  }
}

const n = fc.nat({ max: 1_000 });
const steps = fc.array(fc.tuple(fc.nat({ max: 24 }), n, n), { minLength: 1, maxLength: 120 });

function play(world: World, script: [number, number, number][]): void {
  const { server } = world;
  const pick = (ids: string[], at: number) => ids[at % Math.max(1, ids.length)];
  const written = (id: string): Answer => ({ media: server.medium(server.mediaOf(id)), comment: { mediaId: server.mediaOf(id), comment: server.comment(id) } });
  for (const [kind, a, b] of script) {
    const media = pick(server.mediaIds(), a);
    const comment = pick(server.commentIds(), a);
    if (kind < 5) world.step(kind, a);
    if (kind === 5) server.addMedia(b % 3 === 0 ? null : b % 20);
    if (kind === 6) server.restore();
    if (kind === 7) server.editAlbum(`title ${b}`);
    if (kind === 8) world.more();
    if (kind === 9) world.readPage();
    if (media !== undefined) {
      if (kind === 10) server.editMedia(media, `caption ${b}`, b % 20);
      if (kind === 11) server.trash(media);
      if (kind === 12) world.likeByOther(media, b % 2 === 0, `p${b % 3}`);
      if (kind === 13 || kind === 14) server.addComment(media, b % 4 === 0 ? 'me' : 'ann', `text ${b % 4}`, null);
      if (kind === 15) world.readComments(media, b % 2 === 0 && world.state.comments[media] !== undefined);
      if (kind === 16) world.readReplies(media, b % 2);
      if (kind === 17) {
        const liked = b % 2 === 0;
        world.act({ kind: 'like', mediaId: media, liked }, () => {
          const likes = server.like(media, 'me', liked);
          world.tellOwnLike(media);
          return { likes, liked };
        });
      }
      if (kind === 18) world.act({ kind: 'comment', mediaId: media, text: `text ${b % 4}` }, () => (b % 5 === 0 ? null : written(server.addComment(media, 'me', `text ${b % 4}`, null))));
      if (kind === 19) {
        world.act({ kind: 'editMedia', mediaId: media, caption: `mine ${b}` }, () => {
          if (!server.mediaIds().includes(media)) return null;
          server.editMedia(media, `mine ${b}`, b % 20);
          return { media: server.medium(media) };
        });
      }
      if (kind === 20) world.act({ kind: 'trashMedia', mediaIds: [media] }, () => (server.mediaIds().includes(media) ? (server.trash(media), { removed: [media] }) : null));
    }
    if (comment !== undefined) {
      const mediaId = server.mediaOf(comment);
      if (kind === 21) server.removeComment(comment);
      if (kind === 22) server.editComment(comment, `edited ${b}`);
      if (kind === 23) server.addComment(mediaId, b % 3 === 0 ? 'me' : 'ann', `text ${b % 4}`, comment); // perhaps to a reply
      if (kind === 24) {
        world.act({ kind: 'removeComment', mediaId, commentId: comment }, () => {
          if (!server.commentIds().includes(comment)) return null;
          server.removeComment(comment);
          return written(comment);
        });
      }
    }
  }
}

/** The page must show what the server has: as many rows as were read, of each list. */
function check(world: World): void {
  const { state, server } = world;
  const shown = shownOf(state);
  expect(state.pending).toEqual([]);
  expect(state.flights).toEqual({});
  expect(state.tail).toEqual([]);
  expect(shown.album).toEqual(server.album());
  const rows = shown.media.map(({ pending, ...m }) => (expect(pending).toBe(false), m));
  expect(rows).toEqual(server.page(rows.length, null).edges.map((e) => e.node));
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

describe('whatever comes in whatever order, the page ends as a fresh one', () => {
  for (const order of ['ADDED', 'TAKEN'] as const) {
    test(`in the order ${order}`, () => {
      fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), steps, (first, script) => {
        const world = new World(order, first);
        play(world, script);
        world.settle();
        check(world);
      }), { numRuns: 600 });
    });
  }
});

test('an answer that took longer than what is kept has the page read again', () => {
  let state = reduce(begin(), { type: 'asked', flight: 'slow' });
  for (let i = 0; i <= maxTail; i++) state = reduce(state, { type: 'told', told: { likes: { mediaId: 'med', count: i, version: i } } });
  expect(state.tail).toHaveLength(maxTail);
  const server = new ModelServer('ADDED');
  state = reduce(state, { type: 'page', flight: 'slow', album: server.album(), media: server.page(1, null) });
  expect(state.stale).toBe(true);
  expect(state.tail).toEqual([]);
});

test('what a person does is shown at once, and undone when it is refused', () => {
  const server = new ModelServer('ADDED');
  server.addMedia(null);
  let state = reduce(begin(), { type: 'page', flight: 'f', album: server.album(), media: server.page(1, null) });
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
