import { answerOf } from './act';
import { endsBefore, watchAddresses } from './addresses';
import { albumReads } from './album/reads';
import { begin, type Action, type AlbumState, type Change } from './album/state';
import { reduce } from './album/reduce';
import { loading, viewOf, type AlbumView } from './album/view';
import type { Api } from './api';
import type { Clock } from './clock';
import * as documents from './documents';
import { apiError, ApiError } from './errors';
import type { Live } from './live';
import type { AlbumEvent, Cursor, Id, Person } from './model';
import { observable, when, type Observable } from './observable';
import { localLocks } from './ports';
import { endOf, type EndReason } from './retry';

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

/**
 * Nothing says from when on likes are told, so they are read once more when that
 * is sure to be; in milliseconds, and up to twice that, since everybody comes
 * back at once.
 */
const likesSettle = 2_000;
/** How long is waited for events that were missed. Some entries of a log are not shown to everybody; then the page is read. */
const eventsWithin = 1_000;

/** Follows an album: reads it, then takes what happens behind its cursor, until `stop`. */
export function followAlbum(id: Id, parts: FollowParts): AlbumFollower {
  const { clock, live } = parts;
  let state: AlbumState = begin();
  let over = false;
  let cursor: Cursor | null = null; // of the stream
  let flights = 0;
  const stopping = new AbortController();
  const running: (() => void)[] = []; // what is to be ended
  const listeners = new Set<(event: AlbumEvent) => void>();
  const turns = localLocks(); // what is done to one thing is sent in its order
  const view = observable(loading);

  const newFlight = () => `pending_${++flights}`;
  const show = (change: Partial<AlbumView> = {}) => view.set({ ...viewOf(state, view.get(), reads.under), ...change });
  const troubled = (error: ApiError | null) => {
    if (!over && view.get().error !== error) show({ error });
  };
  const dispatch = (action: Action) => {
    if (over) return;
    state = reduce(state, action);
    show();
    reads.heal();
  };
  const end = (reason: EndReason, error: ApiError | null) => {
    if (over) return;
    // What one may see no more is not kept; who is signed out, or met a fault, finds the page as it was.
    if (reason !== 'SIGNED_OUT' && reason !== 'FAILED') state = begin();
    show({ phase: 'ended', reason, error });
    close();
  };
  const close = () => {
    over = true;
    stopping.abort();
    for (const stop of running.splice(0)) stop();
  };

  const reads = albumReads(id, {
    api: parts.api, clock, random: parts.random, signal: stopping.signal, state: () => state, newFlight, dispatch, troubled,
    changed: () => over || show(),
    ended: (error) => end(endOf(error) ?? 'FAILED', error),
  });

  function take(event: AlbumEvent): void {
    if (over) return;
    cursor = event.cursor;
    if (event.kind === 'ACCESS_REVOKED') return end('ACCESS_REVOKED', null);
    if (event.kind === 'ALBUM_DELETED') return end('ALBUM_DELETED', null);
    dispatch(event.kind === 'RESYNC' ? { type: 'resync' } : { type: 'told', told: { event } });
    for (const listener of [...listeners]) listener(event);
  }

  /** Reads what was missed, so that the page is as one that is loaded now. */
  async function catchUp(): Promise<void> {
    const at = await reads.likes();
    const known = () => at === null || cursor === at || reads.pageCursor() === at || state.seen.includes(at);
    await when(view, known, clock, stopping.signal, eventsWithin);
    if (!known()) dispatch({ type: 'resync' });
    const healed = () => !state.stale && state.unsure.length === 0 && Object.values(state.comments).every((list) => !list.stale);
    await when(view, healed, clock, stopping.signal);
  }

  function follow(): void {
    let settle = () => undefined as void;
    const settleLikes = () => {
      settle();
      settle = clock.after(likesSettle * (1 + parts.random()), () => void reads.likes());
    };
    const addresses = watchAddresses(clock, (before) => {
      const ids = state.media.rows.filter((m) => endsBefore(m, before)).map((m) => m.id);
      if (ids.length > 0) void reads.again('addresses', ids);
    });
    const readAt = clock.now();
    let fresh = live.state.get() !== 'connected'; // the next connection is the first, not one after a break
    running.push(() => settle(), addresses.stop, live.onConnected(() => {
      settleLikes();
      addresses.look();
      const missed = !fresh || clock.now() - readAt > likesSettle;
      fresh = false;
      return missed ? catchUp() : undefined;
    }));
    settleLikes();
    running.push(live.subscribe<documents.EventData>({
      query: documents.albumEvents,
      variables: () => ({ albumId: id, after: cursor }),
      next: ({ albumEvents: event }) => event !== undefined && take(event),
      ended: (error) => end(endOf(error) ?? 'FAILED', error),
    }));
    running.push(live.subscribe<documents.LikesData>({
      query: documents.likesChanged,
      variables: () => ({ albumId: id }),
      next: ({ likesChanged: likes }) => likes !== undefined && dispatch({ type: 'told', told: { likes } }),
      ended: () => undefined, // what ends the likes ends the events, too
    }));
  }

  void reads.page().then(() => {
    if (over) return;
    cursor = reads.pageCursor();
    show({ phase: 'ready' });
    follow();
    reads.heal();
  });

  return {
    view,
    more: reads.more,
    readComments: (mediaId) => {
      const known = state.comments[mediaId];
      return known !== undefined && !known.hasMore ? Promise.resolve() : reads.comments(mediaId, known !== undefined);
    },
    readReplies: reads.replies,
    dropComments: (mediaId) => dispatch({ type: 'dropComments', mediaId }),
    async act(change) {
      if (over) throw new ApiError('ABORTED');
      const flight = newFlight();
      dispatch({ type: 'acted', flight, change, me: parts.me(), at: new Date(clock.now()).toISOString() });
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
  if (change.kind === 'arrangeMedia') return 'order';
  return `${change.kind} ${change.mediaId}`;
}
