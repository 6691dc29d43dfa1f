import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api } from '../api';
import { systemClock } from '../clock';
import * as documents from '../documents';
import { ApiError } from '../errors';
import { localLocks } from '../ports';
import { maxBatch, maxQueue, maxSending, UploadQueue } from './queue';
import { send, type Sending } from './send';
import { browserUploads } from './store';
import { memoryUploads, type Saved, type UploadFile, type UploadStore } from './types';

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

const ticketOf = (method: 'PUT' | 'CHUNKS', id = 'med_1'): documents.Ticket => ({
  media: { id }, duplicate: false, method, url: `http://bucket/${id}`, headers: [{ name: 'X-A', value: 'b' }],
  chunkUnit: method === 'CHUNKS' ? 262_144 : null, expiresAt: new Date(86_400_000).toISOString(),
});

/** A bucket that takes chunks, and does what a script says with each request. */
function bucket(script: (request: string) => Response | 'break' | 'lose' | null = () => null) {
  let arrived = 0;
  const log: string[] = [];
  const answer = async (init: RequestInit): Promise<Response> => {
    const range = new Headers(init.headers).get('Content-Range');
    if (init.method === 'POST') return new Response(null, { status: 201, headers: { Location: '/session' } });
    const total = Number(range?.split('/')[1]);
    const first = Number(/bytes (\d+)-/.exec(range ?? '')?.[1] ?? -1);
    if (first === arrived) arrived += (init.body as Blob).size;
    if (arrived === total) return new Response(null, { status: 200 });
    return new Response(null, { status: 308, headers: arrived > 0 ? { Range: `bytes=0-${arrived - 1}` } : {} });
  };
  const fetch = (async (_url: unknown, init: RequestInit = {}) => {
    const request = `${init.method} ${new Headers(init.headers).get('Content-Range') ?? ''}`.trim();
    log.push(request);
    const does = script(request);
    if (does instanceof Response) return does;
    if (does === 'break') throw new TypeError('broken');
    const response = await answer(init);
    if (does === 'lose') throw new TypeError('the answer was lost');
    return response;
  }) as typeof globalThis.fetch;
  return { fetch, log };
}

function sending(b: ReturnType<typeof bucket>, change: Partial<Sending> = {}) {
  const told: number[] = [];
  const parts = { fetch: b.fetch, clock: systemClock, random: () => 0.5 };
  const done = send(parts, {
    blob: new Blob([new Uint8Array(10 << 20)]), ticket: ticketOf('CHUNKS'), location: null, signal: new AbortController().signal,
    sent: (bytes) => void told.push(bytes), located: async () => undefined, troubled: () => undefined, ...change,
  });
  return { told, done: done.then(() => null, (error: ApiError) => error) };
}
const M = 1 << 20;

test('chunks go on where the server is, whatever was lost', async () => {
  let n = 0;
  const b = bucket(() => (['lose', 'break'] as const)[++n - 3] ?? null);
  const { told, done } = sending(b);
  await vi.runAllTimersAsync();
  expect(await done).toBeNull();
  expect(b.log).toEqual([
    'POST', `PUT bytes 0-${4 * M - 1}/${10 * M}`, `PUT bytes ${4 * M}-${8 * M - 1}/${10 * M}`, `PUT bytes */${10 * M}`,
    `PUT bytes */${10 * M}`, `PUT bytes ${8 * M}-${10 * M - 1}/${10 * M}`,
  ]);
  expect(told).toEqual([4 * M, 8 * M, 10 * M]);
});

test('a place that is gone is begun anew, and a refusal is final', async () => {
  const gone = bucket((request) => (request.includes('*') ? new Response(null, { status: 410 }) : null));
  const one = sending(gone, { location: 'http://bucket/old' });
  await vi.runAllTimersAsync();
  expect(await one.done).toBeNull();
  expect(gone.log.slice(0, 2)).toEqual([`PUT bytes */${10 * M}`, 'POST']);
  const refused = bucket(() => Response.json({ error: { code: 'UPLOAD_MISMATCH' } }, { status: 400 }));
  const two = sending(refused, { ticket: ticketOf('PUT') });
  await vi.runAllTimersAsync();
  expect(await two.done).toMatchObject({ code: 'UPLOAD_MISMATCH', status: 400 });
  expect(refused.log).toHaveLength(1);
});

test('tries go on until the ticket ends', async () => {
  const b = bucket(() => 'break');
  const { done } = sending(b, { ticket: { ...ticketOf('PUT'), expiresAt: new Date(600_000).toISOString() } });
  await vi.runAllTimersAsync();
  expect(await done).toMatchObject({ code: 'UPLOAD_EXPIRED' });
  expect(b.log.length).toBeGreaterThan(5);
});

