package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"keepsake/album"
)

// Codes of the server
// (https://www.mongodb.com/docs/manual/reference/error-codes/).
const (
	codeNamespaceExists = 48
	codeOutOfDiskSpace  = 14031
)

// awayCodes are those of a server that cannot do it now: it steps down, shuts
// down, is overloaded, or ran out of time.
var awayCodes = []int{
	6, 7, 50, 63, 89, 91, 112, 133, 134, 189, 202, 234, 239, 246, 251, 262, 290, 462,
	9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436,
}

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
	return kindOf(err).Wrap(fmt.Errorf("mongostore: %s: %w", op, err))
}

// kindOf finds the domain's error for a cause, by type, code and label.
func kindOf(err error) *album.Error {
	switch {
	case mongo.IsDuplicateKeyError(err):
		return album.ErrConflict
	case hasCode(err, codeOutOfDiskSpace):
		return album.ErrStorageFull
	case isAway(err):
		return album.ErrUnavailable
	}
	return errInternal
}

func isAway(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, mongo.ErrClientDisconnected) || errors.Is(err, driver.ErrDeadlineWouldBeExceeded) ||
		mongo.IsTimeout(err) || mongo.IsNetworkError(err) {
		return true
	}
	if _, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return true
	}
	if _, ok := errors.AsType[topology.ConnectionError](err); ok {
		return true
	}
	if _, ok := errors.AsType[topology.WaitQueueTimeoutError](err); ok {
		return true
	}
	// The pool of a server that went away was cleared while this call had one of
	// its connections.
	var pool driver.RetryablePoolError
	if errors.As(err, &pool) && pool.Retryable() {
		return true
	}
	return isTransient(err) || hasLabel(err, unknownCommit) ||
		hasLabel(err, "RetryableWriteError") || slices.ContainsFunc(awayCodes, func(code int) bool { return hasCode(err, code) })
}

// unknownCommit is the label of a commit that may or may not have happened, and
// can be asked for again.
const unknownCommit = "UnknownTransactionCommitResult"

// isTransient reports whether the whole transaction may be tried again.
func isTransient(err error) bool { return hasLabel(err, "TransientTransactionError") }

func hasLabel(err error, label string) bool {
	e, ok := errors.AsType[mongo.LabeledError](err)
	return ok && e.HasErrorLabel(label)
}

func hasCode(err error, code int) bool {
	e, ok := errors.AsType[mongo.ServerError](err)
	return ok && e.HasErrorCode(code)
}

// errInternal is a fault of ours: a command that the server does not take.
var errInternal = &album.Error{Code: album.CodeInternal, Message: "something went wrong"}
