import { withSignal, type Api } from '../api';
import type { Clock } from '../clock';
import type { ApiError } from '../errors';
import type { Cursor, Id } from '../model';
import { persist } from '../persist';
import { localLocks } from '../ports';
import { askAgain, askComments, askLikes, askMedia, askPage, askReplies, firstPage, nodesSize, pageSize } from './read';
import type { Action, AlbumState } from './state';

/** How many comments are read at first. */
const commentPage = 50;

export interface ReadsParts {
  api: Api;
  clock: Clock;
  random: () => number;
  /** Ends all that is read. */
  signal: AbortSignal;
  state: () => AlbumState;
  newFlight: () => string;
  dispatch: (action: Action) => void;
  /** What is being read has changed. */
  changed: () => void;
  /** What a reading failed with that is tried again, or left; null once one succeeds. */
  troubled: (error: ApiError | null) => void;
  /** The page cannot be read. */
  ended: (error: ApiError) => void;
}

/** The readings of an album's page: each is done once at a time, until it succeeds or cannot. */
export interface AlbumReads {
  /** What is being read: `page`, `more`, `comments med_…`, … */
  readonly under: ReadonlySet<string>;
  /** The page, as many media as are shown. */
  page(): Promise<void>;
  /** Where the album's log was when the page was read last. */
  pageCursor(): Cursor | null;
  /** The next media, if there are any. */
  more(): Promise<void>;
  /** Media as they are now; two of one name are not read at once. */
  again(name: string, ids: readonly Id[]): Promise<void>;
  /** All likes that are shown; gives where the log was then, or null. */
  likes(): Promise<Cursor | null>;
  /** Comments from the first on, or those behind the ones that were read. Rejects with ApiError. */
  comments(mediaId: Id, append: boolean): Promise<void>;
  /** The next replies of a thread. Rejects with ApiError. */
  replies(mediaId: Id, commentId: Id): Promise<void>;
  /** What the state says it does not know. */
  heal(): void;
}

/** Makes the readings of one page. */
export function albumReads(id: Id, parts: ReadsParts): AlbumReads {
  const { state, dispatch, signal, troubled } = parts;
  const api = withSignal(parts.api, signal);
  const under = new Set<string>();
  const tried = new Set<Id>(); // those that are unsure and being read
  const lists = localLocks(); // one reading of a list goes on where another has ended
  let pageCursor: Cursor | null = null;

  /** Asks, and dispatches what is answered as that of a flight. */
  async function flown(ask: (flight: string) => Promise<void>): Promise<void> {
    const flight = parts.newFlight();
    dispatch({ type: 'asked', flight });
    try {
      await ask(flight);
    } finally {
      if (flight in state().flights) dispatch({ type: 'failed', flight });
    }
  }
  async function reading(name: string, read: () => Promise<void>): Promise<void> {
    if (signal.aborted || under.has(name)) return;
    under.add(name);
    parts.changed();
    try {
      await persist(parts, signal, read, troubled);
    } finally {
      under.delete(name);
      parts.changed();
      heal();
    }
  }

  const page = () => reading('page', () => flown((flight) => lists.run('media', async () => {
    const { cursor, album, media } = await askPage(api, id, Math.max(firstPage, state().media.rows.length));
    pageCursor = cursor;
    dispatch({ type: 'page', flight, album, media });
  }))).catch(parts.ended);

  const more = async () => {
    if (pageCursor === null || !state().media.hasMore) return;
    await reading('more', () => flown((flight) => lists.run('media', async () => {
      const { hasMore, endCursor } = state().media; // a reading of the page may have come before
      if (hasMore) dispatch({ type: 'more', flight, media: await askMedia(api, id, endCursor) });
    }))).catch(troubled);
  };

  const again = (name: string, ids: readonly Id[]) => reading(name, async () => {
    for (const asked of batches(ids)) {
      await flown(async (flight) => dispatch({ type: 'again', flight, asked, media: await askAgain(api, asked) }));
    }
  }).catch(troubled);

  const comments = (mediaId: Id, append: boolean) => reading(`comments ${mediaId}`, () => flown((flight) => lists.run(mediaId, async () => {
    const known = state().comments[mediaId];
    const first = append ? commentPage : Math.min(pageSize, Math.max(commentPage, known?.threads.length ?? 0));
    const read = await askComments(api, mediaId, first, append ? (known?.endCursor ?? null) : null);
    dispatch({ type: 'comments', flight, mediaId, page: read, append });
  })));

  const replies = (mediaId: Id, commentId: Id) => reading(`replies ${commentId}`, () => flown((flight) => lists.run(mediaId, async () => {
    const thread = state().comments[mediaId]?.threads.find((t) => t.comment.id === commentId);
    if (!thread?.replies.hasMore) return;
    dispatch({ type: 'replies', flight, mediaId, commentId, page: await askReplies(api, commentId, thread.replies.endCursor) });
  })));

  async function likes(): Promise<Cursor | null> {
    let at: Cursor | null = null;
    await persist(parts, signal, async () => {
      // One request at least: it says where the log is.
      for (const ids of batches(state().media.rows.map((m) => m.id))) {
        const { cursor, media } = await askLikes(api, id, ids);
        at = cursor;
        dispatch({ type: 'likes', media });
      }
    }, troubled).catch(troubled);
    return at;
  }

  function heal(): void {
    if (signal.aborted || pageCursor === null) return;
    if (state().stale) void page();
    for (const [mediaId, list] of Object.entries(state().comments)) {
      if (list.stale) void comments(mediaId, false).catch((error: ApiError) => {
        dispatch({ type: 'dropComments', mediaId });
        troubled(error);
      });
    }
    const unsure = state().unsure.filter((mediaId) => !tried.has(mediaId));
    for (const mediaId of unsure) tried.add(mediaId);
    if (unsure.length > 0) void again('unsure', unsure).finally(() => unsure.forEach((mediaId) => tried.delete(mediaId)));
  }

  return { under, page, pageCursor: () => pageCursor, more, again, likes, comments, replies, heal };
}

/** Identifiers in pieces of what `nodes` takes at once; one empty piece of none. */
function batches(ids: readonly Id[]): Id[][] {
  return Array.from({ length: Math.max(1, Math.ceil(ids.length / nodesSize)) }, (_, i) => ids.slice(i * nodesSize, (i + 1) * nodesSize));
}
