/**
 * Keepsake's client library: no React, no DOM but what it is given. This file is
 * the contract; README.md says what it promises.
 */
import type { Advice, ApiError } from './errors';
import type { Album, AlbumEvent, Comment, Cursor, Id, Medium, Person, SeenMedium, Time } from './model';
import type { Observable } from './observable';

export * from './model';
export * from './errors';
export type { Observable, Source } from './observable';
export { observable } from './observable';

/**
 * A document as text, typed by what it gives and takes. The strings that
 * graphql-codegen's client preset makes with `documentMode: 'string'` are such.
 */
export interface Document<R, V> {
  toString(): string;
  __apiType?: (variables: V) => R;
}
export interface AskOptions {
  /** Milliseconds until TIMEOUT, all tries together; 30,000 if left out. */
  deadline?: number;
  signal?: AbortSignal;
  /** A mutation that can be done twice without harm: it is retried as queries are. */
  repeatable?: boolean;
}
export interface Api {
  /** Runs a query or mutation; throws ApiError, also where the answer has data beside errors. */
  ask<R, V>(document: Document<R, V>, variables?: V, options?: AskOptions): Promise<R>;
  /** The same, but what could be read is given beside the errors. */
  askPartly<R, V>(document: Document<R, V>, variables?: V, options?: AskOptions): Promise<{ data: R; errors: ApiError[] }>;
}

/** Who is signed in, on this device, in all of its tabs. */
export type SessionState = { phase: 'loading' } | { phase: 'out'; expired: boolean } | { phase: 'in'; user: Person };
export interface Session {
  /** `expired` is true of `out` when the session ended by itself: ask to sign in, and go on. */
  readonly state: Observable<SessionState>;
  signUp(input: { name: string; password: string; displayName?: string }): Promise<Person>;
  signIn(input: { name: string; password: string }): Promise<Person>;
  signOut(options?: { everywhere?: boolean }): Promise<void>;
}

/** connected; trying: the network is there and the server not yet; offline: the network is not there; idle: nothing is followed. */
export type LiveState = 'idle' | 'connected' | 'trying' | 'offline';

/** One comment of a medium and the replies to it that were read. */
export interface Thread {
  comment: ShownComment;
  replies: ShownComment[];
  hasMoreReplies: boolean;
}
export interface ShownComment extends Comment {
  /** True until the server has answered to its being written, edited or removed. */
  pending: boolean;
}
export interface Comments {
  threads: Thread[];
  hasMore: boolean;
  loading: boolean;
}
export interface ShownMedium extends SeenMedium {
  /** True until the server has answered to a like or an edit of it. */
  pending: boolean;
}

export type EndReason = 'ACCESS_REVOKED' | 'NOT_FOUND' | 'ALBUM_DELETED' | 'SIGNED_OUT' | 'FAILED';

/** What an album page shows: what the server said, and on it what this person did and is not yet answered. */
export interface AlbumView {
  /** loading: nothing to show yet. ended: `reason` says why; nothing comes any more. */
  phase: 'loading' | 'ready' | 'ended';
  reason: EndReason | null;
  /** Why it is FAILED, or the last reading did not succeed (it goes on trying). */
  error: ApiError | null;
  album: Album | null;
  media: ShownMedium[];
  hasMore: boolean;
  loadingMore: boolean;
  /** Of the media whose comments were asked for. */
  comments: Readonly<Record<Id, Comments>>;
}

/** Something a person does in an album; shown at once, undone if it is refused. */
export type Change =
  | { kind: 'like'; mediaId: Id; liked: boolean }
  | { kind: 'comment'; mediaId: Id; text: string; /** The comment of a thread, not a reply. */ parentId?: Id }
  | { kind: 'editComment'; mediaId: Id; commentId: Id; text: string }
  | { kind: 'removeComment'; mediaId: Id; commentId: Id }
  | { kind: 'editMedia'; mediaId: Id; caption?: string; tags?: string[]; takenAt?: Time | null }
  | { kind: 'trashMedia'; mediaIds: Id[] }
  | { kind: 'editAlbum'; title?: string; description?: string; coverId?: Id | null };

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

