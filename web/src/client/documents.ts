import { gql } from './document';
import type { Album, AlbumEvent, Comment, Cursor, Id, Likes, Medium, Page, Person, SeenMedium } from './model';

/*
 * The documents of this library. What follows an album asks for nothing that is
 * personal: the server works such events out once for everybody who sends the
 * same text.
 */

const person = 'fragment P on User { id displayName avatarUrl }';
const picture = 'fragment F on SignedUrl { url expiresAt contentType width height bytes }';
const medium = `fragment M on Media {
  id kind status progress fileName contentType bytes width height durationMs takenAt blurhash color caption tags
  addedAt editedAt trashedAt likeCount likeVersion commentCount
  owner { ...P } place { name latitude longitude } variants { ...F } playback { ...F } download { ...F }
}`;
const comment = `fragment C on Comment {
  id text replyCount createdAt editedAt removedAt author { ...P } parent { id replyCount }
}`;
const album = `fragment A on Album {
  id title description visibility mediaCount memberCount createdAt updatedAt trashedAt viewerRole viewerActions
  settings { comments likes downloads order } owner { ...P } cover { id color blurhash variants { ...F } }
}`;
const pageInfo = 'pageInfo { hasNextPage endCursor }';
const seen = `${medium} ${person} ${picture}`;
const said = `${comment} ${person}`;

/** An album and a page of its media. The cursor is read before the rows. */
export const albumPage = gql<
  { album: (Album & { cursor: Cursor; media: Page<SeenMedium> }) | null },
  { id: Id; first: number; after: Cursor | null }
>(`query AlbumPage($id: ID!, $first: Int!, $after: Cursor) {
  album(id: $id) { ...A cursor media(first: $first, after: $after) { edges { node { ...M viewerHasLiked } } ${pageInfo} } }
} ${album} ${seen}`);

export const mediaPage = gql<
  { album: { media: Page<SeenMedium> } | null },
  { id: Id; first: number; after: Cursor | null }
>(`query MediaPage($id: ID!, $first: Int!, $after: Cursor) {
  album(id: $id) { media(first: $first, after: $after) { edges { node { ...M viewerHasLiked } } ${pageInfo} } }
} ${seen}`);

/** At most 50 media as they are now; null for those that are gone. */
export const mediaAgain = gql<{ nodes: (SeenMedium | null)[] }, { ids: Id[] }>(`query MediaAgain($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Media { ...M viewerHasLiked } }
} ${seen}`);

/** The likes of at most 50 media as they are now, and where the album's log is. */
export const likesAgain = gql<
  { album: { cursor: Cursor } | null; nodes: (Pick<SeenMedium, 'id' | 'likeCount' | 'likeVersion' | 'viewerHasLiked'> | null)[] },
  { albumId: Id; ids: Id[] }
>(`query LikesAgain($albumId: ID!, $ids: [ID!]!) {
  album(id: $albumId) { cursor }
  nodes(ids: $ids) { ... on Media { id likeCount likeVersion viewerHasLiked } }
}`);

export const commentsPage = gql<
  { media: { comments: Page<Comment & { replies: Page<Comment> }> } | null },
  { id: Id; first: number; after: Cursor | null }
>(`query CommentsPage($id: ID!, $first: Int!, $after: Cursor) {
  media(id: $id) { comments(first: $first, after: $after) {
    edges { node { ...C replies(first: 20) { edges { node { ...C } } ${pageInfo} } } } ${pageInfo}
  } }
} ${said}`);

export const repliesPage = gql<
  { node: { replies: Page<Comment> } | null },
  { id: Id; first: number; after: Cursor | null }
>(`query RepliesPage($id: ID!, $first: Int!, $after: Cursor) {
  node(id: $id) { ... on Comment { replies(first: $first, after: $after) { edges { node { ...C } } ${pageInfo} } } }
} ${said}`);

const event = `kind cursor at albumId mediaId commentId actor { ...P } album { ...A } media { ...M }
  comment { ...C } user { ...P } membership { role joinedAt }`;
const told = `${album} ${medium} ${comment} ${person} ${picture}`;

export const albumEvents = `subscription AlbumEvents($albumId: ID!, $after: Cursor) {
  albumEvents(albumId: $albumId, after: $after) { ${event} }
} ${told}`;
export const likesChanged = `subscription LikesChanged($albumId: ID!) {
  likesChanged(albumId: $albumId) { mediaId count version }
}`;
export const feedEvents = `subscription FeedEvents($after: Cursor) {
  feedEvents(after: $after) { ${event} }
} ${told}`;
export type EventData = Record<string, AlbumEvent>;
export type LikesData = Record<string, Likes>;

/** A row of the feed as it is read. */
export type FeedNode =
  | ({ __typename: 'Media'; album: { id: Id; title: string } } & Medium)
  | ({ __typename: 'Comment'; media: Medium & { album: { id: Id; title: string } } } & Comment);
export const feedPage = gql<
  {
    feed: {
      cursor: Cursor;
      edges: { cursor: Cursor; at: string; node: FeedNode }[];
      pageInfo: { hasNextPage: boolean; endCursor: Cursor | null };
    };
  },
  { first: number; after: Cursor | null }
>(`query FeedPage($first: Int!, $after: Cursor) {
  feed(first: $first, after: $after) { cursor ${pageInfo} edges { cursor at node {
    __typename ... on Media { ...M album { id title } } ... on Comment { ...C media { ...M album { id title } } }
  } } }
} ${medium} ${comment} ${person} ${picture}`);

type Input<T> = { input: T & { idempotencyKey?: string } };

