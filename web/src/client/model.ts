/** What the pages show, as the documents in documents.ts ask for it. */

/** An identifier: `usr_…`, `alb_…`, `med_…`, `cmt_…`, `shr_…`. */
export type Id = string;
/** A moment, RFC 3339 in UTC with milliseconds. As text it sorts as in time. */
export type Time = string;
/** An opaque place in a list or stream. */
export type Cursor = string;

export type AlbumRole = 'OWNER' | 'EDITOR' | 'CONTRIBUTOR' | 'VIEWER';
export type AlbumAction =
  | 'VIEW' | 'DOWNLOAD' | 'LIKE' | 'COMMENT' | 'LIST_MEMBERS' | 'LEAVE' | 'ADD_MEDIA' | 'EDIT_OWN_MEDIA'
  | 'EDIT_ANY_MEDIA' | 'EDIT_ANY_COMMENT' | 'EDIT_ALBUM' | 'MANAGE_SHARES' | 'MANAGE_MEMBERS' | 'DISPOSE_ALBUM';
export type Visibility = 'PRIVATE' | 'LINK' | 'PUBLIC';
export type Audience = 'NOBODY' | 'MEMBERS' | 'ANYONE';
export type MediaOrder = 'ADDED' | 'TAKEN' | 'HAND';
export type MediaStatus = 'PENDING' | 'PROCESSING' | 'READY' | 'FAILED';

export interface Person {
  id: Id;
  displayName: string;
  avatarUrl: string | null;
}

/** A file at a signed address, which ends at `expiresAt`. */
export interface Picture {
  url: string;
  expiresAt: Time;
  contentType: string;
  width: number;
  height: number;
  bytes: number;
}

export interface Medium {
  id: Id;
  owner: Person;
  kind: 'PHOTO' | 'VIDEO';
  status: MediaStatus;
  /** Percent of the work on its bytes; a video is READY before it is at 100. */
  progress: number;
  fileName: string;
  contentType: string;
  bytes: number;
  width: number;
  height: number;
  durationMs: number | null;
  takenAt: Time | null;
  blurhash: string | null;
  color: string | null;
  caption: string;
  tags: string[];
  place: { name: string; latitude: number; longitude: number } | null;
  addedAt: Time | null;
  trashedAt: Time | null;
  editedAt: Time | null;
  /** The smallest first, for a srcset. */
  variants: Picture[];
  playback: Picture | null;
  download: Picture | null;
  likeCount: number;
  likeVersion: number;
  commentCount: number;
}

/** A medium and what it is to the person who looks. */
export interface SeenMedium extends Medium {
  viewerHasLiked: boolean;
}

export interface Comment {
  id: Id;
  author: Person;
  /** Empty once it is removed. */
  text: string;
  /** What it answers, if it is a reply. */
  parent: { id: Id; replyCount: number } | null;
  replyCount: number;
  createdAt: Time;
  editedAt: Time | null;
  removedAt: Time | null;
}

export interface Album {
  id: Id;
  title: string;
  description: string;
  visibility: Visibility;
  settings: { comments: Audience; likes: Audience; downloads: Audience; order: MediaOrder };
  owner: Person;
  cover: { id: Id; color: string | null; blurhash: string | null; variants: Picture[] } | null;
  mediaCount: number;
  memberCount: number;
  createdAt: Time;
  updatedAt: Time;
  trashedAt: Time | null;
  viewerRole: AlbumRole | null;
  viewerActions: AlbumAction[];
}

export interface PageInfo {
  hasNextPage: boolean;
  endCursor: Cursor | null;
}

/** One page of a connection. */
export interface Page<T> {
  edges: { node: T }[];
  pageInfo: PageInfo;
}

export type AlbumEventKind =
  | 'ALBUM_CREATED' | 'ALBUM_EDITED' | 'ALBUM_TRASHED' | 'ALBUM_RESTORED' | 'ALBUM_DELETED' | 'MEDIA_ADDED'
  | 'MEDIA_EDITED' | 'MEDIA_REMOVED' | 'MEDIA_RESTORED' | 'MEDIA_PROCESSED' | 'MEDIA_ARRANGED' | 'MEDIA_FAILED'
  | 'COMMENT_ADDED' | 'COMMENT_EDITED' | 'COMMENT_REMOVED' | 'MEMBER_JOINED' | 'MEMBER_ROLE_CHANGED'
  | 'MEMBER_REMOVED' | 'RESYNC' | 'ACCESS_REVOKED';

/** One thing that happened; what it names is as it is now, null if it is gone. A kind may be new to us. */
export interface AlbumEvent {
  kind: AlbumEventKind | (string & {});
  cursor: Cursor;
  at: Time;
  albumId: Id | null;
  actor: Person | null;
  album: Album | null;
  mediaId: Id | null;
  media: Medium | null;
  commentId: Id | null;
  comment: Comment | null;
  user: Person | null;
  membership: { role: AlbumRole; joinedAt: Time } | null;
}

/** How often a medium is liked; of two the greater version is newer. */
export interface Likes {
  mediaId: Id;
  count: number;
  version: number;
}
