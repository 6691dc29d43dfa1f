/**
 * Keepsake's client library: no React, and nothing of a browser that cannot be
 * given instead. README.md says what it promises.
 */
export * from './model';
export * from './errors';
export { observable, type Observable, type Source } from './observable';
export { gql, type Document } from './document';
export type { Api, AskOptions } from './api';
export { adviceFor, type EndReason } from './retry';
export type { Session, SessionState } from './session';
export type { LiveState } from './connection';
export type { Change, ShownComment, ShownMedium, Thread } from './album/state';
export { mayEditComment, mayEditMedium, type AlbumView, type Comments } from './album/view';
export type { AlbumFollower } from './follow';
export type { FeedFollower, FeedRow, FeedView } from './feed';
export { localLocks, memoryStore } from './ports';
export { memoryUploads } from './uploads/types';
export type { Upload, UploadFile, UploadPhase, Uploads, UploadStore } from './uploads/types';
export type { Clock } from './clock';
export type { Locks, Network, TextStore } from './ports';
export { createClient, type Client, type ClientOptions, type Visit } from './client';
