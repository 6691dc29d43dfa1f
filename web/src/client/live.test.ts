import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nobody, type Identity } from './api';
import { ApiError } from './errors';
import { FakeSocket, last, world } from './testing/socket';

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => void vi.useRealTimers());

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

test('a socket of somebody else that closes late does not break that of who is here now', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  const theirs = last();
  theirs.late = true;
  w.live.reset();
  w.live.subscribe({ query: 'subscription { e }', variables: () => ({}), next: () => undefined, ended: () => undefined });
  await vi.advanceTimersByTimeAsync(0);
  expect(last()).not.toBe(theirs);
  await last().accept();
  theirs.gone(4403, 'TOKEN_EXPIRED');
  await vi.advanceTimersByTimeAsync(0);
  expect(w.live.state.get()).toBe('connected');
});

const error = (code: string, extensions = {}) =>
  last().hear({ type: 'error', id: last().subscribed.at(-1)?.id, payload: [{ message: code, extensions: { code, ...extensions } }] });

test('an operation that is limited waits as long as it is told to', async () => {
  world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  error('RATE_LIMITED', { retryAfter: 2 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(last().subscribed).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(501);
  expect(last().subscribed).toHaveLength(2);
});

test('an operation that the token is too old for comes with a new one', async () => {
  const w = world({ ...nobody, fresh: async () => 'old', renew: async () => 'new' });
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  error('TOKEN_EXPIRED');
  await soon();
  await last().accept();
  expect(last().said[0]?.payload?.authorization).toBe('Bearer new');
  expect(last().subscribed).toHaveLength(1);
  expect(w.ended).toEqual([]);
});

test('an event that could not be read comes again, a few times', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.next('c1'); // behind which it goes on
  const broken = { data: null, errors: [{ message: 'x', extensions: { code: 'INTERNAL' } }] };
  for (let tries = 1; tries <= 5; tries++) {
    const sockets = FakeSocket.all.length;
    last().hear({ type: 'next', id: last().subscribed.at(-1)?.id, payload: broken });
    await vi.advanceTimersByTimeAsync(500 * 2 ** (tries - 1));
    if (FakeSocket.all.length > sockets) await last().accept(); // one that carries nothing is closed meanwhile
    expect(last().subscribed.at(-1)?.payload?.variables).toEqual({ after: 'c1' });
  }
  last().hear({ type: 'next', id: last().subscribed.at(-1)?.id, payload: broken });
  await vi.advanceTimersByTimeAsync(0);
  expect(w.ended).toEqual(['INTERNAL']);
});

test('what the server completes is begun again behind the last cursor', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.next('c1');
  last().hear({ type: 'complete', id: last().subscribed.at(-1)?.id });
  await vi.advanceTimersByTimeAsync(501);
  expect(last().subscribed.map((m) => m.payload?.variables)).toEqual([{ after: 'start' }, { after: 'c1' }]);
  expect(w.ended).toEqual([]);
});

test('waits between sockets grow to a bound', async () => {
  world();
  await vi.advanceTimersByTimeAsync(0);
  const gaps: number[] = [];
  for (let tries = 0; tries < 9; tries++) {
    const [from, sockets] = [Date.now(), FakeSocket.all.length];
    last().gone(1006);
    while (FakeSocket.all.length === sockets) await vi.advanceTimersByTimeAsync(50);
    gaps.push(Date.now() - from);
  }
  expect(gaps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('it is connected when all that was missed is there, and not for a socket that has closed', async () => {
  const w = world();
  const done: (() => void)[] = [];
  const leave = w.live.onConnected(() => new Promise<void>((next) => done.push(next)));
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  expect(w.live.state.get()).toBe('trying');
  last().gone(1012);
  await soon();
  await last().accept();
  done[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  w.turn(true); // has it looked at
  expect(w.live.state.get()).toBe('trying');
  done[1]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(w.live.state.get()).toBe('connected');
  // What takes too long does not keep a page from what comes.
  last().gone(1012);
  await vi.advanceTimersByTimeAsync(500);
  await last().accept();
  w.turn(true);
  expect(w.live.state.get()).toBe('trying');
  await vi.advanceTimersByTimeAsync(9_999);
  expect(w.live.state.get()).toBe('trying');
  await vi.advanceTimersByTimeAsync(1);
  expect(w.live.state.get()).toBe('connected');
  leave();
});

test('what is stopped asks for nothing more', async () => {
  const w = world();
  await vi.advanceTimersByTimeAsync(0);
  await last().accept();
  w.live.stop();
  await soon();
  expect([w.ended, w.live.state.get(), FakeSocket.all.length]).toEqual([['ABORTED'], 'idle', 1]);
  w.live.subscribe({ query: 'subscription { e }', variables: () => ({}), next: () => undefined, ended: (e) => void w.ended.push(e.code) });
  expect(w.ended).toEqual(['ABORTED', 'ABORTED']);
});
