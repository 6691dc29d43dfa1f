import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nobody, type Identity } from './api';
import { systemClock } from './clock';
import { ApiError } from './errors';
import { createLive } from './live';

interface Message {
  type: string;
  id?: string;
  payload?: { authorization?: string; variables?: Record<string, unknown> };
}

/** Sockets whose other end is the test. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];
  readyState = 0;
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
  close(code: number, reason: string): void {
    this.gone(code, reason);
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
const last = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => void vi.useRealTimers());

function world(identity: Identity = nobody) {
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
const soon = () => vi.advanceTimersByTimeAsync(40_000);

test.each([1001, 1006, 1012, 1013])('closed with %i it comes back behind the last cursor', async (code) => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  expect(w.live.state.get()).toBe('connected');
  w.next('c1');
  last().gone(code);
  await vi.advanceTimersByTimeAsync(0);
  expect(w.live.state.get()).toBe('trying');
  await soon();
  expect(FakeSocket.all).toHaveLength(2);
  await last().accept();
  expect(last().subscribed[0]?.payload?.variables).toEqual({ after: 'c1' });
  w.next('c2');
  expect(w.got).toEqual(['c1', 'c2']);
  expect(w.ended).toEqual([]);
});

test('closed with 4403 it comes with a new token; a session that is over ends it', async () => {
  let over = false;
  const identity: Identity = {
    ...nobody,
    fresh: async () => 'old',
    renew: async (expired) => {
      expect(expired).toBe(over ? 'new' : 'old');
      if (over) throw new ApiError('SESSION_REVOKED');
      return 'new';
    },
  };
  const w = world(identity);
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  expect(last().said[0]?.payload?.authorization).toBe('Bearer old');
  last().gone(4403, 'TOKEN_EXPIRED');
  await soon();
  await last().accept();
  expect(last().said[0]?.payload?.authorization).toBe('Bearer new');
  over = true;
  last().gone(4403, 'TOKEN_EXPIRED');
  identity.fresh = async () => 'new';
  await soon();
  await last().accept();
  expect(w.ended).toEqual(['SESSION_REVOKED']);
  const sockets = FakeSocket.all.length;
  await soon();
  expect(FakeSocket.all).toHaveLength(sockets);
});

test('a client that breaks the protocol does not come back', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  last().gone(4400, 'Invalid message');
  await soon();
  expect(w.ended).toEqual(['BAD_ANSWER']);
  expect(FakeSocket.all).toHaveLength(1);
});

test('one operation that fails is begun again, or ended, and others go on', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  const error = (code: string) => last().hear({ type: 'error', id: last().subscribed.at(-1)?.id, payload: [{ message: code, extensions: { code, retryAfter: 1 } }] });
  w.next('c1');
  error('UNAVAILABLE');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(last().subscribed.at(-1)?.payload?.variables).toEqual({ after: 'c1' });
  error('NOT_FOUND');
  await vi.advanceTimersByTimeAsync(0);
  expect(w.ended).toEqual(['NOT_FOUND']);
  expect(FakeSocket.all).toHaveLength(1);
});

test('offline is seen at once and healed at once', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.turn(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(w.live.state.get()).toBe('offline');
  w.turn(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(2);
  await last().accept();
  expect(w.live.state.get()).toBe('connected');
});

test('a socket that is silent is given up', async () => {
  world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(last().said.at(-1)?.type).toBe('ping');
  await vi.advanceTimersByTimeAsync(11_000);
  expect(FakeSocket.all).toHaveLength(2);
});

test('nothing is open when nothing is followed', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.stop();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(last().readyState).toBe(3);
  expect(w.live.state.get()).toBe('idle');
});

test('another person ends what is followed', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.live.reset();
  await soon();
  expect(w.ended).toEqual(['UNAUTHENTICATED']);
  expect(FakeSocket.all).toHaveLength(1);
});
