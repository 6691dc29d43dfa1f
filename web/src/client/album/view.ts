import type { ApiError } from '../errors';
import type { Album, Id, Medium, Comment } from '../model';
import type { EndReason } from '../retry';
import { arrange } from './rows';
import type { AlbumState, Change, CommentList, Pending, ReadThread, ShownComment, ShownMedium, Thread } from './state';

export interface Comments {
  threads: Thread[];
  hasMore: boolean;
  loading: boolean;
}

/** What an album page shows: what the server said, and on it what this person did and is not yet answered. */
export interface AlbumView {
  /** loading: nothing to show yet. ended: `reason` says why; nothing comes any more. */
  phase: 'loading' | 'ready' | 'ended';
  reason: EndReason | null;
  /** Why it is FAILED, or the last reading did not succeed (it goes on trying). */
  error: ApiError | null;
  album: Album | null;
  media: readonly ShownMedium[];
  hasMore: boolean;
  loadingMore: boolean;
  /** Of the media whose comments were asked for. */
  comments: Readonly<Record<Id, Comments>>;
}

/** The view of a page of which nothing has come. */
export const loading: AlbumView = {
  phase: 'loading', reason: null, error: null, album: null, media: [], hasMore: true, loadingMore: false, comments: {},
};

/** The view after one, of a state and of what is being read. */
export function viewOf(state: AlbumState, before: AlbumView, under: ReadonlySet<string>): AlbumView {
  const { comments, ...shown } = shownOf(state);
  return {
    ...before,
    ...shown,
    loadingMore: under.has('more'),
    comments: Object.fromEntries(Object.entries(comments).map(([mediaId, threads]) => {
      const list = { threads, hasMore: state.comments[mediaId]?.hasMore ?? false, loading: under.has(`comments ${mediaId}`) };
      const old = before.comments[mediaId];
      const same = old?.threads === threads && old.hasMore === list.hasMore && old.loading === list.loading;
      return [mediaId, same ? old : list];
    })),
  };
}

/** The part of a view that comes from the state: with the pending changes on it. */
export function shownOf(state: AlbumState): Pick<AlbumView, 'album' | 'media' | 'hasMore'> & { comments: Record<Id, Thread[]> } {
  let shown = {
    album: state.album,
    media: state.media.rows as readonly ShownMedium[],
    hasMore: state.media.hasMore,
    comments: Object.fromEntries(Object.entries(state.comments).map(([id, list]) => [id, threadsOf(list)])) as Record<Id, Thread[]>,
  };
  for (const p of state.pending) shown = { ...shown, ...overlay(shown, p, state) };
  return shown;
}
type Shown = ReturnType<typeof shownOf>;

const cache = new WeakMap<CommentList, Thread[]>();

/** The same objects for the same list, so that what did not change is not drawn again. */
function threadsOf(list: CommentList): Thread[] {
  let threads = cache.get(list);
  if (threads === undefined) {
    threads = list.threads.map(({ comment, replies }: ReadThread) => ({
      comment, replies: replies.rows, hasMoreReplies: replies.hasMore,
    }));
    cache.set(list, threads);
  }
  return threads;
}

function overlay(shown: Shown, p: Pending, state: AlbumState): Partial<Shown> {
  const { change } = p;
  switch (change.kind) {
    case 'like':
      return { media: edit(shown.media, change.mediaId, (m) => ({
        viewerHasLiked: change.liked,
        likeCount: m.likeCount + Number(change.liked) - Number(m.viewerHasLiked),
      })) };
    case 'editMedia': {
      const { kind: _kind, mediaId, ...said } = change;
      return { media: edit(shown.media, mediaId, () => withoutUndefined(said)) };
    }
    case 'trashMedia': {
      const media = shown.media.filter((m) => !change.mediaIds.includes(m.id));
      const gone = shown.media.length - media.length;
      return { media, album: shown.album && { ...shown.album, mediaCount: shown.album.mediaCount - gone } };
    }
    case 'arrangeMedia':
      return { media: arrange(shown.media, change.mediaIds, change.afterId) };
    case 'editAlbum': {
      const { kind: _kind, coverId, ...said } = change;
      const cover = coverId === undefined ? undefined : shown.media.find((m) => m.id === coverId);
      return { album: shown.album && { ...shown.album, ...withoutUndefined({ ...said, cover }) } };
    }
    case 'comment':
      return p.told ? {} : written(shown, p, change);
    case 'editComment':
      return comments(shown, change, (c) => ({ ...c, text: change.text, pending: true }));
    case 'removeComment':
      return removed(shown, change, state);
  }
}

