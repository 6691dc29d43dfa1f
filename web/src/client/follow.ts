import { answerOf } from './act';
import { begin, type Action, type AlbumState, type Change } from './album/state';
import { reduce } from './album/reduce';
import { shownOf, type AlbumView, type EndReason } from './album/view';
import type { Api } from './api';
import { pause, type Clock } from './clock';
import * as documents from './documents';
import { ApiError } from './errors';
import type { Live } from './live';
import type { AlbumEvent, Id, Page, Person, SeenMedium } from './model';
import { observable, type Observable } from './observable';
import { localLocks } from './ports';
import { backoff, endsSession, worthAnotherTry } from './retry';

export interface AlbumFollower {
  readonly view: Observable<AlbumView>;
  /** Reads the next page of media; does nothing while it does or if there is none. */
  more(): Promise<void>;
  /** Reads the comments of a medium, or the next page of them; from then on they are live. */
  readComments(mediaId: Id): Promise<void>;
  readReplies(mediaId: Id, commentId: Id): Promise<void>;
  /** Forgets the comments of a medium that is not looked at any more. */
  dropComments(mediaId: Id): void;
  /** Resolves when the server has done it; rejects with ApiError when it is undone. */
  act(change: Change): Promise<void>;
  /** Each event once, after the view has it: for live regions, and lists the view has not (members, links, trash). */
  onEvent(listener: (event: AlbumEvent) => void): () => void;
  stop(): void;
}

export interface FollowParts {
  api: Api;
  live: Live;
  clock: Clock;
  random: () => number;
  /** Who acts, to be shown beside a comment that is being sent. */
  me: () => Person | null;
}

/** How many media and comments are asked for at once: the server's bounds are 100. */
export const pageSize = 100;
const firstPage = 50;
const commentPage = 50;
/** How many media are read again at once: the bound of `nodes`. */
const againSize = 50;
/** Nothing says from when on likes are told, so they are read again once that is sure to be; in milliseconds, and up to twice that, since everybody comes back at once. */
const likesSettle = 2_000;
/** Addresses are read again this long before they end, and no more often. In milliseconds. */
const beforeEnd = 5 * 60_000;
const longestTimer = 24 * 3_600_000;

