package album

import (
	"errors"
	"fmt"
	"time"
)

// Code is the stable name of a kind of error. It reaches clients as
// extensions.code; a client acts on it and never on the message.
type Code string

// The codes. docs/ERRORS.md says what a client should do about each.
const (
	// CodeNotFound: there is no such thing, or the viewer may not know that there is.
	CodeNotFound Code = "NOT_FOUND"
	// CodeForbidden: the viewer may see it but may not do this to it.
	CodeForbidden Code = "FORBIDDEN"
	// CodeUnauthenticated: this needs a signed-in user.
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	// CodeTokenExpired: the access token is past its time; refresh and try again.
	CodeTokenExpired Code = "TOKEN_EXPIRED"
	// CodeTokenInvalid: the token is forged, malformed or not ours; sign in again.
	CodeTokenInvalid Code = "TOKEN_INVALID"
	// CodeSessionRevoked: the session was signed out, or its refresh token was used twice.
	CodeSessionRevoked Code = "SESSION_REVOKED"
	// CodeSignInFailed: name or password is wrong; which of them is not said.
	CodeSignInFailed Code = "SIGN_IN_FAILED"
	// CodeNameTaken: the account name belongs to somebody else.
	CodeNameTaken Code = "NAME_TAKEN"
	// CodeInvalidInput: an argument breaks a documented limit; Field names it.
	CodeInvalidInput Code = "INVALID_INPUT"
	// CodeTooComplex: a document or its variables are beyond a limit; nothing was executed.
	CodeTooComplex Code = "QUERY_TOO_COMPLEX"
	// CodePersistedQueryNotFound: no document is known by that hash; send it whole.
	CodePersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	// CodeDocumentNotTrusted: the service takes only documents of its own clients.
	CodeDocumentNotTrusted Code = "DOCUMENT_NOT_TRUSTED"
	// CodeRateLimited: too much of this in too short a time; try again after a while.
	CodeRateLimited Code = "RATE_LIMITED"
	// CodeIdempotencyMismatch: the idempotency key was sent with another request; nothing was done.
	CodeIdempotencyMismatch Code = "IDEMPOTENCY_MISMATCH"
	// CodeConflict: the thing is in a state that does not allow this.
	CodeConflict Code = "CONFLICT"
	// CodeLimitExceeded: a documented number of things has been reached.
	CodeLimitExceeded Code = "LIMIT_EXCEEDED"
	// CodePasswordRequired: the share asks for a password and none was given.
	CodePasswordRequired Code = "PASSWORD_REQUIRED"
	// CodePasswordWrong: the password given for the share is not its password.
	CodePasswordWrong Code = "PASSWORD_WRONG"
	// CodeShareClosed: the share has expired or was revoked.
	CodeShareClosed Code = "SHARE_CLOSED"
	// CodeAccessRevoked: the viewer lost access to the album while watching it.
	CodeAccessRevoked Code = "ACCESS_REVOKED"
	// CodeUploadIncomplete: the bytes have not arrived yet; upload, then finalise again.
	CodeUploadIncomplete Code = "UPLOAD_INCOMPLETE"
	// CodeUploadExpired: the ticket is past its time; ask for a new one.
	CodeUploadExpired Code = "UPLOAD_EXPIRED"
	// CodeUploadMismatch: size or checksum of the bytes is not what the ticket says.
	CodeUploadMismatch Code = "UPLOAD_MISMATCH"
	// CodeUploadDuplicate: the same bytes of the same person are in the album already.
	CodeUploadDuplicate Code = "UPLOAD_DUPLICATE"
	// CodeQuotaExceeded: the person has no room left for this; nothing was written.
	CodeQuotaExceeded Code = "QUOTA_EXCEEDED"
	// CodeMediaUnsupported: the bytes are of a type that is not accepted, or not the declared one.
	CodeMediaUnsupported Code = "MEDIA_UNSUPPORTED"
	// CodeMediaCorrupt: the bytes cannot be read as the picture or video they claim to be.
	CodeMediaCorrupt Code = "MEDIA_CORRUPT"
	// CodeUnavailable: a part that Keepsake stands on does not answer; try again later.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeStorageFull: there is no room left to write; nothing was written.
	CodeStorageFull Code = "STORAGE_FULL"
	// CodeResync: the log no longer reaches back to the cursor; read the page again.
	CodeResync Code = "RESYNC"
	// CodeInternal: a fault of ours; the error's id stands in the log.
	CodeInternal Code = "INTERNAL"
)

// Error is an error that a client may see. Err, where there is one, is for the
// log and is never sent.
type Error struct {
	Code    Code
	Message string        // for people, in English, of no secret
	Field   string        // the input field at fault, or empty
	After   time.Duration // how long to wait before the next try, or 0; see RetryAfter
	Err     error         // the cause, or nil
}

// Errors without detail, to return and to compare with errors.Is.
var (
	ErrNotFound        = &Error{Code: CodeNotFound, Message: "there is no such thing, or you may not see it"}
	ErrForbidden       = &Error{Code: CodeForbidden, Message: "you may not do this"}
	ErrUnauthenticated = &Error{Code: CodeUnauthenticated, Message: "sign in first"}
	ErrConflict        = &Error{Code: CodeConflict, Message: "its present state does not allow this"}
	ErrNameTaken       = &Error{Code: CodeNameTaken, Message: "this name is taken"}
	ErrSessionRevoked  = &Error{Code: CodeSessionRevoked, Message: "this session has ended, sign in again"}
	ErrAccessRevoked   = &Error{Code: CodeAccessRevoked, Message: "you no longer have access to this album"}
	ErrShareClosed     = &Error{Code: CodeShareClosed, Message: "this link has expired or was closed"}
	ErrResync          = &Error{Code: CodeResync, Message: "too far behind: read the page again and go on from there"}
	ErrUnavailable     = &Error{Code: CodeUnavailable, Message: "a part of the service does not answer, try again"}
	ErrQuotaExceeded   = &Error{Code: CodeQuotaExceeded, Message: "your storage is used up: delete something first"}
	ErrStorageFull     = &Error{Code: CodeStorageFull, Message: "there is no room left to write, nothing was changed"}
)

// Errorf makes an Error of that code with a message for people.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes an INVALID_INPUT error about one input field.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalidInput, Field: field, Message: fmt.Sprintf(format, args...)}
}

// RetryAfter is After as clients are told it: whole seconds, at least one.
func (e *Error) RetryAfter() int { return max(1, int((e.After+time.Second-1)/time.Second)) }

// RateLimited makes a RATE_LIMITED error: the same may be tried after that time.
func RateLimited(after time.Duration) *Error {
	return &Error{Code: CodeRateLimited, After: after, Message: "too much in too short a time, try again later"}
}

// Wrap returns a copy of e whose cause is err.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error implements error; the text is for logs.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Message
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error) //nolint:errorlint // Is compares one link; errors.Is walks the chain
	return ok && t.Code == e.Code
}

// CodeOf returns the code of the first Error in err's chain, CodeInternal where
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
