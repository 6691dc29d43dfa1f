// The client library, for all components below.

import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Client, Observable, SessionState } from '../../client';

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient outside of ClientContext');
  return client;
}

/** useWatched gives a value and renders again when it changes. */
export function useWatched<T>(value: Observable<T>): T {
  return useSyncExternalStore(value.subscribe, value.get);
}

export function useSession(): SessionState {
  return useWatched(useClient().session.state);
}

/** useViewer gives who is signed in. */
export function useViewer() {
  const session = useSession();
  return session.phase === 'in' ? session.user : null;
}

/**
 * useWho gives whom a page is shown to: a user's identifier, "nobody", or null while that is not known. A session
 * that ended by itself leaves it as it was; `turn` changes when somebody signs in after that.
 */
export function useWho(): { who: string | null; turn: number } {
  const session = useSession();
  const [held, setHeld] = useState<{ who: string | null; lapsed: boolean; turn: number }>({ who: null, lapsed: false, turn: 0 });
  const lapsed = session.phase === "out" && session.expired;
  const who = session.phase === "in" ? session.user.id : session.phase === "out" && !(lapsed && held.who) ? "nobody" : held.who;
  if (who !== held.who || lapsed !== held.lapsed) setHeld({ who, lapsed, turn: held.turn + (held.lapsed && !lapsed ? 1 : 0) });
  return held;
}

/** useFollower makes what follows something, again when `key` changes, and stops it in the end; null does not follow. */
export function useFollower<F extends { stop(): void }>(key: string | null, make: () => F): F | null {
  const [held, setHeld] = useState<{ key: string; follower: F } | null>(null);
  // Before the page is painted: nothing is to wait for that.
  useLayoutEffect(() => {
    if (key === null) return;
    const follower = make();
    setHeld({ key, follower });
    return () => follower.stop();
    // What `make` closes over is named by `key`.
  }, [key]);
  return held?.key === key ? (held?.follower ?? null) : null;
}