const withoutUndefined = <T extends object>(of: T) =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

function edit(media: readonly ShownMedium[], id: Id, change: (m: ShownMedium) => Partial<ShownMedium>): readonly ShownMedium[] {
  return media.map((m) => (m.id === id ? { ...m, ...change(m), pending: true } : m));
}

/** Shows a comment that is being sent. Its identifier is that of its request. */
function written(shown: Shown, p: Pending, change: Extract<Change, { kind: 'comment' }>): Partial<Shown> {
  const media = edit(shown.media, change.mediaId, (m) => ({ commentCount: m.commentCount + 1 }));
  const threads = shown.comments[change.mediaId];
  if (threads === undefined || p.me === null) return { media };
  const comment: ShownComment = {
    id: p.flight, author: p.me, text: change.text, parent: null, replyCount: 0,
    createdAt: p.at, editedAt: null, removedAt: null, pending: true,
  };
  const next = change.parentId === undefined
    ? [...threads, { comment, replies: [], hasMoreReplies: false }]
    : threads.map((t) => t.comment.id !== change.parentId ? t : {
        ...t,
        comment: { ...t.comment, replyCount: t.comment.replyCount + 1 },
        replies: [...t.replies, { ...comment, parent: { id: t.comment.id, replyCount: 0 } }],
      });
  return { media, comments: { ...shown.comments, [change.mediaId]: next } };
}

function comments(shown: Shown, of: { mediaId: Id; commentId: Id }, change: (c: ShownComment) => ShownComment | null): Partial<Shown> {
  const threads = shown.comments[of.mediaId];
  if (threads === undefined) return {};
  const apply = (c: ShownComment) => (c.id === of.commentId ? change(c) : c);
  const next = threads.flatMap((t) => {
    const comment = apply(t.comment);
    if (comment === null) return [];
    const replies = t.replies.flatMap((r) => apply(r) ?? []);
    const fewer = t.replies.length - replies.length;
    return [{ ...t, comment: fewer > 0 ? { ...comment, replyCount: comment.replyCount - fewer } : comment, replies }];
  });
  return { comments: { ...shown.comments, [of.mediaId]: next } };
}

function removed(shown: Shown, change: Extract<Change, { kind: 'removeComment' }>, state: AlbumState): Partial<Shown> {
  const media = edit(shown.media, change.mediaId, (m) => ({ commentCount: Math.max(0, m.commentCount - 1) }));
  return {
    media,
    ...comments(shown, change, (c) =>
      c.parent === null && c.replyCount > 0
        ? { ...c, text: '', removedAt: state.pending.find((p) => p.change === change)?.at ?? c.createdAt, pending: true }
        : null),
  };
}

/** Whether somebody may edit and remove this comment. */
export const mayEditComment = (album: Album, comment: Comment, userId: Id | null): boolean =>
  comment.removedAt === null &&
  (album.viewerActions.includes('EDIT_ANY_COMMENT') || (comment.author.id === userId && album.viewerActions.includes('COMMENT')));

/** Whether somebody may edit and trash this medium. */
export const mayEditMedium = (album: Album, medium: Medium, userId: Id | null): boolean =>
  album.viewerActions.includes('EDIT_ANY_MEDIA') || (medium.owner.id === userId && album.viewerActions.includes('EDIT_OWN_MEDIA'));
