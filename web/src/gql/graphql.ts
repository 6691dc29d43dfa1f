/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An opaque place in a list or a stream. Hand it back as it came; it is worth nothing in another list. */
  Cursor: { input: string; output: string; }
  /** A whole number of up to 53 bits, for sizes in bytes and versions. */
  Long: { input: number; output: number; }
  /** A moment in UTC, as RFC 3339 with milliseconds: 2026-11-22T08:15:30.123Z. */
  Time: { input: string; output: string; }
  /** An absolute address on the web. */
  Url: { input: string; output: string; }
};

/** Input of addComment. */
export type AddCommentInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The medium. */
  mediaId: Scalars['ID']['input'];
  /** The comment on the same medium that this one answers. */
  parentId?: InputMaybe<Scalars['ID']['input']>;
  /** The text, 1 to 2,000 characters. */
  text: Scalars['String']['input'];
};

/** What addComment gives. */
export type AddCommentPayload = {
  __typename?: 'AddCommentPayload';
  /** The new comment. */
  comment: Comment;
};

/** A collection of photos and videos with members and a log of what happens in it. */
export type Album = Node & {
  __typename?: 'Album';
  /** Everything in it, or a selection, as ZIP files; FORBIDDEN if you may not download. */
  archive: Archive;
  /** The chosen cover, else the newest medium; null for an empty album. */
  cover?: Maybe<Media>;
  /** When it was made. */
  createdAt: Scalars['Time']['output'];
  /** The log's place when this album was read: subscribe `albumEvents(after:)` with it and miss nothing. */
  cursor: Scalars['Cursor']['output'];
  /** The description; may be empty. */
  description: Scalars['String']['output'];
  /** The identifier, `alb_…`. */
  id: Scalars['ID']['output'];
  /** Its photos and videos. */
  media: MediaConnection;
  /** How many media it shows. */
  mediaCount: Scalars['Int']['output'];
  /** How many members it has. */
  memberCount: Scalars['Int']['output'];
  /** Its members, the first to join first. */
  members: MembershipConnection;
  /** Who it belongs to. */
  owner: User;
  /** The owner's choices. */
  settings: AlbumSettings;
  /** Its links that were not revoked, newest first. */
  shares: ShareConnection;
  /** The title. */
  title: Scalars['String']['output'];
  /** What was trashed in it, latest first: all of it for editors, one's own for contributors. */
  trash: MediaConnection;
  /** When it was put into the trash, if it was. */
  trashedAt?: Maybe<Scalars['Time']['output']>;
  /** When anything in it last changed. */
  updatedAt: Scalars['Time']['output'];
  /** What you may do here. */
  viewerActions: Array<AlbumAction>;
  /** Your role, if you are a member. */
  viewerRole?: Maybe<AlbumRole>;
  /** Who reaches it without being a member. */
  visibility: Visibility;
};


/** A collection of photos and videos with members and a log of what happens in it. */
export type AlbumArchiveArgs = {
  only?: InputMaybe<Array<Scalars['ID']['input']>>;
  partBytes?: Scalars['Long']['input'];
};


/** A collection of photos and videos with members and a log of what happens in it. */
export type AlbumMediaArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
  order?: InputMaybe<MediaOrder>;
};


/** A collection of photos and videos with members and a log of what happens in it. */
export type AlbumMembersArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** A collection of photos and videos with members and a log of what happens in it. */
export type AlbumSharesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** A collection of photos and videos with members and a log of what happens in it. */
export type AlbumTrashArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};

/** A thing to be done in an album. */
export type AlbumAction =
  /** Add photos and videos. */
  | 'ADD_MEDIA'
  /** Comment; edit and remove one's own comments. */
  | 'COMMENT'
  /** Trash, restore, delete and hand over the album. */
  | 'DISPOSE_ALBUM'
  /** Fetch originals as files. */
  | 'DOWNLOAD'
  /** Change title, description, cover, visibility and settings. */
  | 'EDIT_ALBUM'
  /** Edit and remove anyone's comments. */
  | 'EDIT_ANY_COMMENT'
  /** The same with anyone's. */
  | 'EDIT_ANY_MEDIA'
  /** Edit, move, trash, restore and delete one's own media. */
  | 'EDIT_OWN_MEDIA'
  /** Leave the album. */
  | 'LEAVE'
  /** Like media. */
  | 'LIKE'
  /** See who the members are. */
  | 'LIST_MEMBERS'
  /** Change the roles of members below one's own, and remove them. */
  | 'MANAGE_MEMBERS'
  /** Make, see and revoke share links. */
  | 'MANAGE_SHARES'
  /** See the album and its media. */
  | 'VIEW';

/** One page of albums. */
export type AlbumConnection = {
  __typename?: 'AlbumConnection';
  /** The rows. */
  edges: Array<AlbumEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One album of a page. */
export type AlbumEdge = {
  __typename?: 'AlbumEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The album. */
  node: Album;
};

/**
 * One thing that happened in an album. Of the nullable fields those are set that the kind has;
 * they show the present, so a thing that is gone meanwhile is null beside its identifier.
 */
export type AlbumEvent = {
  __typename?: 'AlbumEvent';
  /** Who did it, unless the service itself. */
  actor?: Maybe<User>;
  /** The album, while you may see it. */
  album?: Maybe<Album>;
  /** In which album; null in the RESYNC of a whole feed. */
  albumId?: Maybe<Scalars['ID']['output']>;
  /** When. */
  at: Scalars['Time']['output'];
  /** The comment, while it is there. */
  comment?: Maybe<Comment>;
  /** The comment's identifier, for COMMENT_… kinds. */
  commentId?: Maybe<Scalars['ID']['output']>;
  /** Subscribe again `after:` this to go on right behind this event. */
  cursor: Scalars['Cursor']['output'];
  /** What happened. */
  kind: AlbumEventKind;
  /** The medium, while it is there. */
  media?: Maybe<Media>;
  /** The medium's identifier, for MEDIA_… and COMMENT_… kinds. */
  mediaId?: Maybe<Scalars['ID']['output']>;
  /** The present membership, for MEMBER_… kinds, while there is one. */
  membership?: Maybe<Membership>;
  /** Who it is about, for MEMBER_… kinds. */
  user?: Maybe<User>;
};

/** What happened in an album. */
export type AlbumEventKind =
  /** You lost access; this is the stream's last event. */
  | 'ACCESS_REVOKED'
  /** The album was made. */
  | 'ALBUM_CREATED'
  /** The album was removed for good. */
  | 'ALBUM_DELETED'
  /** Title, description, cover, visibility or settings changed. */
  | 'ALBUM_EDITED'
  /** The album was taken out of the trash. */
  | 'ALBUM_RESTORED'
  /** The album was put into the trash. */
  | 'ALBUM_TRASHED'
  /** A comment or reply was written. */
  | 'COMMENT_ADDED'
  /** The text of a comment changed. */
  | 'COMMENT_EDITED'
  /** A comment was removed. */
  | 'COMMENT_REMOVED'
  /** A medium was published, or moved in. */
  | 'MEDIA_ADDED'
  /** A medium's place by hand changed. */
  | 'MEDIA_ARRANGED'
  /** Something said about a medium changed. */
  | 'MEDIA_EDITED'
  /** An upload was refused. Those who may add media get this; `mediaId` can be asked for by its uploader alone. */
  | 'MEDIA_FAILED'
  /** Something more was made of a medium: a video to play, say. */
  | 'MEDIA_PROCESSED'
  /** A medium was trashed, removed or moved away. */
  | 'MEDIA_REMOVED'
  /** A medium was taken out of the trash. */
  | 'MEDIA_RESTORED'
  /** Somebody joined. */
  | 'MEMBER_JOINED'
  /** A member left or was removed. */
  | 'MEMBER_REMOVED'
  /** A member's role changed. */
  | 'MEMBER_ROLE_CHANGED'
  /** You are too far behind: read the page again, and go on from this event's cursor. */
  | 'RESYNC';

/** A member's standing in an album, from the greatest to the least. */
export type AlbumRole =
  /** Adds media and edits its own. */
  | 'CONTRIBUTOR'
  /** Edits the album and any medium or comment, invites, and manages members below. */
  | 'EDITOR'
  /** Does everything; there is exactly one. */
  | 'OWNER'
  /** Looks; likes and comments as the album allows. */
  | 'VIEWER';

/** The owner's choices for one album. */
export type AlbumSettings = {
  __typename?: 'AlbumSettings';
  /** Who may comment. */
  comments: Audience;
  /** Who may fetch originals as files; share links have a setting of their own. */
  downloads: Audience;
  /** Who may like. */
  likes: Audience;
  /** How its media are sorted unless somebody asks otherwise. */
  order: MediaOrder;
};

/** Choices for an album: what is left out stays as it is; audiences of a new album are MEMBERS. */
export type AlbumSettingsInput = {
  /** Who may comment. */
  comments?: InputMaybe<Audience>;
  /** Who may fetch originals as files. */
  downloads?: InputMaybe<Audience>;
  /** Who may like. */
  likes?: InputMaybe<Audience>;
  /** How its media are sorted; ADDED in a new album. */
  order?: InputMaybe<MediaOrder>;
};

/** Originals as ZIP files, to be fetched one after the other. */
export type Archive = {
  __typename?: 'Archive';
  /** The files. None is larger than was asked for, unless a single medium is. */
  parts: Array<ArchivePart>;
};

/** One ZIP file. It is made while it is fetched; whether you may still fetch it is looked at then. */
export type ArchivePart = {
  __typename?: 'ArchivePart';
  /** How many bytes it has, to the byte while nothing in the album changes. */
  bytes: Scalars['Long']['output'];
  /** When it ends. */
  expiresAt: Scalars['Time']['output'];
  /** The file's name. */
  fileName: Scalars['String']['output'];
  /** How many media are in it. */
  mediaCount: Scalars['Int']['output'];
  /** The address, which needs no other right. */
  url: Scalars['Url']['output'];
};

/** Input of arrangeMedia. */
export type ArrangeMediaInput = {
  /** The medium that they come right behind; null puts them first. */
  afterId?: InputMaybe<Scalars['ID']['input']>;
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media to put in their places, 1 to 50, in their new order. */
  mediaIds: Array<Scalars['ID']['input']>;
};

/** What arrangeMedia gives. */
export type ArrangeMediaPayload = {
  __typename?: 'ArrangeMediaPayload';
  /** The media, in order. */
  media: Array<Media>;
};

/** Who, of those who see an album, may do a thing. */
export type Audience =
  /** Anyone who sees the album; where it leaves a trace, anyone of them who is signed in. */
  | 'ANYONE'
  /** The album's members. */
  | 'MEMBERS'
  /** Nobody, the owner included. */
  | 'NOBODY';

/** What this service takes and can do. */
export type Capabilities = {
  __typename?: 'Capabilities';
  /** The types of files that may be uploaded. */
  contentTypes: Array<Scalars['String']['output']>;
  /** Largest photo, in bytes. */
  maxPhotoBytes: Scalars['Long']['output'];
  /** Largest video, in bytes. */
  maxVideoBytes: Scalars['Long']['output'];
  /** Whether videos get a poster and an MP4 to play; if not, they are played as they were uploaded. */
  videos: Scalars['Boolean']['output'];
};

/** Input of changePassword. */
export type ChangePasswordInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The new one, 8 to 128 characters. */
  newPassword: Scalars['String']['input'];
  /** The present password. */
  oldPassword: Scalars['String']['input'];
};

