import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { buildSchema, parse, validate } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApi, nobody, type ApiParts } from './api';
import { systemClock } from './clock';
import { gql, isMutation } from './document';
import * as documents from './documents';
import { ApiError } from './errors';
import { adviceFor, backoff, rules } from './retry';

const root = resolve(import.meta.dirname, '../../..');
const query = gql<{ me: { id: string } | null }>('query { me { id } }');
const mutation = gql<{ done: boolean }, { input: object }>('mutation($input: I!) { done(input: $input) }');

type Reply = (init: RequestInit) => Response | Promise<Response>;
const json = (body: object, status = 200, headers = {}): Reply => () => new Response(JSON.stringify(body), { status, headers });
const fails = (code: string, extensions = {}, status = 200, headers = {}): Reply =>
  json({ data: null, errors: [{ message: code, extensions: { code, ...extensions } }] }, status, headers);
const broken: Reply = () => Promise.reject(new TypeError('fetch failed'));
const good = json({ data: { me: { id: 'usr_1' } } });

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function scripted(replies: Reply[], parts: Partial<ApiParts> = {}) {
  const sent: { at: number; body: { variables?: { input?: { idempotencyKey?: string } } }; token: string | null }[] = [];
  const api = createApi({
    url: 'http://api/graphql', identity: nobody, clock: systemClock, random: () => 1, newKey: null, ...parts,
    fetch: async (_url, init = {}) => {
      sent.push({ at: Date.now(), body: JSON.parse(String(init.body)), token: new Headers(init.headers).get('Authorization') });
      const reply = replies.shift();
      if (reply === undefined) throw new Error('nothing more was expected');
      return reply(init);
    },
  });
  return { api, sent };
}

/** Lets time go by until a promise has settled. */
async function settled<T>(promise: Promise<T>): Promise<{ value?: T; error?: ApiError }> {
  const result = promise.then((value) => ({ value }), (error: ApiError) => ({ error }));
  await vi.runAllTimersAsync();
  return result;
}

test('queries are tried again, waiting longer each time', async () => {
  const { api, sent } = scripted([broken, fails('UNAVAILABLE'), json({}, 503), good]);
  expect((await settled(api.ask(query))).value).toEqual({ me: { id: 'usr_1' } });
  expect(sent.map((s) => s.at)).toEqual([0, 500, 1_500, 3_500]);
});

test('tries have a bound', async () => {
  const { api, sent } = scripted(Array<Reply>(10).fill(broken));
  expect((await settled(api.ask(query))).error?.code).toBe('NETWORK');
  expect(sent).toHaveLength(6);
});

test('what is refused is not tried again, and says why', async () => {
  const { api, sent } = scripted([fails('INVALID_INPUT', { field: 'title' }), fails('INTERNAL', { id: 'e1' }), () => new Response('<html>')]);
  expect((await settled(api.ask(query))).error).toMatchObject({ code: 'INVALID_INPUT', field: 'title' });
  expect((await settled(api.ask(query))).error).toMatchObject({ code: 'INTERNAL', id: 'e1' });
  expect((await settled(api.ask(query))).error).toMatchObject({ code: 'BAD_ANSWER', status: 200 });
  expect(sent).toHaveLength(3);
});

test('a mutation is sent again with its key alone, unless nothing was done', async () => {
  const once = scripted([broken, good]);
  expect((await settled(once.api.ask(mutation, { input: {} }))).error?.code).toBe('NETWORK');
  let keys = 0;
  const keyed = scripted([broken, good], { newKey: () => `key ${++keys}` });
  expect((await settled(keyed.api.ask(mutation, { input: {} }))).error).toBeUndefined();
  expect(keyed.sent.map((s) => s.body.variables?.input?.idempotencyKey)).toEqual(['key 1', 'key 1']);
  const limited = scripted([fails('RATE_LIMITED', { retryAfter: 3 }), good]);
  expect((await settled(limited.api.ask(mutation, { input: {} }))).error).toBeUndefined();
  const repeatable = scripted([broken, good]);
  expect((await settled(repeatable.api.ask(mutation, { input: {} }, { repeatable: true }))).error).toBeUndefined();
});

/** What is sent again by itself: after what was certainly not done, and after what may have been, where twice is once. */
const sentAgain = { always: ['RATE_LIMITED'], repeatable: ['UNAVAILABLE', 'NETWORK', 'TIMEOUT'] };