test('a file that cannot be read any more is not the network', async () => {
  const blob = new Blob(['x']);
  blob.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('changed')) }) as unknown as Blob;
  const { done } = sending(bucket(() => 'break'), { ticket: ticketOf('PUT'), blob });
  await vi.runAllTimersAsync();
  expect(await done).toMatchObject({ code: 'FILE_UNREADABLE' });
});

interface World {
  store?: UploadStore;
  fetch?: typeof fetch;
  refuse?: (file: documents.UploadWish) => string | null;
}
function queue({ store = memoryUploads(), fetch = bucket(() => new Response(null)).fetch, refuse = () => null }: World = {}) {
  const batches: number[] = [];
  let serial = 0;
  const ask = async (document: unknown, variables: { input: { mediaId: string; files: documents.UploadWish[] } }) => {
    const { files, mediaId } = variables.input;
    if (document === documents.finalizeUpload) return { finalizeUpload: { duplicate: false, media: { id: mediaId, status: 'READY', failure: null, duplicateOf: null } } };
    batches.push(files.length);
    for (const f of files) {
      const code = refuse(f);
      if (code !== null) throw new ApiError(code);
    }
    return { createUploads: { tickets: files.map((f) => ticketOf(f.method as 'PUT', `med_${++serial}`)) } };
  };
  const q = new UploadQueue({
    api: { ask } as unknown as Api, fetch, store, locks: localLocks(), clock: systemClock, random: () => 0.5,
    newId: () => `up_${++serial}`, hash: async () => 'ab', user: () => 'usr_1',
  });
  return { q, batches };
}
const file = (name: string): UploadFile => ({ name, type: 'image/jpeg', blob: new Blob([name]) });
const files = (n: number) => Array.from({ length: n }, (_, i) => file(`f${i}`));

test('tickets come in batches, and few files go at once', async () => {
  let [now, most] = [0, 0];
  const fetch = (async () => {
    most = Math.max(most, ++now);
    await new Promise((next) => setTimeout(next, 10));
    now--;
    return new Response(null);
  }) as typeof globalThis.fetch;
  const { q, batches } = queue({ fetch });
  await q.add('alb_1', files(120));
  await vi.runAllTimersAsync();
  expect(q.list.get().every((u) => u.phase === 'done')).toBe(true);
  expect(Math.max(...batches)).toBe(maxBatch);
  expect(most).toBe(maxSending);
  await expect(q.add('alb_1', files(maxQueue))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  q.clear();
  expect(q.list.get()).toEqual([]);
});

test('one file that is refused does not hold up the others', async () => {
  const { q } = queue({ refuse: (f) => (f.fileName === 'f1' ? 'MEDIA_UNSUPPORTED' : null) });
  await q.add('alb_1', files(3));
  await vi.runAllTimersAsync();
  expect(q.list.get().map((u) => [u.phase, u.error?.code, u.advice])).toEqual([
    ['done', undefined, null], ['failed', 'MEDIA_UNSUPPORTED', 'sendOtherFile'], ['done', undefined, null]]);
});

test('what is paused goes on when it is resumed, and what is cancelled is gone', async () => {
  const store = memoryUploads();
  let hold = true;
  const fetch = (async (_url: unknown, init: RequestInit) => {
    if (hold) await new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    return new Response(null);
  }) as typeof globalThis.fetch;
  const { q } = queue({ store, fetch });
  const [one = '', two = ''] = await q.add('alb_1', files(2));
  await vi.advanceTimersByTimeAsync(10);
  expect(q.list.get().map((u) => u.phase)).toEqual(['sending', 'sending']);
  q.pause();
  q.cancel(two);
  hold = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(q.list.get().map((u) => u.phase)).toEqual(['paused']);
  expect((await store.all()).map((s) => [s.id, s.paused])).toEqual([[one, true]]);
  q.resume(one);
  await vi.runAllTimersAsync();
  expect(q.list.get().map((u) => u.phase)).toEqual(['done']);
  expect(await store.all()).toEqual([]);
});

test('IndexedDB keeps an upload with its file', async () => {
  vi.useRealTimers();
  const store = browserUploads('test');
  const saved: Saved = {
    id: 'up_1', owner: 'usr_1', albumId: 'alb_1', file: file('a'), sha256: 'ab', ticket: ticketOf('PUT'), location: null, paused: false, addedAt: 1,
  };
  await store.put(saved);
  await store.put({ ...saved, location: 'http://bucket/there' });
  const [again] = await browserUploads('test').all();
  expect(again).toMatchObject({ id: 'up_1', location: 'http://bucket/there', ticket: { media: { id: 'med_1' } } });
  expect(await again?.file.blob.text()).toBe('a');
  await store.remove('up_1');
  expect(await store.all()).toEqual([]);
});
