import type { Clock } from './clock';
import { ApiError } from './errors';

/**
 * Asks over the network, for so many milliseconds and until the signal is aborted.
 * Throws TIMEOUT, ABORTED and NETWORK; an ApiError that `ask` throws is handed on.
 */
export async function bounded<T>(clock: Clock, ms: number, signal: AbortSignal | undefined, ask: (stop: AbortSignal) => Promise<T>): Promise<T> {
  if (signal?.aborted) throw new ApiError('ABORTED');
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  signal?.addEventListener('abort', onAbort);
  let late = false;
  const cancel = clock.after(ms, () => {
    late = true;
    stop.abort();
  });
  try {
    return await ask(stop.signal);
  } catch (thrown) {
    if (thrown instanceof ApiError) throw thrown;
    throw new ApiError(late ? 'TIMEOUT' : signal?.aborted ? 'ABORTED' : 'NETWORK', { message: String(thrown) });
  } finally {
    cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What an answer says of when to come back, in seconds. */
export function retryAfterIn(headers: { get(name: string): string | null }): { retryAfter?: number } {
  const seconds = Number(headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? { retryAfter: seconds } : {};
}
