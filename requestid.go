package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"

	"keepsake/internal/tracing"
)

// headerRequestID names a request, in its headers and in those of its answer.
const headerRequestID = "X-Request-Id"

// saneID is what is taken as an id that somebody else gave: nothing that could
// pass for more than a word in a log.
var saneID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`)

type requestIDKey struct{}

// identified gives each request an id: the one that it came with, from a proxy
// perhaps, if that is a sane one, else a new one. The answer has it, and every
// line that is logged with the request's context.
func identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(headerRequestID)
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(headerRequestID, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// requestID is the id of the request that ctx is of, or empty.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// withRequestID is a handler of logs that adds the request's id to its lines, and
// that of the trace which records it.
type withRequestID struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withRequestID) Handle(ctx context.Context, line slog.Record) error {
	request, trace := requestID(ctx), tracing.ID(ctx)
	if request != "" || trace != "" {
		line = line.Clone()
	}
	if request != "" {
		line.AddAttrs(slog.String("request_id", request))
	}
	if trace != "" {
		line.AddAttrs(slog.String("trace_id", trace))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}