/** Why a following ends, by the error that ended it; null for one that is worth another try. */
export function endOf(error: ApiError): EndReason | null {
  if (worthAnotherTry(error, true)) return null;
  if (endsSession(error.code) || error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_EXPIRED') return 'SIGNED_OUT';
  if (error.code === 'SHARE_CLOSED' || error.code === 'ACCESS_REVOKED') return 'ACCESS_REVOKED';
  return error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'FAILED';
}

export const apiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError('BAD_ANSWER', { message: String(thrown) });

/** Follows an album: reads it, then takes what happens behind its cursor, until `stop`. */
export function followAlbum(id: Id, parts: FollowParts): AlbumFollower {
  let state: AlbumState = begin();
  let over = false;
  let cursor: string | null = null;
  let flights = 0;
  const stopping = new AbortController();
  const running = new Map<string, () => void>(); // what is to be ended, by its name
  const listeners = new Set<(event: AlbumEvent) => void>();
  const tried = new Set<Id>(); // those that are unsure and being read
  const busy = new Set<string>(); // what is being read
  const turns = localLocks(); // what is done to one thing is sent in its order
  const view = observable<AlbumView>({
    phase: 'loading', reason: null, error: null, album: null, media: [], hasMore: true, loadingMore: false, comments: {},
  });

  const newFlight = () => `pending_${++flights}`;
  const show = (change: Partial<AlbumView> = {}) => {
    const { comments, ...shown } = shownOf(state);
    view.set({
      ...view.get(),
      ...shown,
      loadingMore: busy.has('more'),
      comments: Object.fromEntries(Object.entries(comments).map(([mediaId, threads]) => {
        const list = { threads, hasMore: state.comments[mediaId]?.hasMore ?? false, loading: busy.has(`comments ${mediaId}`) };
        const before = view.get().comments[mediaId];
        const same = before?.threads === threads && before.hasMore === list.hasMore && before.loading === list.loading;
        return [mediaId, same ? before : list];
      })),
      ...change,
    });
  };
  const dispatch = (action: Action) => {
    if (over) return;
    state = reduce(state, action);
    show();
    heal();
  };
  const end = (reason: EndReason, error: ApiError | null) => {
    if (over) return;
    show({ phase: 'ended', reason, error });
    close();
  };
  const close = () => {
    over = true;
    stopping.abort();
    for (const stop of running.values()) stop();
    running.clear();
  };

  /** Reads until it succeeds, or cannot; `what` is done once at a time. */
  async function reading(what: string, read: (flight: string) => Promise<void>): Promise<void> {
    if (over || busy.has(what)) return;
    busy.add(what);
    show();
    try {
      for (let tries = 0; !over; tries++) {
        const flight = newFlight();
        dispatch({ type: 'asked', flight });
        try {
          await read(flight);
          if (flight in state.flights) dispatch({ type: 'failed', flight }); // it needed no answer of its own
          if (view.get().error !== null) show({ error: null });
          return;
        } catch (thrown) {
          dispatch({ type: 'failed', flight });
          const error = apiError(thrown);
          if (over || error.code === 'ABORTED') return;
          if (endOf(error) !== null) throw error;
          show({ error });
          await pause(parts.clock, backoff(tries, parts.random, error.retryAfter), stopping.signal);
        }
      }
    } finally {
      busy.delete(what);
      if (!over) {
        show();
        heal();
      }
    }
  }
  const ask: Api['ask'] = (document, variables, options) => parts.api.ask(document, variables, { ...options, signal: stopping.signal });

  /** Reads the page: as many media as are shown. */
  const readPage = () => reading('page', async (flight) => {
    const want = Math.max(firstPage, state.media.rows.length);
    const { album } = await ask(documents.albumPage, { id, first: Math.min(want, pageSize), after: null });
    if (album === null) throw new ApiError('NOT_FOUND');
    const media: Page<SeenMedium> = { edges: [...album.media.edges], pageInfo: album.media.pageInfo };
    while (media.edges.length < want && media.pageInfo.hasNextPage) {
      const next = await readMedia(media.pageInfo.endCursor);
      media.edges.push(...next.edges);
      media.pageInfo = next.pageInfo;
    }
    cursor ??= album.cursor;
    const { cursor: _cursor, media: _media, ...rest } = album;
    dispatch({ type: 'page', flight, album: rest, media });
    if (view.get().phase === 'loading') show({ phase: 'ready' });
  }).catch((error: ApiError) => end(endOf(error) ?? 'FAILED', error));

  async function readMedia(after: string | null): Promise<Page<SeenMedium>> {
    const { album } = await ask(documents.mediaPage, { id, first: pageSize, after });
    if (album === null) throw new ApiError('NOT_FOUND');
    return album.media;
  }

  const readAgain = (ids: readonly Id[]) => reading('again', async () => {
    for (let at = 0; at < ids.length && !over; at += againSize) {
      const asked = ids.slice(at, at + againSize);
      const flight = newFlight();
      dispatch({ type: 'asked', flight });
      try {
        const { data, errors } = await parts.api.askPartly(documents.mediaAgain, { ids: asked }, { signal: stopping.signal });
        const failed = errors.find((e) => e.code !== 'NOT_FOUND'); // those that are gone
        if (failed !== undefined) throw failed;
        dispatch({ type: 'again', flight, asked, media: data.nodes.filter((m) => m !== null) });
      } catch (error) {
        dispatch({ type: 'failed', flight });
        throw error;
      }
    }
  }).catch((error: ApiError) => show({ error }));

  const readComments = (mediaId: Id, append: boolean) => reading(`comments ${mediaId}`, async (flight) => {
    const known = state.comments[mediaId];
    const first = append ? commentPage : Math.min(pageSize, Math.max(commentPage, known?.threads.length ?? 0));
    const { media } = await ask(documents.commentsPage, { id: mediaId, first, after: append ? (known?.endCursor ?? null) : null });
    if (media === null) throw new ApiError('NOT_FOUND');
    dispatch({ type: 'comments', flight, mediaId, page: media.comments, append });
  });

  /** Reads again what the state says it does not know. */
  function heal(): void {
    if (over || view.get().phase === 'loading') return;
    if (state.stale) void readPage();
    for (const [mediaId, list] of Object.entries(state.comments)) {
      if (list.stale) void readComments(mediaId, false).catch((error: ApiError) => lostComments(mediaId, error));
    }
    const unsure = state.unsure.filter((mediaId) => !tried.has(mediaId));
    for (const mediaId of unsure) tried.add(mediaId);
    if (unsure.length > 0) void readAgain(unsure).finally(() => unsure.forEach((mediaId) => tried.delete(mediaId)));
  }
  const lostComments = (mediaId: Id, error: ApiError) => {
    dispatch({ type: 'dropComments', mediaId });
    show({ error });
  };

  function follow(): void {
    running.set('events', parts.live.subscribe<documents.EventData>({
      query: documents.albumEvents,
      variables: () => ({ albumId: id, after: cursor }),
      next: (data) => {
        const event = data.albumEvents;
        if (event !== undefined) take(event);
      },
      ended: (error) => end(endOf(error) ?? 'FAILED', error),
    }));
  }
  function take(event: AlbumEvent): void {
    if (over) return;
    cursor = event.cursor;
    if (event.kind === 'ACCESS_REVOKED') return end('ACCESS_REVOKED', null);
    if (event.kind === 'ALBUM_DELETED') return end('ALBUM_DELETED', null);
    if (event.kind === 'RESYNC') {
      for (const mediaId of Object.keys(state.comments)) void again(`comments ${mediaId}`, () => readComments(mediaId, false)).catch((e: ApiError) => lostComments(mediaId, e));
      void again('page', readPage);
    } else {
      dispatch({ type: 'told', told: { event } });
    }
    for (const listener of [...listeners]) listener(event);
  }
  /** Reads anew, after a reading that has begun before. */
  async function again(what: string, read: () => Promise<void>): Promise<void> {
    while (busy.has(what) && !over) await new Promise<void>((resolve) => {
      const stop = view.subscribe(() => {
        stop();
        resolve();
      });
      stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await read();
  }

  function followLikes(): void {
    running.set('likes', parts.live.subscribe<documents.LikesData>({
      query: documents.likesChanged,
      variables: () => ({ albumId: id }),
      next: (data) => {
        if (data.likesChanged !== undefined) dispatch({ type: 'told', told: { likes: data.likesChanged } });
      },
      ended: () => undefined, // what ends the likes ends the events, too
    }));
    running.set('connected', parts.live.onConnected(settleLikes));
    if (parts.live.state.get() === 'connected') settleLikes();
  }
  function settleLikes(): void {
    running.get('settle')?.();
    running.set('settle', parts.clock.after(likesSettle * (1 + parts.random()), () => void readAgain(state.media.rows.map((m) => m.id))));
  }

  /** Has addresses read again before they end. */
  function watchAddresses(): void {
    const ends = state.media.rows.flatMap((m) => m.variants.map((v) => Date.parse(v.expiresAt)));
    const left = Math.min(longestTimer, ...ends) - (ends.length > 0 ? parts.clock.now() + beforeEnd : 0);
    running.set('addresses', parts.clock.after(Math.max(beforeEnd, left), () => {
      const soon = parts.clock.now() + 2 * beforeEnd;
      const ids = state.media.rows.filter((m) => m.variants.some((v) => Date.parse(v.expiresAt) < soon)).map((m) => m.id);
      void readAgain(ids).then(() => over || watchAddresses());
    }));
  }

  void readPage().then(() => {
    if (over) return;
    follow();
    followLikes();
    watchAddresses();
    heal();
  });

  return {
    view,
    more: async () => {
      if (!state.media.hasMore || view.get().phase !== 'ready') return;
      await reading('more', async (flight) => {
        dispatch({ type: 'more', flight, media: await readMedia(state.media.endCursor) });
      });
    },
    readComments: (mediaId) => {
      const known = state.comments[mediaId];
      return known !== undefined && !known.hasMore ? Promise.resolve() : readComments(mediaId, known !== undefined);
    },
    readReplies: (mediaId, commentId) => reading(`replies ${commentId}`, async (flight) => {
      const thread = state.comments[mediaId]?.threads.find((t) => t.comment.id === commentId);
      if (thread === undefined || !thread.replies.hasMore) return dispatch({ type: 'failed', flight });
      const { node } = await ask(documents.repliesPage, { id: commentId, first: pageSize, after: thread.replies.endCursor });
      if (node === null) throw new ApiError('NOT_FOUND');
      dispatch({ type: 'replies', flight, mediaId, commentId, page: node.replies });
    }),
    dropComments: (mediaId) => dispatch({ type: 'dropComments', mediaId }),
    async act(change) {
      if (over) throw new ApiError('ABORTED');
      const flight = newFlight();
      dispatch({ type: 'acted', flight, change, me: parts.me(), at: new Date(parts.clock.now()).toISOString() });
      try {
        const answer = await turns.run(subjectOf(change), () => answerOf(parts.api, id, change));
        dispatch({ type: 'answered', flight, answer });
      } catch (thrown) {
        dispatch({ type: 'failed', flight });
        throw apiError(thrown);
      }
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: close,
  };
}

/** What a change is about: two of one thing are sent one after the other. */
function subjectOf(change: Change): string {
  if ('commentId' in change) return change.commentId;
  if (change.kind === 'editAlbum') return 'album';
  if (change.kind === 'trashMedia') return 'trash';
  return `${change.kind} ${change.mediaId}`;
}
