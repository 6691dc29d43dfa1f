import type { Album, AlbumEvent, Id } from '../model';
import { arrange, remove, takeLiked, takeLikes, takePage, takeSeenLikes, upsert } from './rows';
import type { Action, AlbumState, Answer, Told } from './state';
import { takeComment, takeComments, takeReplies } from './threads';

/** How many cursors are kept to tell what comes twice; a client resumes behind its last one, so few are enough. */
const maxSeen = 256;
/** How much is kept of what was told while requests are under way. An answer that took longer has the page read again. */
export const maxTail = 2_000;

/**
 * The state of an album's page after something happened. An answer shows the
 * album as it was at some moment between its question and now: so what was told
 * in between is taken once more on top of it. Events show what is there at their
 * moment and come in order, hence the last one of a thing is right, whenever it comes.
 */
export function reduce(state: AlbumState, action: Action): AlbumState {
  switch (action.type) {
    case 'asked':
      return { ...state, flights: { ...state.flights, [action.flight]: state.count } };
    case 'failed':
      return landed({ ...state, pending: state.pending.filter((p) => p.flight !== action.flight) }, action.flight);
    case 'page':
      return land({ ...takePage(takeAlbum({ ...state, stale: false }, action.album, true), action.media, false) }, action.flight, () => true, true);
    case 'more':
      return land(takePage(state, action.media, true), action.flight, () => true, true);
    case 'again':
      return land(again(state, action), action.flight, ofMedia(action.asked));
    case 'comments':
      return land(takeComments(state, action.mediaId, action.page, action.append), action.flight, ofMedia([action.mediaId]));
    case 'replies':
      return land(takeReplies(state, action.mediaId, action.commentId, action.page), action.flight, ofMedia([action.mediaId]));
    case 'dropComments': {
      const { [action.mediaId]: _dropped, ...comments } = state.comments;
      return { ...state, comments };
    }
    case 'told':
      return told(state, action.told);
    case 'resync':
      return missed({ ...state, flights: mapValues(state.flights, () => tooOld) });
    case 'likes':
      return action.media.reduce(takeSeenLikes, state);
    case 'acted': {
      const { flight, change, me, at } = action;
      const pending = [...state.pending, { flight, change, me, at, told: false }];
      return { ...state, pending, flights: { ...state.flights, [flight]: state.count } };
    }
    case 'answered': {
      const settled = { ...state, pending: state.pending.filter((p) => p.flight !== action.flight) };
      return land(takeAnswer(settled, action.answer), action.flight, concerns(action.answer), action.answer.album !== undefined);
    }
  }
}

const ofMedia = (ids: readonly Id[]) => (t: Told) => ids.includes('event' in t ? (t.event.mediaId ?? '') : t.likes.mediaId);

const concerns = ({ album, media, removed, comment, likes }: Answer) => {
  const ids = [media?.id, ...(removed ?? []), comment?.mediaId, likes?.mediaId].filter((id) => id !== undefined);
  const ofThese = ofMedia(ids);
  return (t: Told) => ofThese(t) || (album !== undefined && 'event' in t);
};

/**
 * Takes what was told since a request began on top of its answer, of what that
 * concerns. The album's own state is taken with all of it or not at all: what is
 * left out may have a newer one.
 */
function land(state: AlbumState, flight: string, concerned: (t: Told) => boolean, album = false): AlbumState {
  const since = state.flights[flight];
  const from = state.count - state.tail.length;
  let next = state;
  if (since === undefined || since < from) next = missed(next);
  for (const t of state.tail.slice(Math.max(0, (since ?? from) - from))) if (concerned(t)) next = take(next, t, album);
  return landed(next, flight);
}

/** Where a request stands that began before something which was never told. */
const tooOld = -1;

/** Something was not told: all is to be read again. */
function missed(state: AlbumState): AlbumState {
  return { ...state, stale: true, comments: mapValues(state.comments, (list) => ({ ...list, stale: true })) };
}

