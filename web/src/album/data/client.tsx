// The client library, for all components below.

import { createContext, useContext, useLayoutEffect, useState, useSyncExternalStore } from 'react';
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
