package main

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/felixge/httpsnoop"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"

	"keepsake/album"
	"keepsake/internal/config"
	"keepsake/internal/documents"
	"keepsake/internal/tracing"
)

// openTracer returns what traces, or nil where no collector is configured.
func openTracer(ctx context.Context, cfg config.Config, logger *slog.Logger) (*tracing.Tracer, error) {
	b := cfg.Backends
	if b.OTLPEndpoint == "" {
		return nil, nil //nolint:nilnil // a nil Tracer is one that does nothing
	}
	headers, err := b.TraceHeaders()
	if err != nil {
		return nil, err
	}
	return tracing.Open(ctx, tracing.Options{
		Endpoint: b.OTLPEndpoint, Headers: headers, Service: b.ServiceName, Sample: cfg.TraceSample, Logger: logger,
	})
}

// traced records the requests of a route. What comes to stay, sockets and event
// streams, is not one piece of work: the operations on it and its events are traced
// each by itself. The trace that a request says to be a part of is believed of a
// trusted proxy alone: others could have all that they do recorded.
func (a *app) traced(route string, next http.Handler) http.Handler {
	if a.tracer == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" || wantsEvents(r) {
			next.ServeHTTP(w, r)
			return
		}
		ctx := r.Context()
		if peer, ok := parseAddr(r.RemoteAddr); ok && contains(a.cfg.TrustedProxies, peer) {
			ctx = tracing.From(ctx, r.Header)
		}
		ctx, span := a.tracer.Request(ctx, route)
		r = r.WithContext(ctx)
		if !span.Recorded() {
			next.ServeHTTP(w, r)
			return
		}
		status := 0 // of an answer that breaks off
		defer func() {
			span.Set(attribute.String("http.route", route), attribute.String("http.request.method", methodOf(r)),
				attribute.Int("http.response.status_code", status), attribute.String("keepsake.request_id", requestID(ctx)))
			failure := ""
			switch {
			case status == 0:
				failure = "broke off"
			case status >= http.StatusInternalServerError:
				failure = strconv.Itoa(status)
			}
			span.End(failure)
		}()
		status = httpsnoop.CaptureMetrics(next, w, r).Code
	})
}

// methodOf is a request's method, if it is one of those that are asked here.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "_OTHER"
}

// tracedOperations is an extension of gqlgen's executor: it records queries and
// mutations, and below them the use case of each of their root fields. No other
// field is looked at.
type tracedOperations struct {
	tracer *tracing.Tracer
	// nameOf is what an operation is called, one of a bounded number of names.
	nameOf func(*graphql.OperationContext) string
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.RootFieldInterceptor
} = tracedOperations{}

// ExtensionName implements graphql.HandlerExtension.
func (tracedOperations) ExtensionName() string { return "TracedOperations" }

// Validate implements graphql.HandlerExtension.
func (tracedOperations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation implements graphql.OperationInterceptor.
func (t tracedOperations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	kind := op.Operation.Operation
	if kind == ast.Subscription {
		return next(ctx)
	}
	ctx, span := t.tracer.Begin(ctx, string(kind))
	respond := next(ctx)
	if !span.Recorded() {
		return respond
	}
	name := t.nameOf(op)
	span.Name(string(kind) + " " + name)
	span.Set(attribute.String("graphql.operation.type", string(kind)), attribute.String("graphql.operation.name", name),
		attribute.String("keepsake.document", documents.Hash(op.RawQuery)[:hashDigits]), attribute.String("keepsake.request_id", requestID(ctx)))
	return func(ctx context.Context) *graphql.Response {
		r := respond(ctx)
		switch { // a second call finds the end of the answer, and the span's
		case r == nil:
			span.End(string(album.CodeUnavailable))
		case len(r.Errors) > 0:
			span.End(codeOf(r.Errors))
		default:
			span.End("")
		}
		return r
	}
}

// InterceptRootField implements graphql.RootFieldInterceptor.
func (t tracedOperations) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx)
	ctx, span := t.tracer.Begin(ctx, field.Field.Name)
	defer span.End("")
	return next(ctx)
}
