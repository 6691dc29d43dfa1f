/** The codes of docs/ERRORS.md that an answer's error can have. */
export type ServerCode =
  | 'UNAUTHENTICATED' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID' | 'SESSION_REVOKED' | 'SIGN_IN_FAILED' | 'NAME_TAKEN'
  | 'NOT_FOUND' | 'FORBIDDEN' | 'ACCESS_REVOKED' | 'PASSWORD_REQUIRED' | 'PASSWORD_WRONG' | 'SHARE_CLOSED'
  | 'INVALID_INPUT' | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'QUERY_TOO_COMPLEX'
  | 'PERSISTED_QUERY_NOT_FOUND' | 'DOCUMENT_NOT_TRUSTED' | 'RATE_LIMITED' | 'IDEMPOTENCY_MISMATCH' | 'CONFLICT'
  | 'LIMIT_EXCEEDED' | 'RESYNC' | 'UPLOAD_INCOMPLETE' | 'UPLOAD_EXPIRED' | 'UPLOAD_MISMATCH' | 'UPLOAD_DUPLICATE'
  | 'QUOTA_EXCEEDED' | 'MEDIA_UNSUPPORTED' | 'MEDIA_CORRUPT' | 'UNAVAILABLE' | 'STORAGE_FULL' | 'INTERNAL';

/** Codes of our own: no answer, none in time, the caller gave up, an answer that is none, a file that cannot be read. */
export type ClientCode = 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'BAD_ANSWER' | 'FILE_UNREADABLE';

export type ErrorCode = ServerCode | ClientCode;

/** What an error carries beside its code. */
export interface ErrorDetails {
  /** For people who mend programs; never shown. */
  message?: string;
  /** The input at fault. */
  field?: string;
  /** Seconds to wait before the next try. */
  retryAfter?: number;
  /** Under which the server's log tells more. */
  id?: string;
  /** The HTTP status, where there was an answer. */
  status?: number;
}

/** The one error that this library throws. Act on `code`; a server may have codes that are new to us. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;
  readonly id: string | undefined;
  readonly status: number | undefined;

  constructor(readonly code: ErrorCode | (string & {}), details: ErrorDetails = {}) {
    super(details.message ?? code);
    this.field = details.field;
    this.retryAfter = details.retryAfter;
    this.id = details.id;
    this.status = details.status;
  }
}

/** What was thrown, as an ApiError: anything else is a fault of ours or of an answer. */
export const apiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError('BAD_ANSWER', { message: String(thrown) });

/** What somebody can do about an error: keys of the catalogues. */
export type Advice =
  | 'tryAgain' | 'waitAndTryAgain' | 'checkConnection' | 'signIn' | 'changeInput' | 'askOwner' | 'goBack'
  | 'reload' | 'freeRoom' | 'sendOtherFile' | 'chooseFileAgain' | 'nothing' | 'report';
