import { vi } from 'vitest';
import { nobody, type Identity } from '../api';
import { systemClock } from '../clock';
import { createLive } from '../live';

interface Message {
  type: string;
  id?: string;
  payload?: { authorization?: string; variables?: Record<string, unknown> };
}

/** Sockets whose other end is the test. */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];
  readyState = 0;
  late = false;
  said: Message[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.said.push(JSON.parse(text) as Message);
  }
  /** The other end closes it at once, unless it is `late`. */
  close(code: number, reason: string): void {
    if (!this.late) this.gone(code, reason);
  }
  gone(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  async accept(): Promise<void> {
    this.readyState = 1;
    this.onopen?.();
    await vi.advanceTimersByTimeAsync(0);
    this.hear({ type: 'connection_ack' });
    await vi.advanceTimersByTimeAsync(0);
  }
  get subscribed(): Message[] {
    return this.said.filter((m) => m.type === 'subscribe');
  }
}
/** The socket that was opened last. */
export const last = () => FakeSocket.all.at(-1) as FakeSocket;

/** One subscription over sockets of the test, and a network that the test turns off and on. */
export function world(identity: Identity = nobody) {
  let online = true;
  let changed = () => undefined as void;
  const network = { online: () => online, watch: (tell: () => void) => ((changed = tell), () => undefined) };
  const live = createLive({ url: 'ws://api', webSocket: FakeSocket, identity, clock: systemClock, random: () => 1, network });
  const got: unknown[] = [];
  const ended: string[] = [];
  let after = 'start';
  const stop = live.subscribe<{ e: { cursor: string } }>({
    query: 'subscription { e { cursor } }',
    variables: () => ({ after }),
    next: ({ e }) => {
      after = e.cursor;
      got.push(e.cursor);
    },
    ended: (error) => void ended.push(error.code),
  });
  const next = (cursor: string) => last().hear({ type: 'next', id: last().subscribed.at(-1)?.id, payload: { data: { e: { cursor } } } });
  const turn = (on: boolean) => {
    online = on;
    changed();
  };
  return { live, got, ended, stop, next, turn };
}
