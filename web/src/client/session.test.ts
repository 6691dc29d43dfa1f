import { expect, test } from 'vitest';
import type { Api } from './api';
import { systemClock } from './clock';
import * as documents from './documents';
import { ApiError } from './errors';
import { localLocks, memoryStore, type TextStore } from './ports';
import { MemberSession } from './session';

const user = { id: 'usr_1', displayName: 'Ann', avatarUrl: null };

/** A server of one session, whose refresh tokens are good once, unless the same key asks. */
function server() {
  let serial = 0;
  const used = new Map<string, string | undefined>();
  const state = { trades: 0, lose: false, revoked: false };
  const tokens = () => ({ accessToken: `access ${++serial}`, accessTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(), refreshToken: `refresh ${serial}`, user });
  const ask = async (document: unknown, variables: { input: { refreshToken: string; idempotencyKey?: string } }) => {
    if (document === documents.signIn) return { signIn: { session: tokens() } };
    if (document !== documents.refreshSession) return { signOut: { ended: 1 } };
    const { refreshToken, idempotencyKey } = variables.input;
    if (state.revoked || (used.has(refreshToken) && (idempotencyKey === undefined || used.get(refreshToken) !== idempotencyKey))) {
      throw new ApiError('SESSION_REVOKED');
    }
    state.trades++;
    used.set(refreshToken, idempotencyKey);
    const session = tokens();
    if (state.lose) throw new ApiError('NETWORK');
    return { refreshSession: { session } };
  };
  const api = { ask } as unknown as Api;
  let keys = 0;
  const tab = (store: TextStore, locks = localLocks()) =>
    new MemberSession({ bare: api, as: () => api, store, locks, clock: systemClock, newKey: () => `key ${++keys}` });
  return { state, tab };
}

test('tabs that find a token expired trade it once', async () => {
  const { state, tab } = server();
  const [store, locks] = [memoryStore(), localLocks()];
  const one = tab(store, locks);
  await one.signIn({ name: 'ann', password: 'p' });
  const two = tab(store, locks);
  const old = (await two.token()) ?? '';
  const renewed = await Promise.all([one.renew(old), two.renew(old), one.renew(old)]);
  expect(new Set(renewed)).toEqual(new Set(['access 2']));
  expect(state.trades).toBe(1);
});

test('a trade whose answer was lost is tried again with its key, after a reload too', async () => {
  const { state, tab } = server();
  const store = memoryStore();
  const before = tab(store);
  await before.signIn({ name: 'ann', password: 'p' });
  state.lose = true;
  await expect(before.renew('access 1')).rejects.toMatchObject({ code: 'NETWORK' });
  state.lose = false;
  expect(await tab(store).renew('access 1')).toBe('access 3');
});

test('a session that is over is said to be, and nothing is kept', async () => {
  const { state, tab } = server();
  const store = memoryStore();
  const session = tab(store);
  await session.signIn({ name: 'ann', password: 'p' });
  expect(session.state.get()).toEqual({ phase: 'in', user });
  state.revoked = true;
  await expect(session.renew('access 1')).rejects.toMatchObject({ code: 'SESSION_REVOKED' });
  expect(session.state.get()).toEqual({ phase: 'out', expired: true });
  expect(await store.load()).toBeNull();
  await session.signOut();
  expect(session.state.get()).toEqual({ phase: 'out', expired: false });
});

test('what is kept may be of another version', async () => {
  const { tab } = server();
  for (const text of ['', '{', '[]', '{"accessToken":1}', 'null']) {
    const store = memoryStore();
    await store.save(text);
    expect(await tab(store).token()).toBeNull();
  }
});
