import type { AlbumEvent, Id, Likes, Medium, Page, SeenMedium } from '../model';
import type { AlbumState, MediaList, Place, Read, SeenLikes, ShownMedium } from './state';

/** Where the page of a list that was read ends. */
export function readTo<T>(page: Page<T>, place: (row: T) => Place, before: Read | null): Read {
  const last = page.edges.at(-1)?.node;
  return {
    hasMore: page.pageInfo.hasNextPage,
    endCursor: page.pageInfo.endCursor ?? before?.endCursor ?? null,
    last: last === undefined ? (before?.last ?? null) : place(last),
  };
}

const after = (a: Place, b: Place): boolean => a.key > b.key || (a.key === b.key && a.id > b.id);

/** Whether a row of an ascending list is among those that were read. */
export const within = (read: Read, place: Place): boolean => !read.hasMore || (read.last !== null && !after(place, read.last));

/** Puts a row in its place, by `after`, which says that one comes behind another. */
export function insert<T>(rows: readonly T[], row: T, comesAfter: (a: T, b: T) => boolean): T[] {
  const at = rows.findIndex((other) => comesAfter(other, row));
  return at < 0 ? [...rows, row] : [...rows.slice(0, at), row, ...rows.slice(at)];
}
/** That of ascending lists. */
export const ascending = <T>(place: (row: T) => Place) => (a: T, b: T): boolean => after(place(a), place(b));

/** Media stand newest first. Those that are sorted by hand have no place that we know. */
function placeOf(list: MediaList, m: Medium): Place {
  return { key: (list.order === 'TAKEN' ? m.takenAt : null) ?? m.addedAt ?? '', id: m.id };
}

const shown = (m: Medium): boolean => m.status === 'READY' && m.trashedAt === null;

/** A medium as it is told, beside the row that it changes: likes by the greater version, and this person's own. */
function merged(m: Medium | SeenMedium, row: ShownMedium | undefined, known?: { liked: boolean }): ShownMedium {
  const likes = row !== undefined && row.likeVersion > m.likeVersion ? row : m;
  return {
    ...m,
    likeCount: likes.likeCount,
    likeVersion: likes.likeVersion,
    viewerHasLiked: row?.viewerHasLiked ?? known?.liked ?? ('viewerHasLiked' in m && m.viewerHasLiked),
    pending: false,
  };
}

/** Takes a medium that a query or an answer gave, or that the stream told of. */
export function upsert(state: AlbumState, m: Medium | SeenMedium, kind: AlbumEvent['kind'] | null): AlbumState {
  const { media: list } = state;
  const at = list.rows.findIndex((row) => row.id === m.id);
  const row = list.rows[at];
  if (!shown(m)) return remove(state, [m.id]);
  const next = merged(m, row, state.liked[m.id]);
  if (list.order === 'HAND') {
    if (row !== undefined) return withRows(state, list.rows.with(at, next));
    // What is added comes first; but what was told late may have been moved since.
    const newest = list.rows.every((other) => (other.addedAt ?? '') <= (m.addedAt ?? ''));
    if (kind === 'MEDIA_ADDED' && newest) return unsureOf(m, row, withRows(state, [next, ...list.rows]));
    return { ...state, stale: state.stale || kind === 'MEDIA_ADDED' || kind === 'MEDIA_RESTORED' || !list.hasMore };
  }
  const place = placeOf(list, m);
  if (row !== undefined && placeOf(list, row).key === place.key) return withRows(state, list.rows.with(at, next));
  const others = row === undefined ? list.rows : list.rows.toSpliced(at, 1);
  const read = !list.hasMore || (list.last !== null && !after(list.last, place));
  if (!read) return withRows(state, others);
  return unsureOf(m, row, withRows(state, insert(others, next, (a, b) => after(placeOf(list, b), placeOf(list, a)))));
}

/** Notes a medium that the stream brought in, if this person may like it already. */
function unsureOf(m: Medium | SeenMedium, row: ShownMedium | undefined, state: AlbumState): AlbumState {
  const known = state.liked[m.id]?.version ?? 0; // at 0 nobody has liked it yet
  if (row !== undefined || 'viewerHasLiked' in m || known >= m.likeVersion) return state;
  return { ...state, unsure: [...state.unsure.filter((id) => id !== m.id), m.id] };
}

const withRows = (state: AlbumState, rows: ShownMedium[]): AlbumState => ({ ...state, media: { ...state.media, rows } });

/** Takes media off, and their comments. */
export function remove(state: AlbumState, ids: readonly Id[]): AlbumState {
  const gone = new Set(ids);
  if (!state.media.rows.some((row) => gone.has(row.id)) && !ids.some((id) => id in state.comments)) return state;
  const comments = Object.fromEntries(Object.entries(state.comments).filter(([id]) => !gone.has(id)));
  return { ...withRows(state, state.media.rows.filter((row) => !gone.has(row.id))), comments };
}

/** Puts rows right behind another, or first, in the order in which they are named. */
export function arrange<T extends { id: Id }>(rows: readonly T[], ids: readonly Id[], afterId: Id | null): T[] {
  const moved = ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  const others = rows.filter((row) => !ids.includes(row.id));
  const at = others.findIndex((row) => row.id === afterId) + 1;
  return afterId !== null && at === 0 ? [...rows] : others.toSpliced(at, 0, ...moved);
}

/** Takes what a query said of this person's like, if it is no older than what is known. */
export function takeLiked(state: AlbumState, id: Id, liked: boolean, version: number): AlbumState {
  const known = state.liked[id];
  const newest = known !== undefined && known.version > version ? known : { liked, version };
  const next = newest === known ? state : { ...state, liked: { ...state.liked, [id]: newest } };
  const at = next.media.rows.findIndex((row) => row.id === id);
  const row = next.media.rows[at];
  if (row === undefined || row.viewerHasLiked === newest.liked) return next;
  return withRows(next, next.media.rows.with(at, { ...row, viewerHasLiked: newest.liked }));
}

/** Of two counts the one with the greater version is newer. */
export function takeLikes(state: AlbumState, likes: Likes): AlbumState {
  const at = state.media.rows.findIndex((row) => row.id === likes.mediaId);
  const row = state.media.rows[at];
  if (row === undefined || likes.version <= row.likeVersion) return state;
  return withRows(state, state.media.rows.with(at, { ...row, likeCount: likes.count, likeVersion: likes.version }));
}

/** Takes the likes of a medium that were read. */
export function takeSeenLikes(state: AlbumState, m: SeenLikes): AlbumState {
  return takeLiked(takeLikes(state, { mediaId: m.id, count: m.likeCount, version: m.likeVersion }), m.id, m.viewerHasLiked, m.likeVersion);
}

/** Takes rows that were read: all of the list, or those behind it. */
export function takePage(state: AlbumState, page: Page<SeenMedium>, append: boolean): AlbumState {
  const { media: list } = state;
  if (!append) state = { ...state, unsure: [] };
  const known = new Map(list.rows.map((row) => [row.id, row]));
  const read = page.edges.map(({ node }) => node).filter(shown);
  const ids = new Set(read.map((m) => m.id));
  const rows = read.map((m) => merged(m, known.get(m.id)));
  const kept = append ? list.rows.filter((row) => !ids.has(row.id)) : [];
  let next: AlbumState = {
    ...state,
    media: { ...list, ...readTo(page, (m) => placeOf(list, m), append ? list : null), rows: [...kept, ...rows] },
  };
  for (const m of read) next = takeLiked(next, m.id, m.viewerHasLiked, m.likeVersion);
  return next;
}