export interface FeedRow {
  cursor: Cursor;
  at: Time;
  node:
    | { __typename: 'Media'; id: Id; media: Medium; album: { id: Id; title: string } }
    | { __typename: 'Comment'; id: Id; comment: Comment; media: Medium; album: { id: Id; title: string } };
}
export interface FeedView {
  phase: 'loading' | 'ready' | 'ended';
  reason: EndReason | null;
  error: ApiError | null;
  rows: FeedRow[];
  hasMore: boolean;
  loadingMore: boolean;
}
export interface FeedFollower {
  readonly view: Observable<FeedView>;
  more(): Promise<void>;
  onEvent(listener: (event: AlbumEvent) => void): () => void;
  stop(): void;
}

export type UploadPhase =
  | 'waiting' | 'hashing' | 'sending' | 'finalising' | 'processing' | 'paused' | 'done' | 'duplicate' | 'failed';
export interface Upload {
  id: string;
  albumId: Id;
  fileName: string;
  contentType: string;
  bytes: number;
  sent: number;
  phase: UploadPhase;
  /** Known from the ticket on; of a duplicate the medium that has these bytes. */
  mediaId: Id | null;
  /** Why it failed. A failed one can be retried or cancelled. */
  error: ApiError | null;
  /** What to do about it. */
  advice: Advice | null;
}
/** What is read of a file: a Blob is one. */
export interface UploadFile {
  name: string;
  type: string;
  blob: Blob;
  takenAt?: Time;
  caption?: string;
}
export interface Uploads {
  readonly list: Observable<readonly Upload[]>;
  /** Adds files to the queue, which is bounded by 2,000; returns their ids. */
  add(albumId: Id, files: readonly UploadFile[]): Promise<string[]>;
  pause(id?: string): void;
  resume(id?: string): void;
  /** Tries a failed one again, from the start if its ticket is gone. */
  retry(id: string): void;
  cancel(id: string): void;
  /** Takes what is done, duplicate or failed off the list. */
  clear(): void;
}

/** A link opened without an account, or by somebody who is no member. */
export interface Visit {
  readonly api: Api;
  readonly live: Observable<LiveState>;
  readonly album: { id: Id; title: string };
  readonly share: { joinRole: string | null; downloadAllowed: boolean; hideLocation: boolean };
  followAlbum(id: Id): AlbumFollower;
  stop(): void;
}

export interface Client {
  readonly api: Api;
  readonly session: Session;
  readonly live: Observable<LiveState>;
  readonly uploads: Uploads;
  followAlbum(id: Id): AlbumFollower;
  followFeed(): FeedFollower;
  /** Opens a link by its secret. Throws PASSWORD_REQUIRED, PASSWORD_WRONG, SHARE_CLOSED, NOT_FOUND. */
  visit(secret: string, password?: string): Promise<Visit>;
  /** Joins an album by its link; needs to be signed in. */
  join(secret: string, password?: string): Promise<{ albumId: Id }>;
  stop(): void;
}

export interface ClientOptions {
  /** Where the API is, without a path; the page's own origin if left out. */
  origin?: string;
}

/** Makes the client of a page: one for all of it. */
export declare function createClient(options?: ClientOptions): Client;

/** What to do about an error, by its code. */
export declare function adviceFor(error: ApiError): Advice;

/** Whether somebody may edit and remove this comment; this medium. */
export declare function mayEditComment(album: Album, comment: Comment, userId: Id | null): boolean;
export declare function mayEditMedium(album: Album, medium: Medium, userId: Id | null): boolean;

/** A document of one's own, typed by hand. */
export declare function gql<R, V = Record<string, never>>(text: string): Document<R, V>;
