import { begin, type Action, type AlbumState, type Answer, type Change } from '../album/state';
import { reduce } from '../album/reduce';
import type { MediaOrder, Page, SeenMedium } from '../model';
import { ModelServer } from './model';

const orders: readonly MediaOrder[] = ['ADDED', 'TAKEN', 'HAND'];
export const me = { id: 'me', displayName: 'me', avatarUrl: null };

/**
 * A page and its server. What they say to one another is held back, and comes
 * when the script says so: requests are done at any moment after they were made,
 * answers come at any moment after that, events in their order, likes in any.
 */
export class World {
  readonly server;
  state: AlbumState = begin();
  private flights = 0;
  private undone: (() => void)[] = [];
  private answers: (() => void)[] = [];
  private told = 0; // events
  private likes: (() => void)[] = [];
  private sent: Action[] = [];
  private reading = new Set<string>();
  /** The kinds of events that were taken. */
  readonly kinds = new Set<string>();

  /** `behind` is how many entries the cursor of the page is older than its rows. */
  constructor(order: MediaOrder, private readonly first: number, behind: number) {
    this.server = new ModelServer(order);
    for (let i = 0; i < first * 2; i++) this.server.addMedia((i * 37) % 20, i % 3 === 0 ? ['me'] : []);
    this.told = Math.max(0, this.server.length - behind);
    const flight = this.asked();
    this.dispatch({ type: 'page', flight, album: this.server.album(), media: this.page(first, null) });
  }

  private dispatch(action: Action): void {
    this.state = reduce(this.state, action);
    if (action.type === 'resync') this.kinds.add('RESYNC');
    if (action.type === 'told' && 'event' in action.told) this.kinds.add(action.told.event.kind);
  }
  private page(first: number, after: string | null): Page<SeenMedium> {
    return this.server.page(first, after) ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
  }
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
    this.request(() => {
      const media = this.server.page(this.first, endCursor);
      return media === null ? { type: 'failed', flight } : { type: 'more', flight, media };
    }, 'more');
  }
  readPage(): void {
    if (this.reading.has('page') || this.reading.has('more')) return;
    const flight = this.asked();
    const want = Math.max(this.first, this.state.media.rows.length);
    this.request(() => ({ type: 'page', flight, album: this.server.album(), media: this.page(want, null) }), 'page');
  }
  /** Reads likes of what is shown, as after a reconnect. */
  readLikes(): void {
    const ids = this.state.media.rows.map((row) => row.id);
    this.request(() => ({ type: 'likes', media: ids.flatMap((id) => this.server.seen(id) ?? []) }));
  }
  /** What was not told is left out. */
  resync(): void {
    this.told = this.server.length;
    this.dispatch({ type: 'resync' });
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

/** What a script is made of: what happens, and numbers that say to what and how. */
export type Step = [kind: number, a: number, b: number];
export const stepKinds = 34;

/** Has the server, the page and what is between them do what a script says. */
export function play(world: World, script: readonly Step[]): void {
  const { server } = world;
  const pick = (ids: string[], at: number) => ids[at % Math.max(1, ids.length)];
  const written = (id: string): Answer => ({ media: server.medium(server.mediaOf(id)), comment: { mediaId: server.mediaOf(id), comment: server.comment(id) } });
  for (const [kind, a, b] of script) {
    const media = pick(server.mediaIds(), a);
    const comment = pick(server.commentIds(), a);
    if (kind < 5) world.step(kind, a);
    if (kind === 5) server.addMedia(b % 3 === 0 ? null : b % 20, ['me', 'ann', 'ben'].slice(0, b % 4));
    if (kind === 6) server.restore();
    if (kind === 7) server.editAlbum(`title ${b}`);
    if (kind === 8) world.more();
    if (kind === 9) world.readPage();
    if (kind === 25) server.refuseUpload();
    if (kind === 26) server.trashAlbum();
    if (kind === 27) server.changeMember((['MEMBER_JOINED', 'MEMBER_ROLE_CHANGED', 'MEMBER_REMOVED'] as const)[b % 3] ?? 'MEMBER_JOINED');
    if (kind === 28 && a % 3 === 0) server.editAlbum('sorted', orders[b % 3]);
    if (kind === 29 && a % 3 === 0) world.resync();
    if (kind === 30) world.readLikes();
    if (media !== undefined) {
      if (kind === 10) server.editMedia(media, `caption ${b}`, b % 20);
      if (kind === 11) server.trash(media);
      if (kind === 31) server.process(media, b % 100);
      if (kind === 32 || kind === 33) server.arrange([media, ...server.mediaIds().filter((id) => id !== media).slice(0, b % 3)], b % 4 === 0 ? null : (server.mediaIds().at(-1 - (b % 5)) ?? null));
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
