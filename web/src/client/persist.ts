import { pause, type Clock } from './clock';
import { apiError, type ApiError } from './errors';
import { backoff, endOf } from './retry';

/**
 * Reads until it succeeds. Rejects with an ApiError that no other try helps
 * against; resolves without having succeeded when the signal is aborted.
 * `troubled` is told what the last try failed with, and null once one succeeds.
 */
export async function persist(
  parts: { clock: Clock; random: () => number }, signal: AbortSignal, read: () => Promise<void>,
  troubled: (error: ApiError | null) => void,
): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await read();
      return troubled(null);
    } catch (thrown) {
      const error = apiError(thrown);
      if (signal.aborted) return;
      if (endOf(error) !== null) throw error;
      troubled(error);
      await pause(parts.clock, backoff(tries, parts.random, error.retryAfter), signal);
    }
  }
}