/** What changePassword gives. */
export type ChangePasswordPayload = {
  __typename?: 'ChangePasswordPayload';
  /** You. */
  user: User;
};

/** A comment on a medium, or a reply to one. Threads have two levels. */
export type Comment = Node & {
  __typename?: 'Comment';
  /** Who wrote it. */
  author: User;
  /** When it was written. */
  createdAt: Scalars['Time']['output'];
  /** When it was last edited, if it was. */
  editedAt?: Maybe<Scalars['Time']['output']>;
  /** The identifier, `cmt_…`. */
  id: Scalars['ID']['output'];
  /** The medium. */
  media: Media;
  /** What it answers, if it is a reply. */
  parent?: Maybe<Comment>;
  /** When it was removed, if it was; it stays as the place that its replies hang on. */
  removedAt?: Maybe<Scalars['Time']['output']>;
  /** The replies of its thread, oldest first; none for a reply. */
  replies: CommentConnection;
  /** How many replies its thread has, if it starts one. */
  replyCount: Scalars['Int']['output'];
  /** The text; empty once it is removed. */
  text: Scalars['String']['output'];
  /** Whether you may edit and remove it. */
  viewerCanEdit: Scalars['Boolean']['output'];
};


/** A comment on a medium, or a reply to one. Threads have two levels. */
export type CommentRepliesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};

/** One page of comments. */
export type CommentConnection = {
  __typename?: 'CommentConnection';
  /** The rows. */
  edges: Array<CommentEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One comment of a page. */
export type CommentEdge = {
  __typename?: 'CommentEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The comment. */
  node: Comment;
};

/** Input of copyMedia. */
export type CopyMediaInput = {
  /** The album they are in. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media, 1 to 50. */
  mediaIds: Array<Scalars['ID']['input']>;
  /** The album to copy them to; may be the same. */
  toAlbumId: Scalars['ID']['input'];
};

/** What copyMedia gives. */
export type CopyMediaPayload = {
  __typename?: 'CopyMediaPayload';
  /** One result for each item, in order. */
  results: Array<MediaResult>;
};

/** Input of createAlbum. */
export type CreateAlbumInput = {
  /** The description, at most 4,000 characters. */
  description?: Scalars['String']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The owner's choices. */
  settings?: InputMaybe<AlbumSettingsInput>;
  /** The title, 1 to 128 characters. */
  title: Scalars['String']['input'];
  /** Who reaches it without being a member. */
  visibility?: Visibility;
};

/** What createAlbum gives. */
export type CreateAlbumPayload = {
  __typename?: 'CreateAlbumPayload';
  /** The new album. */
  album: Album;
};

/** Input of createShare. */
export type CreateShareInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** Whether its visitors may fetch originals as files. */
  downloadAllowed?: Scalars['Boolean']['input'];
  /** When it ends; null for never. */
  expiresAt?: InputMaybe<Scalars['Time']['input']>;
  /** Whether to keep places from its visitors, in what is said and in the originals. */
  hideLocation?: Scalars['Boolean']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The role that one joins in, below your own; null for a link that only shows. */
  joinRole?: InputMaybe<AlbumRole>;
  /** The token of an open link to hand on; what it does not allow is left out of the new one, and its password stays. */
  parentToken?: InputMaybe<Scalars['String']['input']>;
  /** A password of 4 to 128 characters, or null. */
  password?: InputMaybe<Scalars['String']['input']>;
};

/** What createShare gives. */
export type CreateSharePayload = {
  __typename?: 'CreateSharePayload';
  /** The new link. */
  share: Share;
  /** The secret of the link. */
  token: Scalars['String']['output'];
};

