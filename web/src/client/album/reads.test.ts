import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api } from '../api';
import { systemClock } from '../clock';
import { ApiError } from '../errors';
import { ModelServer } from '../testing/model';
import { albumReads } from './reads';
import { reduce } from './reduce';
import { begin } from './state';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('tries that failed leave nothing behind, and what is asked for twice is read once', async () => {
  const server = new ModelServer('ADDED');
  let [state, flights, asked] = [begin(), 0, 0];
  const troubles: (string | undefined)[] = [];
  const reads = albumReads('alb', {
    api: {
      ask: async () => {
        if (++asked < 3) throw new ApiError('NETWORK');
        return { album: { ...server.album(), cursor: 'c', media: server.page(50, null) } };
      },
    } as unknown as Api,
    clock: systemClock, random: () => 1, signal: new AbortController().signal, state: () => state, newFlight: () => `f${++flights}`,
    dispatch: (action) => void (state = reduce(state, action)), changed: () => undefined,
    troubled: (error) => void troubles.push(error?.code), ended: () => undefined,
  });
  const both = Promise.all([reads.page(), reads.page()]);
  expect([...reads.under]).toEqual(['page']);
  await vi.advanceTimersByTimeAsync(1_500);
  await both;
  expect([asked, flights, state.flights, state.tail]).toEqual([3, 3, {}, []]);
  expect(troubles).toEqual(['NETWORK', 'NETWORK', undefined]);
  expect([...reads.under]).toEqual([]);
});
