import { pause, type Clock } from './clock';
import { observable, type Observable } from './observable';
import type { Network } from './ports';

/** connected: what is shown is up to date; trying: the network is there, and the server not yet, or what was missed; offline: the network is not there; idle: nothing is followed. */
export type LiveState = 'idle' | 'connected' | 'trying' | 'offline';

/** How long what was missed may be caught up with before a page is called connected all the same. In milliseconds. */
const catchUpWithin = 10_000;

/** What is known of the one socket: whether it is open, and whether all has caught up over it. */
export interface Connection {
  readonly state: Observable<LiveState>;
  isOpen(): boolean;
  opened(): void;
  closed(): void;
  /** Looks anew at the network, and whether something is followed. */
  look(): void;
  /** Calls back when the socket was opened; it is `connected` when the promises that this gives are settled. */
  onOpened(caughtUp: () => Promise<void> | undefined): () => void;
}

/** Makes the state of a socket that is closed. */
export function connection(parts: { clock: Clock; network: Network; follows: () => boolean }): Connection {
  const state = observable<LiveState>('idle');
  const tellOpened = new Set<() => Promise<void> | undefined>();
  let socket: AbortController | null = null; // while it is open; aborted when it closes
  let upToDate = false;
  const look = () => {
    if (socket !== null && upToDate) state.set('connected');
    else if (!parts.follows()) state.set('idle');
    else state.set(parts.network.online() ? 'trying' : 'offline');
  };
  return {
    state,
    look,
    isOpen: () => socket !== null,
    async opened() {
      const mine = (socket = new AbortController());
      const missed = [...tellOpened].flatMap((tell) => tell() ?? []);
      if (missed.length > 0) await Promise.race([Promise.allSettled(missed), pause(parts.clock, catchUpWithin, mine.signal)]);
      if (socket !== mine) return;
      upToDate = true;
      look();
    },
    closed() {
      socket?.abort();
      [socket, upToDate] = [null, false];
      look();
    },
    onOpened: (tell) => {
      tellOpened.add(tell);
      return () => void tellOpened.delete(tell);
    },
  };
}
