import { expect, test } from 'vitest';
import { createApi, type Api } from './api';
import { systemClock } from './clock';
import { gql } from './document';
import * as documents from './documents';
import { ApiError } from './errors';
import { localLocks, memoryStore, type TextStore } from './ports';
import { MemberSession, VisitIdentity } from './session';

const user = { id: 'usr_1', displayName: 'Ann', avatarUrl: null };

/** A server of one session, whose refresh tokens are good once, unless the same key asks. */
function server(now = () => Date.now()) {
  let serial = 0;
  const used = new Map<string, string | undefined>();
  const state = { trades: 0, lose: false, revoked: false, skew: 0 };
  const tokens = () => ({ accessToken: `access ${++serial}`, accessTokenExpiresAt: new Date(now() + state.skew + 900_000).toISOString(), refreshToken: `refresh ${serial}`, user });
  const ask = async (document: unknown, variables: { input: { refreshToken: string; idempotencyKey?: string } }) => {
    if (document === documents.signIn) return { signIn: { session: tokens() } };
    if (document !== documents.refreshSession) {
      if (state.lose) throw new ApiError('NETWORK');
      return { signOut: { ended: 1 } };
    }
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
    new MemberSession({ bare: api, as: () => api, store, locks, clock: { ...systemClock, now }, newKey: () => `key ${++keys}` });
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

test('many requests that find it expired trade it once, and are all answered', async () => {
  const { state, tab } = server();
  const session = tab(memoryStore());
  await session.signIn({ name: 'ann', password: 'p' });
  let refused = 0;
  const api = createApi({
    url: 'http://api/graphql', identity: session, clock: systemClock, random: () => 0, newKey: null,
    fetch: async (_url, init) => {
      const good = new Headers(init?.headers).get('Authorization') === 'Bearer access 2';
      if (!good) refused++;
      return Response.json(good ? { data: { me: null } } : { errors: [{ message: '', extensions: { code: 'TOKEN_EXPIRED' } }] }, { status: good ? 200 : 401 });
    },
  });
  const asked = Array.from({ length: 20 }, () => api.ask(gql<{ me: null }>('query { me { id } }')));
  expect(await Promise.all(asked)).toEqual(Array(20).fill({ me: null }));
  expect([refused, state.trades]).toEqual([20, 1]);
});

test('a token that ends soon is renewed first; one that was just got is good, whatever the clock says', async () => {
  let now = 0;
  const { state, tab } = server(() => now);
  const session = tab(memoryStore());
  await session.signIn({ name: 'ann', password: 'p' });
  now = 839_999;
  expect(await session.fresh()).toBe('access 1');
  now = 840_000;
  expect(await session.fresh()).toBe('access 2');
  state.skew = -10 * 3_600_000; // the server's clock
  now += 900_000;
  expect(await session.fresh()).toBe('access 3');
  expect(await session.fresh()).toBe('access 3');
  expect(state.trades).toBe(2);
});

test('a token that the server refuses ends the session, unless there is a newer one', async () => {
  const { tab } = server();
  const session = tab(memoryStore());
  await session.signIn({ name: 'ann', password: 'p' });
  await session.renew('access 1');
  await session.lost('access 1');
  expect(session.state.get().phase).toBe('in');
  await session.lost('access 2');
  expect(session.state.get()).toEqual({ phase: 'out', expired: true });
});

test('the token of a link is renewed by opening it once more, and once for all', async () => {
  let [opened, now] = [1, 0];
  const link = () => ({
    accessToken: `visit ${opened}`, accessTokenExpiresAt: new Date(now + 900_000).toISOString(), album: { id: 'alb_1', title: '' },
    share: { joinRole: null, downloadAllowed: true, hideLocation: false },
  });
  const identity = new VisitIdentity(link(), async () => (opened++, link()), { ...systemClock, now: () => now });
  expect(await identity.fresh()).toBe('visit 1');
  now = 900_000;
  expect(await Promise.all([identity.fresh(), identity.renew('visit 1'), identity.fresh()])).toEqual(Array(3).fill('visit 2'));
  expect(await identity.renew('visit 1')).toBe('visit 2'); // which came late
  expect([await identity.token(), opened]).toEqual(['visit 2', 2]);
});

test('who is to be signed out everywhere is told if that failed; here it is done all the same', async () => {
  const { state, tab } = server();
  const session = tab(memoryStore());
  await session.signIn({ name: 'ann', password: 'p' });
  state.lose = true;
  await expect(session.signOut({ everywhere: true })).rejects.toMatchObject({ code: 'NETWORK' });
  expect(session.state.get().phase).toBe('in');
  await session.signOut();
  expect(session.state.get()).toEqual({ phase: 'out', expired: false });
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