export interface Tokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  user: Person;
}
const session = 'session { accessToken accessTokenExpiresAt refreshToken user { ...P } }';
export const signUp = gql<{ signUp: { session: Tokens } }, Input<{ name: string; password: string; displayName?: string }>>(
  `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { ${session} } } ${person}`);
export const signIn = gql<{ signIn: { session: Tokens } }, Input<{ name: string; password: string }>>(
  `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${session} } } ${person}`);
export const refreshSession = gql<{ refreshSession: { session: Tokens } }, Input<{ refreshToken: string }>>(
  `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${session} } } ${person}`);
export const signOut = gql<{ signOut: { ended: number } }, Input<{ everywhere: boolean }>>(
  'mutation SignOut($input: SignOutInput!) { signOut(input: $input) { ended } }');

export interface OpenedShare {
  accessToken: string;
  accessTokenExpiresAt: string;
  album: { id: Id; title: string };
  share: { joinRole: string | null; downloadAllowed: boolean; hideLocation: boolean };
}
export const openShare = gql<{ openShare: OpenedShare }, Input<{ token: string; password?: string }>>(
  `mutation OpenShare($input: OpenShareInput!) { openShare(input: $input) {
    accessToken accessTokenExpiresAt album { id title } share { joinRole downloadAllowed hideLocation }
  } }`);
export const joinAlbum = gql<{ joinAlbum: { membership: { album: { id: Id } } } }, Input<{ token: string; password?: string }>>(
  'mutation JoinAlbum($input: JoinAlbumInput!) { joinAlbum(input: $input) { membership { album { id } } } }');

const likes = 'likes { mediaId count version }';
export const likeMedia = gql<{ likeMedia: { likes: Likes } }, Input<{ mediaId: Id }>>(
  `mutation LikeMedia($input: LikeMediaInput!) { likeMedia(input: $input) { ${likes} } }`);
export const unlikeMedia = gql<{ unlikeMedia: { likes: Likes } }, Input<{ mediaId: Id }>>(
  `mutation UnlikeMedia($input: UnlikeMediaInput!) { unlikeMedia(input: $input) { ${likes} } }`);

/** A comment and its medium, which counts it. */
export type CommentAnswer = { comment: Comment & { media: Medium } };
const written = 'comment { ...C media { ...M } }';
const writing = `${comment} ${medium} ${person} ${picture}`;
export const addComment = gql<{ addComment: CommentAnswer }, Input<{ mediaId: Id; text: string; parentId?: Id }>>(
  `mutation AddComment($input: AddCommentInput!) { addComment(input: $input) { ${written} } } ${writing}`);
export const editComment = gql<{ editComment: CommentAnswer }, Input<{ commentId: Id; text: string }>>(
  `mutation EditComment($input: EditCommentInput!) { editComment(input: $input) { ${written} } } ${writing}`);
export const removeComment = gql<{ removeComment: CommentAnswer }, Input<{ commentId: Id }>>(
  `mutation RemoveComment($input: RemoveCommentInput!) { removeComment(input: $input) { ${written} } } ${writing}`);

export const editMedia = gql<
  { editMedia: { media: Medium } },
  Input<{ mediaId: Id; caption?: string; tags?: string[]; takenAt?: string | null }>
>(`mutation EditMedia($input: EditMediaInput!) { editMedia(input: $input) { media { ...M } } } ${seen}`);
export const trashMedia = gql<{ trashMedia: { media: { id: Id }[] } }, Input<{ albumId: Id; mediaIds: Id[] }>>(
  'mutation TrashMedia($input: TrashMediaInput!) { trashMedia(input: $input) { media { id } } }');
export const arrangeMedia = gql<
  { arrangeMedia: { media: { id: Id }[] } },
  Input<{ albumId: Id; mediaIds: Id[]; afterId: Id | null }>
>('mutation ArrangeMedia($input: ArrangeMediaInput!) { arrangeMedia(input: $input) { media { id } } }');
export const updateAlbum = gql<
  { updateAlbum: { album: Album } },
  Input<{ albumId: Id; title?: string; description?: string; coverId?: Id | null }>
>(`mutation UpdateAlbum($input: UpdateAlbumInput!) { updateAlbum(input: $input) { album { ...A } } } ${album} ${person} ${picture}`);

export interface UploadWish {
  fileName: string;
  contentType: string;
  bytes: number;
  sha256?: string;
  takenAt?: string;
  caption?: string;
  method: 'PUT' | 'CHUNKS';
}
export interface Ticket {
  media: { id: Id };
  duplicate: boolean;
  method: 'PUT' | 'POST' | 'CHUNKS';
  url: string | null;
  headers: { name: string; value: string }[];
  chunkUnit: number | null;
  expiresAt: string | null;
}
export const createUploads = gql<{ createUploads: { tickets: Ticket[] } }, Input<{ albumId: Id; files: UploadWish[] }>>(
  `mutation CreateUploads($input: CreateUploadsInput!) { createUploads(input: $input) {
    tickets { media { id } duplicate method url headers { name value } chunkUnit expiresAt }
  } }`);

export interface UploadStanding {
  id: Id;
  status: 'PENDING' | 'PROCESSING' | 'READY' | 'FAILED';
  failure: string | null;
  duplicateOf: { id: Id } | null;
}
const standing = 'id status failure duplicateOf { id }';
export const finalizeUpload = gql<{ finalizeUpload: { media: UploadStanding; duplicate: boolean } }, Input<{ mediaId: Id }>>(
  `mutation FinalizeUpload($input: FinalizeUploadInput!) { finalizeUpload(input: $input) { duplicate media { ${standing} } } }`);
export const uploadStanding = gql<{ media: UploadStanding | null }, { id: Id }>(
  `query UploadStanding($id: ID!) { media(id: $id) { ${standing} } }`);
