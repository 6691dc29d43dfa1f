import type { Advice, ApiError, ErrorCode } from './errors';

/**
 * What docs/ERRORS.md says of a code. `again` says whether the same is worth
 * another try by itself: never; wait (it may have been done: only what can be
 * repeated); always (it was certainly not done).
 */
interface Rule {
  again: 'never' | 'wait' | 'always';
  advice: Advice;
}

const rule = (advice: Advice, again: Rule['again'] = 'never'): Rule => ({ again, advice });

/** One row for each code there is. */
export const rules: Readonly<Record<ErrorCode, Rule>> = {
  UNAUTHENTICATED: rule('signIn'),
  TOKEN_EXPIRED: rule('signIn'), // once a new token was asked for and did not help
  TOKEN_INVALID: rule('signIn'),
  SESSION_REVOKED: rule('signIn'),
  SIGN_IN_FAILED: rule('changeInput'),
  NAME_TAKEN: rule('changeInput'),
  NOT_FOUND: rule('goBack'),
  FORBIDDEN: rule('reload'),
  ACCESS_REVOKED: rule('goBack'),
  PASSWORD_REQUIRED: rule('changeInput'),
  PASSWORD_WRONG: rule('changeInput'),
  SHARE_CLOSED: rule('askOwner'),
  INVALID_INPUT: rule('changeInput'),
  GRAPHQL_PARSE_FAILED: rule('report'),
  GRAPHQL_VALIDATION_FAILED: rule('report'),
  QUERY_TOO_COMPLEX: rule('report'),
  PERSISTED_QUERY_NOT_FOUND: rule('report'),
  DOCUMENT_NOT_TRUSTED: rule('report'),
  RATE_LIMITED: rule('waitAndTryAgain', 'always'),
  IDEMPOTENCY_MISMATCH: rule('report'),
  CONFLICT: rule('reload'),
  LIMIT_EXCEEDED: rule('changeInput'),
  RESYNC: rule('reload'),
  UPLOAD_INCOMPLETE: rule('tryAgain'),
  UPLOAD_EXPIRED: rule('tryAgain'),
  UPLOAD_MISMATCH: rule('chooseFileAgain'),
  UPLOAD_DUPLICATE: rule('nothing'),
  QUOTA_EXCEEDED: rule('freeRoom'),
  MEDIA_UNSUPPORTED: rule('sendOtherFile'),
  MEDIA_CORRUPT: rule('sendOtherFile'),
  UNAVAILABLE: rule('waitAndTryAgain', 'wait'),
  STORAGE_FULL: rule('waitAndTryAgain'),
  INTERNAL: rule('report'),
  NETWORK: rule('checkConnection', 'wait'),
  TIMEOUT: rule('checkConnection', 'wait'),
  ABORTED: rule('nothing'),
  BAD_ANSWER: rule('report'),
  FILE_UNREADABLE: rule('chooseFileAgain'),
};

const ruleOf = (code: string): Rule => (Object.hasOwn(rules, code) ? rules[code as ErrorCode] : rule('report'));

/** What to do about an error, by its code. */
export const adviceFor = (error: ApiError): Advice => ruleOf(error.code).advice;

/** Whether the same request is worth another try; `repeatable` if doing it twice does no harm. */
export function worthAnotherTry(error: ApiError, repeatable: boolean): boolean {
  const { again } = ruleOf(error.code);
  return again === 'always' || (again === 'wait' && repeatable);
}

/** Whether the error says that nobody is signed in any more. */
export const endsSession = (code: string): boolean => code === 'SESSION_REVOKED' || code === 'TOKEN_INVALID';

/** Why a following ends. */
export type EndReason = 'ACCESS_REVOKED' | 'NOT_FOUND' | 'ALBUM_DELETED' | 'SIGNED_OUT' | 'FAILED';

/** Why a following ends, by the error that ended it; null for one that is worth another try. */
export function endOf(error: ApiError): EndReason | null {
  if (worthAnotherTry(error, true)) return null;
  if (endsSession(error.code) || error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_EXPIRED') return 'SIGNED_OUT';
  if (error.code === 'SHARE_CLOSED' || error.code === 'ACCESS_REVOKED') return 'ACCESS_REVOKED';
  return error.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'FAILED';
}

/** The longest that the first try waits, and any, in milliseconds. */
const firstWait = 500;
const longestWait = 30_000;

/**
 * How long to wait before a try, in milliseconds: full jitter, between nothing and
 * a bound that doubles, on top of what the server asked for, so that it does not
 * meet all at once. `attempt` counts from 0.
 */
export function backoff(attempt: number, random: () => number, retryAfter = 0): number {
  const bound = Math.min(longestWait, firstWait * 2 ** Math.min(attempt, 30));
  return retryAfter * 1000 + random() * bound;
}
