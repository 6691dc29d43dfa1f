import type { Comment, Id, Page } from '../model';
import { ascending, insert, readTo, within } from './rows';
import type { AlbumState, CommentList, ReadComments, ReadThread, ShownComment } from './state';

const placeOf = (c: Comment) => ({ key: c.createdAt, id: c.id });
const placeOfThread = (t: ReadThread) => placeOf(t.comment);
const settled = (c: Comment): ShownComment => ({ ...c, pending: false });

/** A removed comment stays as long as replies hang on it; a removed reply goes. */
const stays = (c: Comment): boolean => c.removedAt === null || (c.parent === null && c.replyCount > 0);

const withList = (state: AlbumState, mediaId: Id, list: CommentList): AlbumState => ({
  ...state,
  comments: { ...state.comments, [mediaId]: list },
});

/** Takes a comment that an event or answer gave. Nothing is known of a medium whose comments were not asked for. */
export function takeComment(state: AlbumState, mediaId: Id, commentId: Id, comment: Comment | null): AlbumState {
  const list = state.comments[mediaId];
  if (list === undefined) return state;
  if (comment === null) return withList(state, mediaId, { ...list, stale: true });
  return withList(state, mediaId, comment.parent === null ? takeHead(list, commentId, comment) : takeReply(list, comment));
}

function takeHead(list: CommentList, id: Id, comment: Comment): CommentList {
  const at = list.threads.findIndex((t) => t.comment.id === id);
  const thread = list.threads[at];
  if (thread !== undefined) return put(list, at, { ...thread, comment: settled(comment) });
  if (!stays(comment) || !within(list, placeOf(comment))) return list;
  // One with replies that we missed: they are not here.
  const replies = { rows: [], hasMore: false, endCursor: null, last: null };
  const fresh: ReadThread = { comment: settled(comment), replies };
  return {
    ...list,
    threads: insert(list.threads, fresh, ascending(placeOfThread)),
    stale: list.stale || comment.replyCount > 0,
  };
}

function takeReply(list: CommentList, reply: Comment): CommentList {
  const { parent } = reply;
  const at = list.threads.findIndex((t) => t.comment.id === parent?.id);
  const thread = list.threads[at];
  if (thread === undefined || parent === null) {
    // An answer to a reply, or in a thread that was not read yet.
    const known = list.threads.some((t) => t.replies.hasMore || t.replies.rows.some((r) => r.id === reply.id || r.id === parent?.id));
    return known || !list.hasMore ? { ...list, stale: true } : list;
  }
  const others = thread.replies.rows.filter((r) => r.id !== reply.id)
    .map((r) => (r.parent?.id === parent.id && r.parent.replyCount !== parent.replyCount ? { ...r, parent } : r));
  const put_ = stays(reply) && within(thread.replies, placeOf(reply));
  return put(list, at, {
    comment: { ...thread.comment, replyCount: parent.replyCount },
    replies: { ...thread.replies, rows: put_ ? insert(others, settled(reply), ascending(placeOf)) : others },
  });
}

/** Puts a thread in its place, or takes it off when nothing holds it any more. */
function put(list: CommentList, at: number, thread: ReadThread): CommentList {
  return { ...list, threads: stays(thread.comment) ? list.threads.with(at, thread) : list.threads.toSpliced(at, 1) };
}

/** Takes comments that were read: all of the list, or those behind it. */
export function takeComments(state: AlbumState, mediaId: Id, page: ReadComments, append: boolean): AlbumState {
  const before = state.comments[mediaId];
  if (append && before === undefined) return state; // nobody looks any more
  const threads = page.edges.map(({ node: { replies, ...comment } }): ReadThread => ({
    comment: settled(comment),
    replies: { ...readTo(replies, placeOf, null), rows: replies.edges.map(({ node }) => settled(node)) },
  }));
  const ids = new Set(threads.map((t) => t.comment.id));
  const kept = append ? (before?.threads ?? []).filter((t) => !ids.has(t.comment.id)) : [];
  return withList(state, mediaId, {
    ...readTo(page, placeOf, append ? (before ?? null) : null),
    threads: [...kept, ...threads],
    stale: append && before?.stale === true,
  });
}

/** Takes the next replies of a thread. */
export function takeReplies(state: AlbumState, mediaId: Id, commentId: Id, page: Page<Comment>): AlbumState {
  const list = state.comments[mediaId];
  const at = list?.threads.findIndex((t) => t.comment.id === commentId) ?? -1;
  const thread = list?.threads[at];
  if (list === undefined || thread === undefined) return state;
  const rows = page.edges.map(({ node }) => settled(node));
  const ids = new Set(rows.map((r) => r.id));
  const kept = thread.replies.rows.filter((r) => !ids.has(r.id));
  const replies = { ...readTo(page, placeOf, thread.replies), rows: [...kept, ...rows] };
  return withList(state, mediaId, put(list, at, { ...thread, replies }));
}
