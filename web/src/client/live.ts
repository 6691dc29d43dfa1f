import { createClient, type Client } from 'graphql-ws';
import { errorsOf, type Identity } from './api';
import { pause, type Clock } from './clock';
import { connection, type LiveState } from './connection';
import { ApiError } from './errors';
import type { Observable } from './observable';
import type { Network } from './ports';
import { backoff, endsSession, worthAnotherTry } from './retry';

/** A subscription. `variables` is asked anew at each try, so that it goes on after the last cursor. */
export interface Subscription<T> {
  query: string;
  variables: () => Record<string, unknown>;
  next(data: T): void;
  /** It has ended, for an error that no other try helps against. */
  ended(error: ApiError): void;
}

/** One socket for all that is followed. */
export interface Live {
  readonly state: Observable<LiveState>;
  /** Follows until the returned function is called. Breaks are healed without a word. */
  subscribe<T>(subscription: Subscription<T>): () => void;
  /** Calls back each time that a socket was opened. The state is `connected` once all promises that this gives are settled, or after 10 s. */
  onConnected(connected: () => Promise<void> | undefined): () => void;
  /** Somebody else is signed in, or nobody: ends all that is followed with UNAUTHENTICATED, and the socket. */
  reset(): void;
  /** Ends all for good. */
  stop(): void;
}

export interface LiveParts {
  /** The address: ws…/graphql. */
  url: string;
  /** The class WebSocket, or one that is like it. */
  webSocket: unknown;
  identity: Identity;
  clock: Clock;
  random: () => number;
  network: Network;
}

/** The server takes 60 s of silence for gone; a client that asks sooner sees a dead network sooner. In milliseconds. */
const pingEvery = 20_000;
const pongWithin = 10_000;
/** How long the server may take to let us in. */
const ackWithin = 15_000;
/** How long a socket stays open that carries nothing, while a page is changed for another. */
const lingers = 3_000;
/** Closes of docs/LIVE.md that ask for a new token. */
const tokenRefused = 4403;

/** Makes the socket; it is opened by the first subscription. */
export function createLive(parts: LiveParts): Live {
  const followed = new Set<{ end(error: ApiError): void }>();
  let used: string | null = null; // the token that the socket was opened with
  let refused = false; // that token
  let wake = () => undefined as void; // ends the waiting for another try
  let awaitPong = () => undefined as void; // calls it off
  let stopped = false;

  const socket = connection({ clock: parts.clock, network: parts.network, follows: () => followed.size > 0 });
  const unwatch = parts.network.watch(() => {
    if (parts.network.online()) wake();
    else if (socket.isOpen()) client.terminate(); // it is dead, and would be noticed late
    socket.look();
  });

  async function token(): Promise<string | null> {
    if (!refused || used === null) return parts.identity.fresh();
    const renewed = await parts.identity.renew(used);
    if (renewed === null) throw new ApiError('SESSION_REVOKED');
    return renewed;
  }

  /** Says who we are. Where there is no token the socket is given up, without the late close that a thrown error makes. */
  async function connectionParams(): Promise<Record<string, unknown>> {
    const of = client;
    try {
      used = await token();
      refused = false;
      return used === null ? {} : { authorization: `Bearer ${used}` };
    } catch (thrown) {
      const error = thrown instanceof ApiError ? thrown : new ApiError('NETWORK', { message: String(thrown) });
      if (!worthAnotherTry(error, true)) endAll(error);
      of.terminate();
      return {};
    }
  }

  const make = (): Client => {
    const made: Client = createClient({
      url: parts.url,
      webSocketImpl: parts.webSocket,
      lazyCloseTimeout: lingers,
      keepAlive: pingEvery,
      connectionAckWaitTimeout: ackWithin,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      async retryWait(tries) {
        const stop = new AbortController();
        wake = () => stop.abort();
        await pause(parts.clock, backoff(tries, parts.random), stop.signal);
      },
      connectionParams,
      on: {
        connecting: socket.look,
        connected: socket.opened,
        ping: (received) => {
          if (received) return;
          awaitPong();
          awaitPong = parts.clock.after(pongWithin, () => client.terminate());
        },
        pong: (received) => {
          if (received) awaitPong();
        },
        closed: (event) => {
          if (made !== client) return; // of somebody else
          const { code, reason } = event as { code?: number; reason?: string };
          if (code === tokenRefused) {
            refused = true;
            if (reason && endsSession(reason) && used !== null) void parts.identity.lost(used);
          }
          awaitPong();
          socket.closed();
        },
      },
    });
    return made;
  };
  let client = make();
  const endAll = (error: ApiError) => {
    for (const entry of [...followed]) entry.end(error);
  };

  return {
    state: socket.state,
    onConnected: socket.onOpened,
    subscribe(subscription) {
      let dispose = () => undefined as void;
      let tries = 0;
      let over = false;
      const stopWaiting = new AbortController();
      const entry = {
        end(error: ApiError) {
          if (over) return;
          leave();
          subscription.ended(error);
        },
      };
      const leave = () => {
        over = true;
        stopWaiting.abort();
        followed.delete(entry);
        dispose();
        socket.look();
      };
      /** An operation that failed is begun again behind its last cursor, if that may help. */
      const failedWith = async (error: ApiError) => {
        dispose();
        if (over) return;
        if (error.code === 'TOKEN_EXPIRED') {
          refused = true;
          client.terminate();
        } else if (!worthAnotherTry(error, true)) {
          return entry.end(error);
        }
        await pause(parts.clock, backoff(tries++, parts.random, error.retryAfter), stopWaiting.signal);
        if (!over) open();
      };
      const open = () => {
        let here = true; // for what comes of this try, once
        const payload = { query: subscription.query, get variables() { return subscription.variables(); } };
        const unsubscribe = client.subscribe<Record<string, unknown>>(payload, {
          next: ({ data, errors }) => {
            if (!here) return;
            const error = errorsOf(errors)[0];
            if (error !== undefined) {
              here = false;
              // What an event was about could not be read: it comes again.
              void failedWith(error.code === 'INTERNAL' && tries < 5 ? new ApiError('UNAVAILABLE') : error);
            } else {
              tries = 0;
              subscription.next(data as never);
            }
          },
          error: (thrown) => {
            if (!here) return;
            here = false;
            void failedWith(errorsOf(thrown)[0] ?? new ApiError('BAD_ANSWER', { message: closing(thrown) }));
          },
          complete: () => {
            if (here) void failedWith(new ApiError('UNAVAILABLE')); // the server was done, and we are not
          },
        });
        dispose = () => {
          here = false;
          unsubscribe();
        };
      };
      if (stopped) {
        subscription.ended(new ApiError('ABORTED'));
        return () => undefined;
      }
      followed.add(entry);
      open();
      return leave;
    },
    reset() {
      endAll(new ApiError('UNAUTHENTICATED'));
      [used, refused] = [null, false];
      void client.dispose();
      client = make();
      awaitPong();
      socket.closed();
    },
    stop() {
      stopped = true;
      unwatch();
      endAll(new ApiError('ABORTED'));
      awaitPong();
      void client.dispose();
      socket.closed();
    },
  };
}

/** What an error of graphql-ws says: a close, or an error. */
function closing(thrown: unknown): string {
  const { code, reason, message } = thrown as { code?: number; reason?: string; message?: string };
  return code === undefined ? (message ?? String(thrown)) : `closed with ${code} ${reason ?? ''}`;
}
