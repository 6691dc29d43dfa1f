package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"keepsake/album"
)

var errClosed = errors.New("the store is closed")

// edge turns what happened into the *album.Error that callers see. Errors of
// the domain pass as they are; the others become the cause of one, with the
// operation in front.
func edge(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*album.Error](err); ok {
		return e
	}
	return kindOf(err).Wrap(fmt.Errorf("sqlitestore: %s: %w", op, err))
}

// kindOf finds the domain's error for a cause, by result code
// (https://sqlite.org/rescode.html) and errno, never by text.
func kindOf(err error) *album.Error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			return album.ErrNotFound // what the row hangs on is not there
		case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
			return album.ErrConflict
		}
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return album.ErrStorageFull
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
			sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return album.ErrUnavailable
		}
		return errInternal
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return album.ErrStorageFull
	case errors.Is(err, errClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		isPathError(err):
		return album.ErrUnavailable
	}
	return errInternal
}

func isPathError(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// errInternal is a fault of ours: SQL that does not fit the schema, a panic.
var errInternal = &album.Error{Code: album.CodeInternal, Message: "something went wrong"}
