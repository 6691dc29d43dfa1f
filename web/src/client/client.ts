import { createApi, nobody, type Api, type Identity } from './api';
import { systemClock, type Clock } from './clock';
import * as documents from './documents';
import { followAlbum, type AlbumFollower } from './follow';
import { followFeed, type FeedFollower } from './feed';
import { keptAs } from './kept';
import type { LiveState } from './connection';
import { createLive, type Live } from './live';
import type { Id, Person } from './model';
import type { Observable } from './observable';
import { browserLocks, browserNetwork, browserStore, type Locks, type Network, type TextStore } from './ports';
import { MemberSession, VisitIdentity, type Session } from './session';
import { sha256 } from './uploads/hash';
import { UploadQueue } from './uploads/queue';
import { browserUploads } from './uploads/store';
import type { Uploads, UploadStore } from './uploads/types';

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

/** What a client runs on; a browser has all of it. */
export interface ClientOptions {
  /** Where the API is, without a path; the page's own origin if left out. */
  origin?: string;
  fetch?: typeof fetch;
  /** The class WebSocket, or one like it. */
  webSocket?: unknown;
  /** Keeps the session. */
  store?: TextStore;
  uploadStore?: UploadStore;
  locks?: Locks;
  network?: Network;
  clock?: Clock;
  /** Between 0 and 1. */
  random?: () => number;
  /** Makes a text that nobody else makes. */
  newKey?: () => string;
  hash?: (blob: Blob) => Promise<string | null>;
  /** Whether the server takes keys of idempotency; true if left out. Without them mutations are not sent again by themselves. */
  keys?: boolean;
}

/** Makes the client of a page: one for all of it. */
export function createClient(options: ClientOptions = {}): Client {
  const origin = options.origin ?? location.origin;
  const url = `${origin}/graphql`;
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const makeKey = options.newKey ?? uuid;
  const newKey = options.keys === false ? null : makeKey;
  const locks = options.locks ?? browserLocks();
  const network = options.network ?? browserNetwork();
  const apiOf = (identity: Identity) => createApi({ url, fetch, identity, clock, random, newKey });
  const liveOf = (identity: Identity) => createLive({
    url: url.replace(/^http/, 'ws'), webSocket: options.webSocket ?? globalThis.WebSocket, identity, clock, random, network,
  });
  const bare = apiOf(nobody);
  const as = (token: string) => apiOf({ ...nobody, token: async () => token });

  const session = new MemberSession({ bare, as, store: options.store ?? browserStore(keptAs), locks, clock, newKey });
  const me = (): Person | null => {
    const state = session.state.get();
    return state.phase === 'in' ? state.user : null;
  };
  const api = apiOf(session);
  const live = liveOf(session);
  const uploads = new UploadQueue({
    api, fetch, store: options.uploadStore ?? browserUploads(), locks, clock, random, newId: makeKey,
    hash: options.hash ?? sha256, user: () => me()?.id ?? null,
  });

  let who: Id | null | undefined; // undefined until the session was loaded
  const unwatch = session.state.subscribe(() => {
    if (session.state.get().phase === 'loading') return;
    const now = me()?.id ?? null;
    if (now === who) return;
    if (who !== undefined) live.reset();
    who = now;
    void uploads.load();
  });

  const follower = (of: { api: Api; live: Live }) => (id: Id) => followAlbum(id, { ...of, clock, random, me });
  return {
    api,
    session,
    live: live.state,
    uploads,
    followAlbum: follower({ api, live }),
    followFeed: () => followFeed({ api, live, clock, random }),
    async visit(secret, password) {
      const input = { token: secret, ...(password !== undefined && { password }) };
      const open = async () => (await bare.ask(documents.openShare, { input }, { repeatable: true })).openShare;
      const opened = await open();
      const identity = new VisitIdentity(opened, open, clock);
      const parts = { api: apiOf(identity), live: liveOf(identity) };
      const { album, share } = opened;
      return { api: parts.api, live: parts.live.state, album, share, followAlbum: follower(parts), stop: () => parts.live.stop() };
    },
    async join(secret, password) {
      const input = { token: secret, ...(password !== undefined && { password }) };
      const { joinAlbum } = await api.ask(documents.joinAlbum, { input }, { repeatable: true });
      return { albumId: joinAlbum.membership.album.id };
    },
    stop() {
      unwatch();
      session.stop();
      live.stop();
      uploads.stop();
    },
  };
}

/** A random UUID, also where there is no crypto.randomUUID (plain HTTP). */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
