import { bounded, retryAfterIn } from './bounded';
import { pause, type Clock } from './clock';
import { isMutation, type Document } from './document';
import { ApiError } from './errors';
import { requestOf } from './request';
import { backoff, endsSession, worthAnotherTry } from './retry';

export interface AskOptions {
  /** Milliseconds until TIMEOUT, all tries together; 30,000 if left out. */
  deadline?: number;
  signal?: AbortSignal;
  /** A mutation that can be done twice without harm: it is retried as queries are. */
  repeatable?: boolean;
}

export interface Api {
  /** Runs a query or mutation; throws ApiError, also where the answer has data beside errors. */
  ask<R, V>(document: Document<R, V>, variables?: V, options?: AskOptions): Promise<R>;
  /** The same, but what could be read is given beside the errors. */
  askPartly<R, V>(document: Document<R, V>, variables?: V, options?: AskOptions): Promise<{ data: R; errors: ApiError[] }>;
}

/** Whose requests they are: where tokens come from. */
export interface Identity {
  /** The access token as it is; null for nobody. */
  token(): Promise<string | null>;
  /** A token that lives for a minute at least, if there can be one. */
  fresh(): Promise<string | null>;
  /** A new one for a token that has expired. Throws ApiError: that of a session which is over, or of a try that failed. */
  renew(expired: string): Promise<string | null>;
  /** The server takes this token for no good. */
  lost(token: string): Promise<void>;
}

export const nobody: Identity = {
  token: async () => null,
  fresh: async () => null,
  renew: async () => null,
  lost: async () => undefined,
};

export interface ApiParts {
  /** The address of the API: …/graphql. */
  url: string;
  fetch: typeof fetch;
  identity: Identity;
  clock: Clock;
  random: () => number;
  /** Makes keys of idempotency; null for a server that takes none: mutations are then not sent again. */
  newKey: (() => string) | null;
}

const usualDeadline = 30_000;
/** The longest one try may take, in milliseconds, so that another fits into the deadline. */
const tryLimit = 15_000;
const maxTries = 6;

interface Answer<R> {
  data: R;
  errors: ApiError[];
}

/** Makes the API over HTTP. */
export function createApi(parts: ApiParts): Api {
  async function askPartly<R, V>(document: Document<R, V>, variables?: V, options: AskOptions = {}): Promise<Answer<R>> {
    const query = document.toString();
    const mutation = isMutation(query);
    const sent = mutation ? withKey(variables, parts.newKey) : variables;
    const repeatable = !mutation || options.repeatable === true || keyOf(sent) !== undefined;
    const end = parts.clock.now() + (options.deadline ?? usualDeadline);
    let renewed = false;
    for (let tries = 1; ; tries++) {
      const token = await parts.identity.token();
      let error: ApiError;
      try {
        const answer = await post<R>(parts, requestOf(document, sent, token), end - parts.clock.now(), options.signal);
        const first = answer.errors[0];
        if (first === undefined || (answer.data && !worthAnotherTry(first, repeatable))) return answer as Answer<R>;
        error = first;
      } catch (thrown) {
        error = thrown instanceof ApiError ? thrown : new ApiError('NETWORK', { message: String(thrown) });
      }
      if (error.code === 'TOKEN_EXPIRED' && token !== null && !renewed) {
        renewed = true;
        if ((await parts.identity.renew(token)) !== null) continue;
      }
      if (endsSession(error.code) && token !== null) await parts.identity.lost(token);
      const wait = backoff(tries - 1, parts.random, error.retryAfter);
      if (!worthAnotherTry(error, repeatable) || tries >= maxTries || parts.clock.now() + wait >= end) throw error;
      await pause(parts.clock, wait, options.signal);
      if (options.signal?.aborted) throw new ApiError('ABORTED');
    }
  }
  return {
    askPartly,
    ask: async (document, variables, options) => {
      const { data, errors } = await askPartly(document, variables, options);
      if (errors[0] !== undefined) throw errors[0];
      return data;
    },
  };
}

/** The same API, whose requests are given up with a signal. */
export const withSignal = (api: Api, signal: AbortSignal): Api => ({
  ask: (document, variables, options) => api.ask(document, variables, { ...options, signal }),
  askPartly: (document, variables, options) => api.askPartly(document, variables, { ...options, signal }),
});

const keyOf = (variables: unknown): string | undefined =>
  (variables as { input?: { idempotencyKey?: string } } | undefined)?.input?.idempotencyKey;

/** Gives a mutation's input a key, unless it has one. The same for all tries. */
function withKey(variables: unknown, newKey: (() => string) | null): unknown {
  const input = (variables as { input?: object } | undefined)?.input;
  if (newKey === null || input === undefined || keyOf(variables) !== undefined) return variables;
  return { ...(variables as object), input: { ...input, idempotencyKey: newKey() } };
}

async function post<R>(parts: ApiParts, request: RequestInit, left: number, signal?: AbortSignal) {
  return bounded(parts.clock, Math.min(left, tryLimit), signal, async (stop) => {
    const response = await parts.fetch(parts.url, { ...request, signal: stop });
    return read<R>(response.status, response.headers, await response.text());
  });
}

/** Reads an answer; throws what one without data or errors means. */
function read<R>(status: number, headers: Headers, text: string): { data: R | null; errors: ApiError[] } {
  const details = { status, ...retryAfterIn(headers) };
  const answer = parsed(text) as { data?: R | null; errors?: unknown } | null;
  const errors = errorsOf(answer?.errors, details);
  if (errors.length > 0 || answer?.data) return { data: answer?.data ?? null, errors };
  if (status === 429) throw new ApiError('RATE_LIMITED', details);
  if (status === 502 || status === 503 || status === 504) throw new ApiError('UNAVAILABLE', details);
  throw new ApiError('BAD_ANSWER', { ...details, message: `answered ${status} without data` });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The errors of a result, from HTTP or a socket. */
export function errorsOf(errors: unknown, details: { status?: number; retryAfter?: number } = {}): ApiError[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((e: { message?: string; extensions?: Record<string, unknown> } | null) => {
    const { code, field, retryAfter, id } = (e?.extensions ?? {}) as { code?: string; field?: string; retryAfter?: number; id?: string };
    return new ApiError(code ?? 'BAD_ANSWER', {
      ...details,
      ...(e?.message !== undefined && { message: e.message }),
      ...(field !== undefined && { field }),
      ...(typeof retryAfter === 'number' && { retryAfter }),
      ...(id !== undefined && { id }),
    });
  });
}
