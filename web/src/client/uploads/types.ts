import type { Ticket } from '../documents';
import type { Advice, ApiError } from '../errors';
import type { Id, Time } from '../model';
import type { Observable } from '../observable';

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
  /** Why it failed (it can be retried or cancelled), or, of one that waits, what it waits for. */
  error: ApiError | null;
  /** What to do about it. */
  advice: Advice | null;
}

export interface UploadFile {
  name: string;
  type: string;
  blob: Blob;
  takenAt?: Time;
  caption?: string;
}

export interface Uploads {
  readonly list: Observable<readonly Upload[]>;
  /** Adds files to the queue; returns their ids. Throws LIMIT_EXCEEDED beyond 2,000 in the queue. */
  add(albumId: Id, files: readonly UploadFile[]): Promise<string[]>;
  /** One, or all of them. */
  pause(id?: string): void;
  resume(id?: string): void;
  /** Tries a failed one again, from the start if its ticket is gone. */
  retry(id: string): void;
  cancel(id: string): void;
  /** Takes what is done or duplicate off the list. */
  clear(): void;
}

/** What is kept of an upload over a reload. */
export interface Saved {
  id: string;
  /** Whose it is: nobody else's session sends it. */
  owner: Id;
  albumId: Id;
  file: UploadFile;
  /** In hexadecimal, once it was worked out; null where it was not. */
  sha256: string | null;
  ticket: Ticket | null;
  /** Where chunks go, once the server has said so. */
  location: string | null;
  paused: boolean;
  /** By this device's clock. */
  addedAt: number;
}

/** Keeps uploads over a reload. */
export interface UploadStore {
  all(): Promise<Saved[]>;
  put(upload: Saved): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Keeps nothing over a reload. */
export function memoryUploads(): UploadStore {
  const kept = new Map<string, Saved>();
  return {
    all: async () => [...kept.values()],
    put: async (upload) => void kept.set(upload.id, upload),
    remove: async (id) => void kept.delete(id),
  };
}
