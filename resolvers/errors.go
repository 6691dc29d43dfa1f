package resolvers

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
)

// RetryAfter is how many seconds clients are asked to wait before they try
// again what was UNAVAILABLE.
const RetryAfter = 1

// Presenter returns the error presenter: it gives every error its code from the
// table in package album, and keeps to itself everything that is not meant for
// clients. What is INTERNAL or UNAVAILABLE is logged with an id that the client
// gets too.
func Presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var out *gqlerror.Error
		if !errors.As(err, &out) {
			out = gqlerror.WrapPath(graphql.GetPath(ctx), err)
		}
		if _, ours := errors.AsType[*album.Error](err); !ours && out.Err == nil {
			return out // made by the GraphQL library about the document: nothing of ours in it
		}
		shown := present(err)
		if shown.Code == album.CodeInternal || shown.Code == album.CodeUnavailable {
			id := rand.Text()
			level := slog.LevelError
			if errors.Is(ctx.Err(), context.Canceled) { // the client has hung up, which is nobody's fault
				level = slog.LevelInfo
			}
			log.Log(ctx, level, "a request failed", "error_id", id, "path", out.Path.String(), "error", err)
			return newError(out, shown, id)
		}
		return newError(out, shown, "")
	}
}

// present finds the error that a client may see.
func present(err error) *album.Error {
	if e, ok := errors.AsType[*album.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return album.ErrUnavailable
	}
	return album.Errorf(album.CodeInternal, "something went wrong on our side")
}

func newError(at *gqlerror.Error, e *album.Error, id string) *gqlerror.Error {
	out := &gqlerror.Error{
		Message: e.Message, Path: at.Path, Locations: at.Locations,
		Extensions: map[string]any{"code": string(e.Code)},
	}
	if e.Field != "" {
		out.Extensions["field"] = e.Field
	}
	if id != "" {
		out.Extensions["id"] = id
	}
	switch {
	case e.After > 0:
		out.Extensions["retryAfter"] = e.RetryAfter()
	case e.Code == album.CodeUnavailable:
		out.Extensions["retryAfter"] = RetryAfter
	}
	return out
}

// Recover turns a panic in a resolver into an error; Presenter shows it as
// INTERNAL. The stack is logged here.
func Recover(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, panicked any) error {
		log.ErrorContext(ctx, "a resolver panicked", "panic", panicked, "stack", string(debug.Stack()))
		return errPanic
	}
}

var errPanic = errors.New("resolvers: a panic, logged above")

// ErrorList presents an error that an operation is refused with.
func ErrorList(ctx context.Context, log *slog.Logger, err error) gqlerror.List {
	return gqlerror.List{Presenter(log)(ctx, err)}
}
