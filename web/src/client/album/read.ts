import type { Api } from '../api';
import * as documents from '../documents';
import { ApiError } from '../errors';
import type { Album, Comment, Cursor, Id, Page, SeenMedium } from '../model';
import type { ReadComments, SeenLikes } from './state';

/** How many rows are asked for at once: the server's bounds, of pages and of `nodes`. */
export const pageSize = 100;
export const nodesSize = 50;

/** How many media are read at first. */
export const firstPage = 50;

/** What `albumPage` takes for an album and as many of its first media, or a page of them. */
export const firstOf = (id: Id, want = firstPage) => ({ id, first: Math.min(want, pageSize), after: null });

/** An album and its first media, at least `want` of them if there are as many. */
export async function askPage(api: Api, id: Id, want: number): Promise<{ cursor: Cursor; album: Album; media: Page<SeenMedium> }> {
  const { album } = await api.ask(documents.albumPage, firstOf(id, want));
  if (album === null) throw new ApiError('NOT_FOUND');
  const { cursor, media, ...rest } = album;
  const edges = [...media.edges];
  let { pageInfo } = media;
  while (edges.length < want && pageInfo.hasNextPage) {
    const next = await askMedia(api, id, pageInfo.endCursor);
    edges.push(...next.edges);
    pageInfo = next.pageInfo;
  }
  return { cursor, album: rest, media: { edges, pageInfo } };
}

/** The media behind a cursor. */
export async function askMedia(api: Api, id: Id, after: Cursor | null): Promise<Page<SeenMedium>> {
  try {
    const { album } = await api.ask(documents.mediaPage, { id, first: pageSize, after });
    if (album === null) throw new ApiError('NOT_FOUND');
    return album.media;
  } catch (error) {
    // The album was given another order, of which the cursor is none: what asks then tries again with one that is.
    if (error instanceof ApiError && error.code === 'INVALID_INPUT' && error.field === 'after') throw new ApiError('UNAVAILABLE');
    throw error;
  }
}

/** At most `nodesSize` media as they are now, without those that are gone. */
export async function askAgain(api: Api, ids: readonly Id[]): Promise<SeenMedium[]> {
  return there(await api.askPartly(documents.mediaAgain, { ids: [...ids] })).nodes.filter((m) => m !== null);
}

/** The likes of at most `nodesSize` media, and where the album's log is; null if the album is gone. */
export async function askLikes(api: Api, albumId: Id, ids: readonly Id[]): Promise<{ cursor: Cursor | null; media: SeenLikes[] }> {
  const { album, nodes } = there(await api.askPartly(documents.likesAgain, { albumId, ids: [...ids] }));
  return { cursor: album?.cursor ?? null, media: nodes.filter((m) => m !== null) };
}

/** What could be read. That things are gone is no error. */
function there<R>({ data, errors }: { data: R; errors: ApiError[] }): R {
  const failed = errors.find((error) => error.code !== 'NOT_FOUND');
  if (failed !== undefined) throw failed;
  return data;
}

/** The comments of a medium behind a cursor. */
export async function askComments(api: Api, id: Id, first: number, after: Cursor | null): Promise<ReadComments> {
  const { media } = await api.ask(documents.commentsPage, { id, first, after });
  if (media === null) throw new ApiError('NOT_FOUND');
  return media.comments;
}

/** The replies to a comment behind a cursor. */
export async function askReplies(api: Api, id: Id, after: Cursor | null): Promise<Page<Comment>> {
  const { node } = await api.ask(documents.repliesPage, { id, first: pageSize, after });
  if (node === null) throw new ApiError('NOT_FOUND');
  return node.replies;
}