/** A request is over. With the last one goes the memory of what was told. */
function landed(state: AlbumState, flight: string): AlbumState {
  const { [flight]: _landed, ...flights } = state.flights;
  const first = Math.min(state.count, ...Object.values(flights));
  const from = state.count - state.tail.length;
  return { ...state, flights, tail: first > from ? state.tail.slice(first - from) : state.tail };
}

const mapValues = <T>(of: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));

function told(state: AlbumState, t: Told): AlbumState {
  let next = state;
  if ('event' in t) {
    if (state.seen.includes(t.event.cursor)) return state;
    next = { ...next, seen: [...state.seen, t.event.cursor].slice(-maxSeen), pending: matched(next, t.event) };
  }
  if (Object.keys(state.flights).length > 0) next = { ...next, count: next.count + 1, tail: [...next.tail, t].slice(-maxTail) };
  return take(next, t);
}

/** A comment that this person is waiting for is there: it is not shown twice. */
function matched(state: AlbumState, e: AlbumEvent): AlbumState['pending'] {
  if (e.kind !== 'COMMENT_ADDED' || e.comment === null) return state.pending;
  const { comment, mediaId } = e;
  const at = state.pending.findIndex(
    ({ change, me, told: already }) =>
      change.kind === 'comment' && !already && change.mediaId === mediaId && me?.id === comment.author.id &&
      change.text === comment.text && (change.parentId ?? null) === (comment.parent?.id ?? null),
  );
  const p = state.pending[at];
  return p === undefined ? state.pending : state.pending.with(at, { ...p, told: true });
}

function take(state: AlbumState, t: Told, album = true): AlbumState {
  if ('likes' in t) return takeLikes(state, t.likes);
  const e = t.event;
  let next = e.album === null || !album ? state : takeAlbum(state, e.album, false);
  if (e.mediaId === null) return next;
  if (e.kind === 'MEDIA_REMOVED') return remove(next, [e.mediaId]);
  if (e.media !== null) next = upsert(next, e.media, e.kind);
  if (e.kind === 'MEDIA_ARRANGED' && next.media.order === 'HAND') next = { ...next, stale: true };
  if (e.commentId !== null) next = takeComment(next, e.mediaId, e.commentId, e.comment);
  return next;
}

/** Takes the album itself. Another order of its media has them read again; a page brings them with it. */
function takeAlbum(state: AlbumState, album: Album, page: boolean): AlbumState {
  const { order } = album.settings;
  if (order === state.media.order) return { ...state, album };
  if (page) return { ...state, album, media: { ...state.media, order } };
  return { ...state, album, stale: true };
}

function again(state: AlbumState, action: Extract<Action, { type: 'again' }>): AlbumState {
  const there = new Set(action.media.map((m) => m.id));
  let next = remove(state, action.asked.filter((id) => !there.has(id)));
  next = { ...next, unsure: next.unsure.filter((id) => !action.asked.includes(id)) };
  for (const m of action.media) {
    if (!next.media.rows.some((row) => row.id === m.id)) continue; // removed meanwhile
    next = takeLiked(upsert(next, m, null), m.id, m.viewerHasLiked, m.likeVersion);
  }
  return next;
}

function takeAnswer(state: AlbumState, { album, media, removed, arranged, comment, likes, liked }: Answer): AlbumState {
  let next = album === undefined ? state : takeAlbum(state, album, false);
  if (media !== undefined && next.media.rows.some((row) => row.id === media.id)) next = upsert(next, media, null);
  if (removed !== undefined) next = remove(next, removed);
  if (arranged !== undefined && next.media.order === 'HAND') {
    // Somebody else may have moved them since: they stay where they were put, and are read again.
    const rows = arrange(next.media.rows, arranged.ids, arranged.afterId);
    next = { ...next, stale: true, media: { ...next.media, rows } };
  }
  if (comment !== undefined) next = takeComment(next, comment.mediaId, comment.comment.id, comment.comment);
  if (likes !== undefined) {
    next = takeLikes(next, likes);
    if (liked !== undefined) next = takeLiked(next, likes.mediaId, liked, likes.version);
  }
  return next;
}
