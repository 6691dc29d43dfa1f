// The first request of an album's page, sent before the library that would send it is
// there: it is the same request, and the library gets its answer.

import { albumPage } from '../../client/documents';
import { firstOf } from '../../client/album/read';
import { keptAs, parseKept } from '../../client/kept';
import { requestOf } from '../../client/request';
import { parseRoute } from '../data/path';

/** How long the answer may be taken, in milliseconds: what asks later wants a newer one. */
const life = 2_000;

interface Early {
  request: ReturnType<typeof requestOf>;
  answer: Promise<Response>;
  stop: AbortController;
  at: number;
}

let early: Early | null = null;

/** Asks for the album that the address names, as who is signed in here. */
export function askEarly(): void {
  const route = parseRoute(location.pathname);
  if (route.page !== 'album') return;
  const kept = parseKept(stored(keptAs));
  if (kept && kept.endsAt <= Date.now()) return; // the library has to renew the token first
  const request = requestOf(albumPage, firstOf(route.id), kept?.accessToken ?? null);
  const stop = new AbortController();
  const answer = fetch('/graphql', { ...request, signal: stop.signal });
  answer.catch(() => undefined); // who takes it is told
  early = { request, answer, stop, at: performance.now() };
}

/** fetch, but that the request which was sent early is not sent again. */
export const fetchAfterEarly: typeof fetch = (input, init) => {
  const asked = early;
  if (!asked || performance.now() - asked.at > life || !same(asked.request, init)) return fetch(input, init);
  early = null;
  init?.signal?.addEventListener('abort', () => asked.stop.abort());
  return asked.answer;
};

function same(request: Early['request'], init: RequestInit | undefined): boolean {
  const headers = (init?.headers ?? {}) as Record<string, string>;
  return init?.body === request.body && headers.Authorization === request.headers.Authorization;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing
  }
}