/** Input of createUploads. */
export type CreateUploadsInput = {
  /** The album to add to. */
  albumId: Scalars['ID']['input'];
  /** The files, 1 to 50. */
  files: Array<UploadInput>;
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What createUploads gives. */
export type CreateUploadsPayload = {
  __typename?: 'CreateUploadsPayload';
  /** A ticket for each file, in order. */
  tickets: Array<UploadTicket>;
};

/** Input of deleteAlbum. */
export type DeleteAlbumInput = {
  /** The album, in the trash or not. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What deleteAlbum gives. */
export type DeleteAlbumPayload = {
  __typename?: 'DeleteAlbumPayload';
  /** The identifier of what was removed. */
  deletedAlbumId: Scalars['ID']['output'];
};

/** Input of deleteMedia. */
export type DeleteMediaInput = {
  /** The album they are in. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media, 1 to 50, in the trash or not. */
  mediaIds: Array<Scalars['ID']['input']>;
};

/** What deleteMedia gives. */
export type DeleteMediaPayload = {
  __typename?: 'DeleteMediaPayload';
  /** The identifiers of what was removed. */
  deletedMediaIds: Array<Scalars['ID']['output']>;
};

/** Input of editComment. */
export type EditCommentInput = {
  /** The comment. */
  commentId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The new text, 1 to 2,000 characters. */
  text: Scalars['String']['input'];
};

/** What editComment gives. */
export type EditCommentPayload = {
  __typename?: 'EditCommentPayload';
  /** The comment, changed. */
  comment: Comment;
};

/** Input of editMedia: what is left out stays as it is. */
export type EditMediaInput = {
  /** The caption, at most 2,000 characters; may be empty. */
  caption?: InputMaybe<Scalars['String']['input']>;
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The medium. */
  mediaId: Scalars['ID']['input'];
  /** Where it was taken; null takes it away. */
  place?: InputMaybe<PlaceInput>;
  /** The tags, at most 30 of 1 to 40 characters. */
  tags?: InputMaybe<Array<Scalars['String']['input']>>;
  /** When it was taken; null for not known. */
  takenAt?: InputMaybe<Scalars['Time']['input']>;
};

/** What editMedia gives. */
export type EditMediaPayload = {
  __typename?: 'EditMediaPayload';
  /** The medium, changed. */
  media: Media;
};

/** The newest media and comments over all of your albums, newest first. */
export type FeedConnection = {
  __typename?: 'FeedConnection';
  /** The place of all your albums' logs when this page was read: subscribe `feedEvents(after:)` with it and miss nothing. */
  cursor: Scalars['Cursor']['output'];
  /** The rows. */
  edges: Array<FeedEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One row of the feed. */
export type FeedEdge = {
  __typename?: 'FeedEdge';
  /** When it was published. */
  at: Scalars['Time']['output'];
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The medium or comment. */
  node: FeedNode;
};

/** What a row of the feed shows. */
export type FeedNode = Comment | Media;

/** Input of finalizeUpload. */
export type FinalizeUploadInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The medium of the ticket. */
  mediaId: Scalars['ID']['input'];
};

/** What finalizeUpload gives. */
export type FinalizeUploadPayload = {
  __typename?: 'FinalizeUploadPayload';
  /** Whether it is such a one; the medium of the ticket is then FAILED. */
  duplicate: Scalars['Boolean']['output'];
  /** The medium: READY, still PROCESSING, or, of a large file that is still being verified, PENDING. If you had the same bytes in the album already, the one that has them. */
  media: Media;
};

/** Input of joinAlbum. */
export type JoinAlbumInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Its password, if it has one. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** The token of an invitation. */
  token: Scalars['String']['input'];
};

/** What joinAlbum gives. */
export type JoinAlbumPayload = {
  __typename?: 'JoinAlbumPayload';
  /** Your place in the album. */
  membership: Membership;
};

/** Input of leaveAlbum. */
export type LeaveAlbumInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What leaveAlbum gives. */
export type LeaveAlbumPayload = {
  __typename?: 'LeaveAlbumPayload';
  /** The album that was left. */
  leftAlbumId: Scalars['ID']['output'];
};

/** One person's like. */
export type Like = {
  __typename?: 'Like';
  /** Since when. */
  at: Scalars['Time']['output'];
  /** Who likes it. */
  user: User;
};

/** One page of likes. */
export type LikeConnection = {
  __typename?: 'LikeConnection';
  /** The rows. */
  edges: Array<LikeEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One like of a page. */
export type LikeEdge = {
  __typename?: 'LikeEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The like. */
  node: Like;
};

/** Input of likeMedia. */
export type LikeMediaInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The medium. */
  mediaId: Scalars['ID']['input'];
};

/** What likeMedia gives. */
export type LikeMediaPayload = {
  __typename?: 'LikeMediaPayload';
  /** How often it is liked now. */
  likes: LikesChanged;
  /** The medium. */
  media: Media;
};

/** How often a medium is liked, now. Of two of one medium the one with the greater version is newer. */
export type LikesChanged = {
  __typename?: 'LikesChanged';
  /** How many people like it. */
  count: Scalars['Int']['output'];
  /** The medium's identifier. */
  mediaId: Scalars['ID']['output'];
  /** Grows with each change. */
  version: Scalars['Long']['output'];
};

/** A photo or a video. */
export type Media = Node & {
  __typename?: 'Media';
  /** When it was published in its album. */
  addedAt?: Maybe<Scalars['Time']['output']>;
  /** The album it is in. */
  album: Album;
  /** What to show until a picture is there (blurha.sh), 4 x 3 components. */
  blurhash?: Maybe<Scalars['String']['output']>;
  /** How many bytes it has. */
  bytes: Scalars['Long']['output'];
  /** The camera that took it, if the file says so. */
  camera?: Maybe<Scalars['String']['output']>;
  /** The caption; may be empty. */
  caption: Scalars['String']['output'];
  /** The picture's dominant colour, #rrggbb. */
  color?: Maybe<Scalars['String']['output']>;
  /** How many comments and replies it has. */
  commentCount: Scalars['Int']['output'];
  /** The comments on it, oldest first; replies hang below them. */
  comments: CommentConnection;
  /** The type of its bytes, as found in them. */
  contentType: Scalars['String']['output'];
  /** When its upload began. */
  createdAt: Scalars['Time']['output'];
  /** Where its original can be fetched as a file, named as it was uploaded; null if you may not, or until it is READY. */
  download?: Maybe<SignedUrl>;
  /** Of one that failed as UPLOAD_DUPLICATE: your medium in the album that has the same bytes. */
  duplicateOf?: Maybe<Media>;
  /** How long a video lasts, in milliseconds; null for photos. */
  durationMs?: Maybe<Scalars['Long']['output']>;
  /** When it was last edited, if it was. */
  editedAt?: Maybe<Scalars['Time']['output']>;
  /** The code of why it is FAILED. */
  failure?: Maybe<Scalars['String']['output']>;
  /** The name of the file it came as. */
  fileName: Scalars['String']['output'];
  /** Pixels down, as shown; 0 until its bytes are verified. */
  height: Scalars['Int']['output'];
  /** The identifier, `med_…`. */
  id: Scalars['ID']['output'];
  /** Photo or video. */
  kind: MediaKind;
  /** How many people like it. */
  likeCount: Scalars['Int']['output'];
  /** Grows with each change of likeCount: of two counts the one with the greater version is newer. */
  likeVersion: Scalars['Long']['output'];
  /** Who likes it, latest first. */
  likes: LikeConnection;
  /** Who uploaded it. */
  owner: User;
  /** Where it was taken, if somebody or the file said so. Null for visitors, but for those of a link that shows places. */
  place?: Maybe<Place>;
  /** Where a video can be played: an MP4 of at most 720 lines, or the original while there is none; null for photos. */
  playback?: Maybe<SignedUrl>;
  /** How much of the work on its bytes is done, in percent; a video is READY before it is at 100. */
  progress: Scalars['Int']['output'];
  /** The SHA-256 of its bytes in hexadecimal, once they are verified. Null for those from whom a place in them is kept. */
  sha256?: Maybe<Scalars['String']['output']>;
  /** Where it stands on its way in. */
  status: MediaStatus;
  /** The tags. */
  tags: Array<Scalars['String']['output']>;
  /** When it was taken, by the client's word or the file's. */
  takenAt?: Maybe<Scalars['Time']['output']>;
  /** When it was put into the trash, if it was. */
  trashedAt?: Maybe<Scalars['Time']['output']>;
  /** A picture of it, of a video its poster; null until there is one. */
  url?: Maybe<SignedUrl>;
  /** All pictures of it, the smallest first, for a srcset; without the original. */
  variants: Array<SignedUrl>;
  /** Whether you like it. */
  viewerHasLiked: Scalars['Boolean']['output'];
  /** Pixels across, as shown; 0 until its bytes are verified. */
  width: Scalars['Int']['output'];
};


/** A photo or a video. */
export type MediaCommentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** A photo or a video. */
export type MediaLikesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** A photo or a video. */
export type MediaUrlArgs = {
  size?: MediaSize;
};

/** One page of media. */
export type MediaConnection = {
  __typename?: 'MediaConnection';
  /** The rows. */
  edges: Array<MediaEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One medium of a page. */
export type MediaEdge = {
  __typename?: 'MediaEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The medium. */
  node: Media;
};

/** Photo or video. */
export type MediaKind =
  /** A photo. */
  | 'PHOTO'
  /** A video. */
  | 'VIDEO';

/** How the media of an album are sorted. */
export type MediaOrder =
  /** By when they were added to the album, newest first. */
  | 'ADDED'
  /** By hand: see `arrangeMedia`. What is added comes first. */
  | 'HAND'
  /** By when they were taken, newest first; by when they were added where that is not known. */
  | 'TAKEN';

/** What became of one item of a batch. */
export type MediaResult = {
  __typename?: 'MediaResult';
  /** The code of why not, as in errors. */
  code?: Maybe<Scalars['String']['output']>;
  /** The medium, where it is now, or the copy; null if that could not be done. */
  media?: Maybe<Media>;
  /** The item, as it was named. */
  mediaId: Scalars['ID']['output'];
  /** Why not, for people. */
  message?: Maybe<Scalars['String']['output']>;
};

/** Which picture of a medium. None is larger than its original, so of a small one the next smaller there is. */
export type MediaSize =
  /** A JPEG that fits into 1440 x 1440 pixels. */
  | 'LARGE'
  /** A JPEG that fits into 720 x 720 pixels. */
  | 'MEDIUM'
  /** A photo's bytes as they were uploaded: an animation moves. Null if you may not download them, and for videos. */
  | 'ORIGINAL'
  /** A JPEG that fits into 256 x 256 pixels. */
  | 'SMALL';

/** Where a medium stands on its way in. Only its uploader sees one that is not READY. */
export type MediaStatus =
  /** It was refused; `failure` says why. */
  | 'FAILED'
  /** Its ticket was given; its bytes are awaited. */
  | 'PENDING'
  /** Its bytes were verified and are being worked on. */
  | 'PROCESSING'
  /** It is there for everyone. */
  | 'READY';

/** One person's place in one album. */
export type Membership = {
  __typename?: 'Membership';
  /** The album. */
  album: Album;
  /** When the person joined. */
  joinedAt: Scalars['Time']['output'];
  /** The role. */
  role: AlbumRole;
  /** The person. */
  user: User;
};

/** One page of members. */
export type MembershipConnection = {
  __typename?: 'MembershipConnection';
  /** The rows. */
  edges: Array<MembershipEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One member of a page. */
export type MembershipEdge = {
  __typename?: 'MembershipEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The membership. */
  node: Membership;
};

/** Input of moveMedia. */
export type MoveMediaInput = {
  /** The album they are in. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media, 1 to 50. */
  mediaIds: Array<Scalars['ID']['input']>;
  /** The album to move them to. */
  toAlbumId: Scalars['ID']['input'];
};

/** What moveMedia gives. */
export type MoveMediaPayload = {
  __typename?: 'MoveMediaPayload';
  /** One result for each item, in order. */
  results: Array<MediaResult>;
};

/** What can be done. Each mutation takes one input and returns a payload. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Comments on a medium, or answers a comment on it. */
  addComment: AddCommentPayload;
  /** Puts media of an album in their places for the order HAND; needs EDITOR. */
  arrangeMedia: ArrangeMediaPayload;
  /** Changes the password of the local account and ends all other sessions. */
  changePassword: ChangePasswordPayload;
  /** Copies media of one album that you may download, without likes and comments, to another that you may add to: each for itself. */
  copyMedia: CopyMediaPayload;
  /** Makes an album that belongs to you. */
  createAlbum: CreateAlbumPayload;
  /** Makes a link. Managers make any; whoever holds an open link may hand it on with no more rights than it has. */
  createShare: CreateSharePayload;
  /** Begins the upload of at most 50 files: one ticket each, in order. */
  createUploads: CreateUploadsPayload;
  /** Removes an album and everything in it, for good. */
  deleteAlbum: DeleteAlbumPayload;
  /** Removes media of one album for good: all or none. */
  deleteMedia: DeleteMediaPayload;
  /** Changes the text of a comment, by its author or an editor. */
  editComment: EditCommentPayload;
  /** Changes what is said about a medium. */
  editMedia: EditMediaPayload;
  /**
   * Says that the bytes of an upload are there. They are verified, and the medium is published when its
   * pictures are made. That is waited for for some seconds; a medium that is not READY then becomes
   * so by itself, as does one that nobody finalises. Can be repeated: a READY medium is returned as it is.
   */
  finalizeUpload: FinalizeUploadPayload;
  /** Joins an album by an invitation; who is a member already keeps the greater role. */
  joinAlbum: JoinAlbumPayload;
  /** Leaves an album; the owner hands it over first. */
  leaveAlbum: LeaveAlbumPayload;
  /** Likes a medium. Liking it again changes nothing. */
  likeMedia: LikeMediaPayload;
  /** Moves media of one album, with their likes and comments, to another that you may add to: each for itself. */
  moveMedia: MoveMediaPayload;
  /** Opens a link without an account: gives a read-only token for its album. */
  openShare: OpenSharePayload;
  /** Trades a refresh token for a new pair. One that was used before ends the whole session: SESSION_REVOKED. */
  refreshSession: RefreshSessionPayload;
  /** Removes a comment, by its author or an editor; its replies stay. */
  removeComment: RemoveCommentPayload;
  /** Removes a member below your own role. Their media and comments stay. */
  removeMember: RemoveMemberPayload;
  /** Takes an album out of the trash. */
  restoreAlbum: RestoreAlbumPayload;
  /** Takes media of one album out of its trash: all or none. */
  restoreMedia: RestoreMediaPayload;
  /** Closes a link and all that were handed on from it; their visitors are out at once. */
  revokeShare: RevokeSharePayload;
  /** Changes a member's role, where both the old and the new stand below your own. */
  setMemberRole: SetMemberRolePayload;
  /** Signs in to a local account. SIGN_IN_FAILED does not say which of the two was wrong. */
  signIn: SignInPayload;
  /** Ends this session, or all of yours. */
  signOut: SignOutPayload;
  /** Makes a local account and signs in. NAME_TAKEN if the name is in use. */
  signUp: SignUpPayload;
  /** Hands an album over to another member; you stay as EDITOR. */
  transferAlbum: TransferAlbumPayload;
  /** Puts an album into the trash for 30 days. Everyone but the owner loses it at once. */
  trashAlbum: TrashAlbumPayload;
  /** Puts media of one album into its trash for 30 days: all or none. */
  trashMedia: TrashMediaPayload;
  /** Takes your like back. Without one it changes nothing. */
  unlikeMedia: UnlikeMediaPayload;
  /** Changes an album; needs EDITOR, and OWNER for visibility and settings. */
  updateAlbum: UpdateAlbumPayload;
  /** Changes what others see of you. */
  updateProfile: UpdateProfilePayload;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationAddCommentArgs = {
  input: AddCommentInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationArrangeMediaArgs = {
  input: ArrangeMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationCopyMediaArgs = {
  input: CopyMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationCreateAlbumArgs = {
  input: CreateAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationCreateShareArgs = {
  input: CreateShareInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationCreateUploadsArgs = {
  input: CreateUploadsInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationDeleteAlbumArgs = {
  input: DeleteAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationDeleteMediaArgs = {
  input: DeleteMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationEditCommentArgs = {
  input: EditCommentInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationEditMediaArgs = {
  input: EditMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationFinalizeUploadArgs = {
  input: FinalizeUploadInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationJoinAlbumArgs = {
  input: JoinAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationLeaveAlbumArgs = {
  input: LeaveAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationLikeMediaArgs = {
  input: LikeMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationMoveMediaArgs = {
  input: MoveMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationOpenShareArgs = {
  input: OpenShareInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRefreshSessionArgs = {
  input: RefreshSessionInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRemoveCommentArgs = {
  input: RemoveCommentInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRestoreAlbumArgs = {
  input: RestoreAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRestoreMediaArgs = {
  input: RestoreMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationRevokeShareArgs = {
  input: RevokeShareInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationSetMemberRoleArgs = {
  input: SetMemberRoleInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationSignInArgs = {
  input: SignInInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationSignOutArgs = {
  input: SignOutInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationSignUpArgs = {
  input: SignUpInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationTransferAlbumArgs = {
  input: TransferAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationTrashAlbumArgs = {
  input: TrashAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationTrashMediaArgs = {
  input: TrashMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationUnlikeMediaArgs = {
  input: UnlikeMediaInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationUpdateAlbumArgs = {
  input: UpdateAlbumInput;
};


/** What can be done. Each mutation takes one input and returns a payload. */
export type MutationUpdateProfileArgs = {
  input: UpdateProfileInput;
};

/** Anything with an identifier of its own. */
export type Node = {
  /** The identifier: a type's prefix and a ULID. */
  id: Scalars['ID']['output'];
};

/** Input of openShare. */
export type OpenShareInput = {
  /** A key that you make up for this request: sent again with it within 15 minutes, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Its password, if it has one. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** The secret of the link. */
  token: Scalars['String']['input'];
};

/** What openShare gives. */
export type OpenSharePayload = {
  __typename?: 'OpenSharePayload';
  /** A read-only access token for this album alone. Open the link again for a new one. */
  accessToken: Scalars['String']['output'];
  /** When the access token ends. */
  accessTokenExpiresAt: Scalars['Time']['output'];
  /** The album. */
  album: Album;
  /** The link. */
  share: Share;
};

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last row, if there is one: the `after` of the next page. */
  endCursor?: Maybe<Scalars['Cursor']['output']>;
  /** Whether there are rows after this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there are rows before this page: true of every page asked for with a cursor. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first row, if there is one. */
  startCursor?: Maybe<Scalars['Cursor']['output']>;
};

/** A place on earth, as a person named or pointed at it. */
export type Place = {
  __typename?: 'Place';
  /** Degrees north, -90 to 90. */
  latitude: Scalars['Float']['output'];
  /** Degrees east, -180 to 180. */
  longitude: Scalars['Float']['output'];
  /** The name; may be empty. */
  name: Scalars['String']['output'];
};

/** A place on earth. */
export type PlaceInput = {
  /** Degrees north, -90 to 90. */
  latitude: Scalars['Float']['input'];
  /** Degrees east, -180 to 180. */
  longitude: Scalars['Float']['input'];
  /** The name, at most 200 characters. */
  name?: Scalars['String']['input'];
};

/** What can be read. */
export type Query = {
  __typename?: 'Query';
  /** An album. */
  album?: Maybe<Album>;
  /** What this service takes and can do. */
  capabilities: Capabilities;
  /** The newest media and comments over all of your albums. */
  feed: FeedConnection;
  /** You, if you are signed in. */
  me?: Maybe<User>;
  /** A photo or a video. */
  media?: Maybe<Media>;
  /** Anything by its identifier. Unknown things and things you may not see give the same NOT_FOUND. */
  node?: Maybe<Node>;
  /** At most 50 things by their identifiers, in that order; null with a NOT_FOUND error for each that is not there. */
  nodes: Array<Maybe<Node>>;
  /** A person. */
  user?: Maybe<User>;
};


/** What can be read. */
export type QueryAlbumArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryFeedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** What can be read. */
export type QueryMediaArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryNodesArgs = {
  ids: Array<Scalars['ID']['input']>;
};


/** What can be read. */
export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};

/** Input of refreshSession. */
export type RefreshSessionInput = {
  /** A key that you make up for this request: sent again with it within 15 minutes, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The newest refresh token of the session. */
  refreshToken: Scalars['String']['input'];
};

/** What refreshSession gives. */
export type RefreshSessionPayload = {
  __typename?: 'RefreshSessionPayload';
  /** The session with its new tokens. */
  session: Session;
};

/** Input of removeComment. */
export type RemoveCommentInput = {
  /** The comment. */
  commentId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What removeComment gives. */
export type RemoveCommentPayload = {
  __typename?: 'RemoveCommentPayload';
  /** The comment, removed. */
  comment: Comment;
};

/** Input of removeMember. */
export type RemoveMemberInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The member. */
  userId: Scalars['ID']['input'];
};

/** What removeMember gives. */
export type RemoveMemberPayload = {
  __typename?: 'RemoveMemberPayload';
  /** The album. */
  album: Album;
  /** Who was removed. */
  user: User;
};

/** Input of restoreAlbum. */
export type RestoreAlbumInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What restoreAlbum gives. */
export type RestoreAlbumPayload = {
  __typename?: 'RestoreAlbumPayload';
  /** The album, back. */
  album: Album;
};

/** Input of restoreMedia. */
export type RestoreMediaInput = {
  /** The album they are in. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media, 1 to 50. */
  mediaIds: Array<Scalars['ID']['input']>;
};

/** What restoreMedia gives. */
export type RestoreMediaPayload = {
  __typename?: 'RestoreMediaPayload';
  /** The media, back, in order. */
  media: Array<Media>;
};

/** Input of revokeShare. */
export type RevokeShareInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The link. */
  shareId: Scalars['ID']['input'];
};

/** What revokeShare gives. */
export type RevokeSharePayload = {
  __typename?: 'RevokeSharePayload';
  /** The link, closed. */
  share: Share;
};

/** What a sign-in gives. */
export type Session = {
  __typename?: 'Session';
  /** The access token, for 15 minutes: header `Authorization: Bearer …`, or `authorization` in connection_init. */
  accessToken: Scalars['String']['output'];
  /** When the access token ends. */
  accessTokenExpiresAt: Scalars['Time']['output'];
  /** The refresh token. Each is good once; using one twice ends the session. */
  refreshToken: Scalars['String']['output'];
  /** When the refresh token ends. */
  refreshTokenExpiresAt: Scalars['Time']['output'];
  /** Who is signed in. */
  user: User;
};

/** Input of setMemberRole. */
export type SetMemberRoleInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The new role; not OWNER, see transferAlbum. */
  role: AlbumRole;
  /** The member. */
  userId: Scalars['ID']['input'];
};

/** What setMemberRole gives. */
export type SetMemberRolePayload = {
  __typename?: 'SetMemberRolePayload';
  /** The membership, changed. */
  membership: Membership;
};

/** A link to an album: to look at it, or, with a joinRole, to join it. */
export type Share = Node & {
  __typename?: 'Share';
  /** The album. */
  album: Album;
  /** When it was made. */
  createdAt: Scalars['Time']['output'];
  /** Who made it. */
  creator: User;
  /** Whether its visitors may fetch originals as files. */
  downloadAllowed: Scalars['Boolean']['output'];
  /** When it ends, if it does. */
  expiresAt?: Maybe<Scalars['Time']['output']>;
  /** Whether it asks for a password. */
  hasPassword: Scalars['Boolean']['output'];
  /** Whether places are kept from its visitors, in what is said and in the originals. */
  hideLocation: Scalars['Boolean']['output'];
  /** The identifier, `shr_…`; not the secret of the link. */
  id: Scalars['ID']['output'];
  /** The role that one joins in; null for a link that only shows. */
  joinRole?: Maybe<AlbumRole>;
  /** The link that this one was handed on from. */
  parent?: Maybe<Share>;
  /** When it was revoked, if it was. */
  revokedAt?: Maybe<Scalars['Time']['output']>;
  /** The secret of the link. Null but for its creator and those who manage the album's links. */
  token?: Maybe<Scalars['String']['output']>;
};

/** One page of links. */
export type ShareConnection = {
  __typename?: 'ShareConnection';
  /** The rows. */
  edges: Array<ShareEdge>;
  /** Where the page stands. */
  pageInfo: PageInfo;
};

/** One link of a page. */
export type ShareEdge = {
  __typename?: 'ShareEdge';
  /** The place of this row. */
  cursor: Scalars['Cursor']['output'];
  /** The link. */
  node: Share;
};

/** Input of signIn. */
export type SignInInput = {
  /** A key that you make up for this request: sent again with it within 15 minutes, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The account name. */
  name: Scalars['String']['input'];
  /** The password. */
  password: Scalars['String']['input'];
};

/** What signIn gives. */
export type SignInPayload = {
  __typename?: 'SignInPayload';
  /** The new session. */
  session: Session;
};

/** Input of signOut. */
export type SignOutInput = {
  /** True: end all of your sessions, on every device. */
  everywhere?: Scalars['Boolean']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What signOut gives. */
export type SignOutPayload = {
  __typename?: 'SignOutPayload';
  /** How many sessions were ended. */
  ended: Scalars['Int']['output'];
};

/** Input of signUp. */
export type SignUpInput = {
  /** The name others see, at most 64 characters; the account name if it is left out. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /** A key that you make up for this request: sent again with it within 15 minutes, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The account name: 3 to 32 letters, digits, dots, dashes and underscores, case does not count. */
  name: Scalars['String']['input'];
  /** The password, 8 to 128 characters. */
  password: Scalars['String']['input'];
};

/** What signUp gives. */
export type SignUpPayload = {
  __typename?: 'SignUpPayload';
  /** The new session. */
  session: Session;
};

/** A file at an address that needs no other right. It is the same for everyone within an hour, so that caches hit. */
export type SignedUrl = {
  __typename?: 'SignedUrl';
  /** How many bytes it has. */
  bytes: Scalars['Long']['output'];
  /** The type of the file. */
  contentType: Scalars['String']['output'];
  /** When it ends; at least an hour after it was first given. */
  expiresAt: Scalars['Time']['output'];
  /** Pixels down, as shown. */
  height: Scalars['Int']['output'];
  /** The address. */
  url: Scalars['Url']['output'];
  /** Pixels across, as shown. */
  width: Scalars['Int']['output'];
};

/** How much room somebody's media take. */
export type Storage = {
  __typename?: 'Storage';
  /** Bytes that may be taken; null if that is without limit. */
  quota?: Maybe<Scalars['Long']['output']>;
  /** Bytes taken, by uploads under way and by what is in the trash, too. */
  used: Scalars['Long']['output'];
};

/** What can be watched, over sockets (graphql-transport-ws) or event streams (graphql-sse). */
export type Subscription = {
  __typename?: 'Subscription';
  /** Everything that happens in an album, from now on or right after a cursor. Nothing is missed, nothing comes twice. */
  albumEvents: AlbumEvent;
  /** New comments (COMMENT_ADDED) in an album, or on one medium of it; also RESYNC and ACCESS_REVOKED. */
  commentAdded: AlbumEvent;
  /** Everything that happens in all of your albums; albums you join or leave meanwhile join and leave the stream. */
  feedEvents: AlbumEvent;
  /** Counts of likes as they change, in an album or of one medium of it. The first change comes at once, then the newest every 250 ms a medium. */
  likesChanged: LikesChanged;
};


/** What can be watched, over sockets (graphql-transport-ws) or event streams (graphql-sse). */
export type SubscriptionAlbumEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  albumId: Scalars['ID']['input'];
};


/** What can be watched, over sockets (graphql-transport-ws) or event streams (graphql-sse). */
export type SubscriptionCommentAddedArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  albumId: Scalars['ID']['input'];
  mediaId?: InputMaybe<Scalars['ID']['input']>;
};


/** What can be watched, over sockets (graphql-transport-ws) or event streams (graphql-sse). */
export type SubscriptionFeedEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
};


/** What can be watched, over sockets (graphql-transport-ws) or event streams (graphql-sse). */
export type SubscriptionLikesChangedArgs = {
  albumId: Scalars['ID']['input'];
  mediaId?: InputMaybe<Scalars['ID']['input']>;
};

/** Input of transferAlbum. */
export type TransferAlbumInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The member who becomes its owner. */
  userId: Scalars['ID']['input'];
};

/** What transferAlbum gives. */
export type TransferAlbumPayload = {
  __typename?: 'TransferAlbumPayload';
  /** The album, with its new owner. */
  album: Album;
};

/** Input of trashAlbum. */
export type TrashAlbumInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What trashAlbum gives. */
export type TrashAlbumPayload = {
  __typename?: 'TrashAlbumPayload';
  /** The album, in the trash. */
  album: Album;
};

/** Input of trashMedia. */
export type TrashMediaInput = {
  /** The album they are in. */
  albumId: Scalars['ID']['input'];
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The media, 1 to 50. */
  mediaIds: Array<Scalars['ID']['input']>;
};

/** What trashMedia gives. */
export type TrashMediaPayload = {
  __typename?: 'TrashMediaPayload';
  /** The media, in the trash, in order. */
  media: Array<Media>;
};

/** Input of unlikeMedia. */
export type UnlikeMediaInput = {
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The medium. */
  mediaId: Scalars['ID']['input'];
};

/** What unlikeMedia gives. */
export type UnlikeMediaPayload = {
  __typename?: 'UnlikeMediaPayload';
  /** How often it is liked now. */
  likes: LikesChanged;
  /** The medium. */
  media: Media;
};

/** Input of updateAlbum: what is left out stays as it is. */
export type UpdateAlbumInput = {
  /** The album. */
  albumId: Scalars['ID']['input'];
  /** A medium of the album to show first; null goes back to the newest. */
  coverId?: InputMaybe<Scalars['ID']['input']>;
  /** The description, at most 4,000 characters. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The owner's choices. */
  settings?: InputMaybe<AlbumSettingsInput>;
  /** The title, 1 to 128 characters. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** Who reaches it without being a member. */
  visibility?: InputMaybe<Visibility>;
};

/** What updateAlbum gives. */
export type UpdateAlbumPayload = {
  __typename?: 'UpdateAlbumPayload';
  /** The album, changed. */
  album: Album;
};

/** Input of updateProfile: what is left out stays as it is. */
export type UpdateProfileInput = {
  /** An https address on a host that the service allows for pictures; empty takes it away. */
  avatarUrl?: InputMaybe<Scalars['String']['input']>;
  /** The name others see, at most 64 characters; may be empty. */
  displayName?: InputMaybe<Scalars['String']['input']>;
  /** A key that you make up for this request: sent again with it within 24 hours, it is done once and answered the same. 1 to 128 characters of ASCII, no spaces. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What updateProfile gives. */
export type UpdateProfilePayload = {
  __typename?: 'UpdateProfilePayload';
  /** You, changed. */
  user: User;
};

/** A header or form field to send exactly as it is. */
export type UploadField = {
  __typename?: 'UploadField';
  /** Its name. */
  name: Scalars['String']['output'];
  /** Its value. */
  value: Scalars['String']['output'];
};

/** One file to upload. */
export type UploadInput = {
  /** Its exact size in bytes. */
  bytes: Scalars['Long']['input'];
  /** A caption, at most 2,000 characters. */
  caption?: Scalars['String']['input'];
  /** Its type, for example image/jpeg. */
  contentType: Scalars['String']['input'];
  /** Its CRC32C in 8 hexadecimal digits, to be checked against, if you have it. */
  crc32c?: InputMaybe<Scalars['String']['input']>;
  /** The file's name, 1 to 255 characters. */
  fileName: Scalars['String']['input'];
  /** How you will send it. */
  method?: UploadMethod;
  /** Its SHA-256 in hexadecimal, to be checked against, if you have it. Bytes that you have in the album already are then not sent again. */
  sha256?: InputMaybe<Scalars['String']['input']>;
  /** When it was taken, if you know better than the file. */
  takenAt?: InputMaybe<Scalars['Time']['input']>;
};

/** How a client sends its bytes. */
export type UploadMethod =
  /**
   * In chunks that can be sent again, for large files and bad networks: an empty POST to `url` with
   * `headers` is answered by a Location, to which chunks go by PUT with Content-Range. docs/UPLOADS.md
   * has the whole protocol.
   */
  | 'CHUNKS'
  /** A multipart/form-data form with the file as its last field, for wx.uploadFile. */
  | 'POST'
  /** The body of a PUT request, for browsers and programs. */
  | 'PUT';

/** How to send one file. Any 2xx answer is success; then finalise. */
export type UploadTicket = {
  __typename?: 'UploadTicket';
  /** Of CHUNKS: the size of every chunk but the last is a multiple of this, in bytes. */
  chunkUnit?: Maybe<Scalars['Int']['output']>;
  /** Whether `media` is one that has these bytes already: then there is nothing to send or finalise, and no `url`. */
  duplicate: Scalars['Boolean']['output'];
  /** When the ticket ends. */
  expiresAt?: Maybe<Scalars['Time']['output']>;
  /** The name of the form field that holds the file, of a POST. */
  fileField?: Maybe<Scalars['String']['output']>;
  /** The form fields of a POST, to be sent before the file. */
  formFields: Array<UploadField>;
  /** The headers of a PUT, or of the POST that begins CHUNKS. */
  headers: Array<UploadField>;
  /** The medium that the file becomes. */
  media: Media;
  /** How to send it. */
  method: UploadMethod;
  /** The request's address. */
  url?: Maybe<Scalars['String']['output']>;
};

/** A person. */
export type User = Node & {
  __typename?: 'User';
  /** The account name of the local account. Only you see your own; null for everyone else. */
  accountName?: Maybe<Scalars['String']['output']>;
  /** For yourself, the albums you are a member of, the latest joined first; for others, their public albums. */
  albums: AlbumConnection;
  /** An https address of the person's picture, if there is one. */
  avatarUrl?: Maybe<Scalars['Url']['output']>;
  /** When the account was made. */
  createdAt: Scalars['Time']['output'];
  /** The name the person goes by; empty until one is chosen. */
  displayName: Scalars['String']['output'];
  /** The identifier, `usr_…`. */
  id: Scalars['ID']['output'];
  /** How much room your media take. Only you see your own; null for everyone else. */
  storage?: Maybe<Storage>;
  /** Your own albums in the trash; FORBIDDEN for anyone else's. */
  trashedAlbums: AlbumConnection;
};


/** A person. */
export type UserAlbumsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};


/** A person. */
export type UserTrashedAlbumsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  first?: Scalars['Int']['input'];
};

/** Who reaches an album without being a member. */
export type Visibility =
  /** Anyone who knows the album's ID, too. */
  | 'LINK'
  /** Members, and visitors with a share link. */
  | 'PRIVATE'
  /** Everyone; and it stands on its owner's page. */
  | 'PUBLIC';

export type MyAlbumsQueryVariables = Exact<{
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type MyAlbumsQuery = { __typename?: 'Query', me?: { __typename?: 'User', albums: { __typename?: 'AlbumConnection', edges: Array<{ __typename?: 'AlbumEdge', node: { __typename?: 'Album', id: string, title: string, mediaCount: number, memberCount: number, updatedAt: string, trashedAt?: string | null, viewerRole?: AlbumRole | null, cover?: { __typename?: 'Media', id: string, color?: string | null, blurhash?: string | null, variants: Array<{ __typename?: 'SignedUrl', url: string, expiresAt: string, contentType: string, width: number, height: number, bytes: number }> } | null } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } }, trashedAlbums: { __typename?: 'AlbumConnection', edges: Array<{ __typename?: 'AlbumEdge', node: { __typename?: 'Album', id: string, title: string, mediaCount: number, memberCount: number, updatedAt: string, trashedAt?: string | null, viewerRole?: AlbumRole | null, cover?: { __typename?: 'Media', id: string, color?: string | null, blurhash?: string | null, variants: Array<{ __typename?: 'SignedUrl', url: string, expiresAt: string, contentType: string, width: number, height: number, bytes: number }> } | null } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type CreateAlbumMutationVariables = Exact<{
  input: CreateAlbumInput;
}>;


export type CreateAlbumMutation = { __typename?: 'Mutation', createAlbum: { __typename?: 'CreateAlbumPayload', album: { __typename?: 'Album', id: string } } };

export type UpdateAlbumMutationVariables = Exact<{
  input: UpdateAlbumInput;
}>;


export type UpdateAlbumMutation = { __typename?: 'Mutation', updateAlbum: { __typename?: 'UpdateAlbumPayload', album: { __typename?: 'Album', id: string } } };

export type TrashAlbumMutationVariables = Exact<{
  input: TrashAlbumInput;
}>;


export type TrashAlbumMutation = { __typename?: 'Mutation', trashAlbum: { __typename?: 'TrashAlbumPayload', album: { __typename?: 'Album', id: string } } };

export type RestoreAlbumMutationVariables = Exact<{
  input: RestoreAlbumInput;
}>;


export type RestoreAlbumMutation = { __typename?: 'Mutation', restoreAlbum: { __typename?: 'RestoreAlbumPayload', album: { __typename?: 'Album', id: string } } };

export type DeleteAlbumMutationVariables = Exact<{
  input: DeleteAlbumInput;
}>;


export type DeleteAlbumMutation = { __typename?: 'Mutation', deleteAlbum: { __typename?: 'DeleteAlbumPayload', deletedAlbumId: string } };

export type LeaveAlbumMutationVariables = Exact<{
  input: LeaveAlbumInput;
}>;


export type LeaveAlbumMutation = { __typename?: 'Mutation', leaveAlbum: { __typename?: 'LeaveAlbumPayload', leftAlbumId: string } };

export type TransferAlbumMutationVariables = Exact<{
  input: TransferAlbumInput;
}>;


export type TransferAlbumMutation = { __typename?: 'Mutation', transferAlbum: { __typename?: 'TransferAlbumPayload', album: { __typename?: 'Album', id: string } } };

export type AlbumRoleQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type AlbumRoleQuery = { __typename?: 'Query', album?: { __typename?: 'Album', id: string, viewerRole?: AlbumRole | null } | null };

export type ArchiveQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  only?: InputMaybe<Array<Scalars['ID']['input']> | Scalars['ID']['input']>;
}>;


export type ArchiveQuery = { __typename?: 'Query', album?: { __typename?: 'Album', archive: { __typename?: 'Archive', parts: Array<{ __typename?: 'ArchivePart', url: string, fileName: string, mediaCount: number, bytes: number }> } } | null };

export type MembersQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type MembersQuery = { __typename?: 'Query', album?: { __typename?: 'Album', members: { __typename?: 'MembershipConnection', edges: Array<{ __typename?: 'MembershipEdge', node: { __typename?: 'Membership', role: AlbumRole, joinedAt: string, user: { __typename?: 'User', id: string, displayName: string, avatarUrl?: string | null } } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type SetMemberRoleMutationVariables = Exact<{
  input: SetMemberRoleInput;
}>;


export type SetMemberRoleMutation = { __typename?: 'Mutation', setMemberRole: { __typename?: 'SetMemberRolePayload', membership: { __typename?: 'Membership', role: AlbumRole } } };

export type RemoveMemberMutationVariables = Exact<{
  input: RemoveMemberInput;
}>;


export type RemoveMemberMutation = { __typename?: 'Mutation', removeMember: { __typename?: 'RemoveMemberPayload', user: { __typename?: 'User', id: string } } };

export type SharesQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type SharesQuery = { __typename?: 'Query', album?: { __typename?: 'Album', shares: { __typename?: 'ShareConnection', edges: Array<{ __typename?: 'ShareEdge', node: { __typename?: 'Share', id: string, token?: string | null, joinRole?: AlbumRole | null, hasPassword: boolean, downloadAllowed: boolean, hideLocation: boolean, createdAt: string, expiresAt?: string | null, creator: { __typename?: 'User', id: string, displayName: string, avatarUrl?: string | null } } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type CreateShareMutationVariables = Exact<{
  input: CreateShareInput;
}>;


export type CreateShareMutation = { __typename?: 'Mutation', createShare: { __typename?: 'CreateSharePayload', token: string, share: { __typename?: 'Share', id: string } } };

export type RevokeShareMutationVariables = Exact<{
  input: RevokeShareInput;
}>;


export type RevokeShareMutation = { __typename?: 'Mutation', revokeShare: { __typename?: 'RevokeSharePayload', share: { __typename?: 'Share', id: string } } };

export type TrashQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type TrashQuery = { __typename?: 'Query', album?: { __typename?: 'Album', trash: { __typename?: 'MediaConnection', edges: Array<{ __typename?: 'MediaEdge', node: { __typename?: 'Media', id: string, kind: MediaKind, fileName: string, caption: string, width: number, height: number, color?: string | null, blurhash?: string | null, trashedAt?: string | null, variants: Array<{ __typename?: 'SignedUrl', url: string, expiresAt: string, contentType: string, width: number, height: number, bytes: number }> } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type DeleteMediaMutationVariables = Exact<{
  input: DeleteMediaInput;
}>;


export type DeleteMediaMutation = { __typename?: 'Mutation', deleteMedia: { __typename?: 'DeleteMediaPayload', deletedMediaIds: Array<string> } };

export type RestoreMediaMutationVariables = Exact<{
  input: RestoreMediaInput;
}>;


export type RestoreMediaMutation = { __typename?: 'Mutation', restoreMedia: { __typename?: 'RestoreMediaPayload', media: Array<{ __typename?: 'Media', id: string }> } };

export type LikersQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type LikersQuery = { __typename?: 'Query', media?: { __typename?: 'Media', camera?: string | null, likes: { __typename?: 'LikeConnection', edges: Array<{ __typename?: 'LikeEdge', node: { __typename?: 'Like', user: { __typename?: 'User', id: string, displayName: string, avatarUrl?: string | null } } }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type CapabilitiesQueryVariables = Exact<{ [key: string]: never; }>;


export type CapabilitiesQuery = { __typename?: 'Query', capabilities: { __typename?: 'Capabilities', contentTypes: Array<string>, maxPhotoBytes: number, maxVideoBytes: number } };

export type PersonFragment = { __typename?: 'User', id: string, displayName: string, avatarUrl?: string | null };

export type VariantFragment = { __typename?: 'SignedUrl', url: string, expiresAt: string, contentType: string, width: number, height: number, bytes: number };

export type AlbumCardFragment = { __typename?: 'Album', id: string, title: string, mediaCount: number, memberCount: number, updatedAt: string, trashedAt?: string | null, viewerRole?: AlbumRole | null, cover?: { __typename?: 'Media', id: string, color?: string | null, blurhash?: string | null, variants: Array<{ __typename?: 'SignedUrl', url: string, expiresAt: string, contentType: string, width: number, height: number, bytes: number }> } | null };

export type ExplorerSignUpMutationVariables = Exact<{
  name: Scalars['String']['input'];
  password: Scalars['String']['input'];
}>;


export type ExplorerSignUpMutation = { __typename?: 'Mutation', signUp: { __typename?: 'SignUpPayload', session: { __typename?: 'Session', accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { __typename?: 'User', displayName: string } } } };

export type ExplorerSignInMutationVariables = Exact<{
  name: Scalars['String']['input'];
  password: Scalars['String']['input'];
}>;


export type ExplorerSignInMutation = { __typename?: 'Mutation', signIn: { __typename?: 'SignInPayload', session: { __typename?: 'Session', accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { __typename?: 'User', displayName: string } } } };

export type ExplorerRefreshMutationVariables = Exact<{
  refreshToken: Scalars['String']['input'];
}>;


export type ExplorerRefreshMutation = { __typename?: 'Mutation', refreshSession: { __typename?: 'RefreshSessionPayload', session: { __typename?: 'Session', accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { __typename?: 'User', displayName: string } } } };

export type ExplorerSignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type ExplorerSignOutMutation = { __typename?: 'Mutation', signOut: { __typename?: 'SignOutPayload', ended: number } };

export type ExplorerSessionFragment = { __typename?: 'Session', accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { __typename?: 'User', displayName: string } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PersonFragmentDoc = new TypedDocumentString(`
    fragment Person on User {
  id
  displayName
  avatarUrl
}
    `, {"fragmentName":"Person"}) as unknown as TypedDocumentString<PersonFragment, unknown>;
export const VariantFragmentDoc = new TypedDocumentString(`
    fragment Variant on SignedUrl {
  url
  expiresAt
  contentType
  width
  height
  bytes
}
    `, {"fragmentName":"Variant"}) as unknown as TypedDocumentString<VariantFragment, unknown>;
export const AlbumCardFragmentDoc = new TypedDocumentString(`
    fragment AlbumCard on Album {
  id
  title
  mediaCount
  memberCount
  updatedAt
  trashedAt
  viewerRole
  cover {
    id
    color
    blurhash
    variants {
      ...Variant
    }
  }
}
    fragment Variant on SignedUrl {
  url
  expiresAt
  contentType
  width
  height
  bytes
}`, {"fragmentName":"AlbumCard"}) as unknown as TypedDocumentString<AlbumCardFragment, unknown>;
export const ExplorerSessionFragmentDoc = new TypedDocumentString(`
    fragment ExplorerSession on Session {
  accessToken
  accessTokenExpiresAt
  refreshToken
  user {
    displayName
  }
}
    `, {"fragmentName":"ExplorerSession"}) as unknown as TypedDocumentString<ExplorerSessionFragment, unknown>;
export const MyAlbumsDocument = new TypedDocumentString(`
    query MyAlbums($after: Cursor) {
  me {
    albums(first: 30, after: $after) {
      edges {
        node {
          ...AlbumCard
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    trashedAlbums(first: 30) {
      edges {
        node {
          ...AlbumCard
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Variant on SignedUrl {
  url
  expiresAt
  contentType
  width
  height
  bytes
}
fragment AlbumCard on Album {
  id
  title
  mediaCount
  memberCount
  updatedAt
  trashedAt
  viewerRole
  cover {
    id
    color
    blurhash
    variants {
      ...Variant
    }
  }
}`) as unknown as TypedDocumentString<MyAlbumsQuery, MyAlbumsQueryVariables>;
export const CreateAlbumDocument = new TypedDocumentString(`
    mutation CreateAlbum($input: CreateAlbumInput!) {
  createAlbum(input: $input) {
    album {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<CreateAlbumMutation, CreateAlbumMutationVariables>;
export const UpdateAlbumDocument = new TypedDocumentString(`
    mutation UpdateAlbum($input: UpdateAlbumInput!) {
  updateAlbum(input: $input) {
    album {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateAlbumMutation, UpdateAlbumMutationVariables>;
export const TrashAlbumDocument = new TypedDocumentString(`
    mutation TrashAlbum($input: TrashAlbumInput!) {
  trashAlbum(input: $input) {
    album {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<TrashAlbumMutation, TrashAlbumMutationVariables>;
export const RestoreAlbumDocument = new TypedDocumentString(`
    mutation RestoreAlbum($input: RestoreAlbumInput!) {
  restoreAlbum(input: $input) {
    album {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RestoreAlbumMutation, RestoreAlbumMutationVariables>;
export const DeleteAlbumDocument = new TypedDocumentString(`
    mutation DeleteAlbum($input: DeleteAlbumInput!) {
  deleteAlbum(input: $input) {
    deletedAlbumId
  }
}
    `) as unknown as TypedDocumentString<DeleteAlbumMutation, DeleteAlbumMutationVariables>;
export const LeaveAlbumDocument = new TypedDocumentString(`
    mutation LeaveAlbum($input: LeaveAlbumInput!) {
  leaveAlbum(input: $input) {
    leftAlbumId
  }
}
    `) as unknown as TypedDocumentString<LeaveAlbumMutation, LeaveAlbumMutationVariables>;
export const TransferAlbumDocument = new TypedDocumentString(`
    mutation TransferAlbum($input: TransferAlbumInput!) {
  transferAlbum(input: $input) {
    album {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<TransferAlbumMutation, TransferAlbumMutationVariables>;
export const AlbumRoleDocument = new TypedDocumentString(`
    query AlbumRole($id: ID!) {
  album(id: $id) {
    id
    viewerRole
  }
}
    `) as unknown as TypedDocumentString<AlbumRoleQuery, AlbumRoleQueryVariables>;
export const ArchiveDocument = new TypedDocumentString(`
    query Archive($id: ID!, $only: [ID!]) {
  album(id: $id) {
    archive(only: $only) {
      parts {
        url
        fileName
        mediaCount
        bytes
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ArchiveQuery, ArchiveQueryVariables>;
export const MembersDocument = new TypedDocumentString(`
    query Members($id: ID!, $after: Cursor) {
  album(id: $id) {
    members(first: 50, after: $after) {
      edges {
        node {
          user {
            ...Person
          }
          role
          joinedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Person on User {
  id
  displayName
  avatarUrl
}`) as unknown as TypedDocumentString<MembersQuery, MembersQueryVariables>;
export const SetMemberRoleDocument = new TypedDocumentString(`
    mutation SetMemberRole($input: SetMemberRoleInput!) {
  setMemberRole(input: $input) {
    membership {
      role
    }
  }
}
    `) as unknown as TypedDocumentString<SetMemberRoleMutation, SetMemberRoleMutationVariables>;
export const RemoveMemberDocument = new TypedDocumentString(`
    mutation RemoveMember($input: RemoveMemberInput!) {
  removeMember(input: $input) {
    user {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RemoveMemberMutation, RemoveMemberMutationVariables>;
export const SharesDocument = new TypedDocumentString(`
    query Shares($id: ID!, $after: Cursor) {
  album(id: $id) {
    shares(first: 30, after: $after) {
      edges {
        node {
          id
          creator {
            ...Person
          }
          token
          joinRole
          hasPassword
          downloadAllowed
          hideLocation
          createdAt
          expiresAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Person on User {
  id
  displayName
  avatarUrl
}`) as unknown as TypedDocumentString<SharesQuery, SharesQueryVariables>;
export const CreateShareDocument = new TypedDocumentString(`
    mutation CreateShare($input: CreateShareInput!) {
  createShare(input: $input) {
    token
    share {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<CreateShareMutation, CreateShareMutationVariables>;
export const RevokeShareDocument = new TypedDocumentString(`
    mutation RevokeShare($input: RevokeShareInput!) {
  revokeShare(input: $input) {
    share {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeShareMutation, RevokeShareMutationVariables>;
export const TrashDocument = new TypedDocumentString(`
    query Trash($id: ID!, $after: Cursor) {
  album(id: $id) {
    trash(first: 50, after: $after) {
      edges {
        node {
          id
          kind
          fileName
          caption
          width
          height
          color
          blurhash
          trashedAt
          variants {
            ...Variant
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Variant on SignedUrl {
  url
  expiresAt
  contentType
  width
  height
  bytes
}`) as unknown as TypedDocumentString<TrashQuery, TrashQueryVariables>;
export const DeleteMediaDocument = new TypedDocumentString(`
    mutation DeleteMedia($input: DeleteMediaInput!) {
  deleteMedia(input: $input) {
    deletedMediaIds
  }
}
    `) as unknown as TypedDocumentString<DeleteMediaMutation, DeleteMediaMutationVariables>;
export const RestoreMediaDocument = new TypedDocumentString(`
    mutation RestoreMedia($input: RestoreMediaInput!) {
  restoreMedia(input: $input) {
    media {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RestoreMediaMutation, RestoreMediaMutationVariables>;
export const LikersDocument = new TypedDocumentString(`
    query Likers($id: ID!) {
  media(id: $id) {
    camera
    likes(first: 20) {
      edges {
        node {
          user {
            ...Person
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Person on User {
  id
  displayName
  avatarUrl
}`) as unknown as TypedDocumentString<LikersQuery, LikersQueryVariables>;
export const CapabilitiesDocument = new TypedDocumentString(`
    query Capabilities {
  capabilities {
    contentTypes
    maxPhotoBytes
    maxVideoBytes
  }
}
    `) as unknown as TypedDocumentString<CapabilitiesQuery, CapabilitiesQueryVariables>;
export const ExplorerSignUpDocument = new TypedDocumentString(`
    mutation ExplorerSignUp($name: String!, $password: String!) {
  signUp(input: {name: $name, password: $password}) {
    session {
      ...ExplorerSession
    }
  }
}
    fragment ExplorerSession on Session {
  accessToken
  accessTokenExpiresAt
  refreshToken
  user {
    displayName
  }
}`) as unknown as TypedDocumentString<ExplorerSignUpMutation, ExplorerSignUpMutationVariables>;
export const ExplorerSignInDocument = new TypedDocumentString(`
    mutation ExplorerSignIn($name: String!, $password: String!) {
  signIn(input: {name: $name, password: $password}) {
    session {
      ...ExplorerSession
    }
  }
}
    fragment ExplorerSession on Session {
  accessToken
  accessTokenExpiresAt
  refreshToken
  user {
    displayName
  }
}`) as unknown as TypedDocumentString<ExplorerSignInMutation, ExplorerSignInMutationVariables>;
export const ExplorerRefreshDocument = new TypedDocumentString(`
    mutation ExplorerRefresh($refreshToken: String!) {
  refreshSession(input: {refreshToken: $refreshToken}) {
    session {
      ...ExplorerSession
    }
  }
}
    fragment ExplorerSession on Session {
  accessToken
  accessTokenExpiresAt
  refreshToken
  user {
    displayName
  }
}`) as unknown as TypedDocumentString<ExplorerRefreshMutation, ExplorerRefreshMutationVariables>;
export const ExplorerSignOutDocument = new TypedDocumentString(`
    mutation ExplorerSignOut {
  signOut(input: {}) {
    ended
  }
}
    `) as unknown as TypedDocumentString<ExplorerSignOutMutation, ExplorerSignOutMutationVariables>;