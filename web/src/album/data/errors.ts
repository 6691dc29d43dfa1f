// Errors in plain words, by their code.

import { ApiError } from '../../client';
import type { Catalogue } from '../i18n/en';
import type { Format } from '../i18n/format';

type Known = keyof Catalogue['errors'];

/** ours are codes of the client library that the catalogues say in the words of another. */
const ours: Readonly<Record<string, Known>> = {
  TIMEOUT: 'UNAVAILABLE',
  BAD_ANSWER: 'UNAVAILABLE',
  FILE_UNREADABLE: 'FILE_LOST',
  IDEMPOTENCY_MISMATCH: 'CONFLICT',
};

/** codeOf gives the code of anything thrown. */
export function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'UNKNOWN';
}

/** errorText says what went wrong and what to do. */
export function errorText(t: Catalogue, format: Format, error: unknown): string {
  const code = ours[codeOf(error)] ?? codeOf(error);
  const text = code in t.errors ? t.errors[code as Known] : t.errors.UNKNOWN;
  if (!(error instanceof ApiError)) return text;
  if (error.code === 'RATE_LIMITED' && error.retryAfter) return t.retryIn(format.seconds(error.retryAfter));
  if (error.code === 'INTERNAL' && error.id) return `${text} ${t.errorId(error.id)}`;
  return text;
}