test.each(Object.keys(rules))('%s is sent again only where that can help and does no harm', async (code) => {
  const tries = async (document: typeof query | typeof mutation, newKey: (() => string) | null) => {
    const { api, sent } = scripted([fails(code), good], { newKey });
    const { error } = await settled(api.ask(document as typeof mutation, { input: {} }));
    expect(error?.code).toBe(sent.length === 1 ? code : undefined);
    return sent.map((s) => s.body.variables?.input?.idempotencyKey);
  };
  const always = sentAgain.always.includes(code);
  const repeated = always || sentAgain.repeatable.includes(code);
  expect(await tries(query, null)).toHaveLength(repeated ? 2 : 1);
  expect(await tries(mutation, null)).toHaveLength(always ? 2 : 1);
  let keys = 0;
  expect(await tries(mutation, () => `key ${++keys}`)).toEqual(repeated ? ['key 1', 'key 1'] : ['key 1']);
});

test('each mutation has a key of its own, or that which it was given', async () => {
  let keys = 0;
  const { api, sent } = scripted([good, good, good], { newKey: () => `key ${++keys}` });
  for (const input of [{}, { idempotencyKey: 'mine' }, {}]) await settled(api.ask(mutation, { input }));
  expect(sent.map((s) => s.body.variables?.input?.idempotencyKey)).toEqual(['key 1', 'mine', 'key 2']);
});

test('a token that is good for nothing is told of', async () => {
  const lost: string[] = [];
  const identity = { ...nobody, token: async () => 'old', lost: async (token: string) => void lost.push(token) };
  const { api } = scripted([fails('SESSION_REVOKED', {}, 401), fails('UNAUTHENTICATED', {}, 401)], { identity });
  expect((await settled(api.ask(query))).error?.code).toBe('SESSION_REVOKED');
  expect((await settled(api.ask(query))).error?.code).toBe('UNAUTHENTICATED');
  expect(lost).toEqual(['old']);
});

test('the server says how long to wait, and the deadline how long at most', async () => {
  const { api, sent } = scripted([fails('RATE_LIMITED', {}, 429, { 'Retry-After': '7' }), good, json({}, 503, { 'Retry-After': '60' })]);
  expect((await settled(api.ask(query))).error).toBeUndefined();
  expect(sent[1]?.at).toBe(7_500);
  expect((await settled(api.ask(query))).error).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 60 });
});

test('a try that hangs is given up, and so is all at the deadline or by the caller', async () => {
  const hangs: Reply = ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
  const { api, sent } = scripted([hangs, good, hangs, hangs, hangs]);
  expect((await settled(api.ask(query))).error).toBeUndefined();
  expect(sent[1]?.at).toBe(15_500);
  expect((await settled(api.ask(query, undefined, { deadline: 16_000 }))).error?.code).toBe('TIMEOUT');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  expect((await settled(api.ask(query, undefined, { signal: stop.signal }))).error?.code).toBe('ABORTED');
});

test('an expired token is renewed once', async () => {
  let token = 'old';
  const identity = { ...nobody, token: async () => token, renew: async () => (token = 'new') };
  const { api, sent } = scripted([fails('TOKEN_EXPIRED', {}, 401), good, fails('TOKEN_EXPIRED'), fails('TOKEN_EXPIRED')], { identity });
  expect((await settled(api.ask(query))).value).toEqual({ me: { id: 'usr_1' } });
  expect(sent.map((s) => s.token)).toEqual(['Bearer old', 'Bearer new']);
  expect((await settled(api.ask(query))).error?.code).toBe('TOKEN_EXPIRED');
});

test('every code of docs/ERRORS.md has its rule', () => {
  const codes = [...readFileSync(resolve(root, 'docs/ERRORS.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((m) => m[1]);
  expect(codes.length).toBeGreaterThan(25);
  for (const code of codes) expect(rules, `the code ${code}`).toHaveProperty(code ?? '');
  expect(adviceFor(new ApiError('QUOTA_EXCEEDED'))).toBe('freeRoom');
  expect(adviceFor(new ApiError('NEW_TO_US'))).toBe('report');
});

test('waits grow to a bound and are spread', () => {
  expect([0, 1, 2, 20, 2_000].map((n) => backoff(n, () => 1))).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
  expect(backoff(3, () => 0)).toBe(0);
  expect(backoff(0, () => 0, 5)).toBe(5_000);
  fc.assert(fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 600 }), (attempt, chance, retryAfter) => {
    const wait = backoff(attempt, () => chance, retryAfter) - retryAfter * 1_000;
    expect(wait).toBeGreaterThanOrEqual(0);
    expect(wait).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** attempt));
  }));
});

test('the documents fit the schema', () => {
  const schema = buildSchema(readFileSync(resolve(root, 'graph/schema.golden.graphql'), 'utf8'));
  const all = Object.entries(documents).map(([name, document]) => [name, String(document)] as const);
  expect(all.length).toBeGreaterThan(20);
  for (const [name, text] of all) expect(validate(schema, parse(text)), name).toEqual([]);
  expect(isMutation(String(documents.addComment))).toBe(true);
  expect(isMutation(String(documents.albumPage))).toBe(false);
});
