package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
	"keepsake/graph/guard"
	"keepsake/internal/documents"
)

const (
	// maxName is the longest name of an operation, in bytes, that the metrics show.
	maxName = 40
	// maxNames is how many of them a node tells apart.
	maxNames = 200
	// unnamed stands for an operation without a name, and for the kind of a document
	// that none could be read from.
	unnamed = "-"
	// otherName stands for all other operations.
	otherName = "other"
	// codeOK is the code of an answer without errors.
	codeOK = "OK"
	// hashDigits is how much of a document's hash the log has.
	hashDigits = 16
)

// operations is an extension of gqlgen's executor: it counts and times queries and
// mutations by their name, over HTTP and sockets, and logs the slow ones. What an
// executor refuses is counted too, subscriptions included; those that run are not,
// live has figures of its own. It has to be the first extension, around all others.
type operations struct {
	slow time.Duration // an operation that takes longer is logged; 0 logs none
	log  *slog.Logger

	requests *prometheus.CounterVec   // by operation, kind, code
	duration *prometheus.HistogramVec // in seconds, by operation, kind

	mu    sync.Mutex
	names map[string]bool // at most maxNames
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = (*operations)(nil)

func newOperations(slow time.Duration, log *slog.Logger) *operations {
	return &operations{
		slow: slow, log: log, names: map[string]bool{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "keepsake", Name: "requests_total", Help: "Queries and mutations by the first error's code, or OK.",
		}, []string{"operation", "kind", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "keepsake", Name: "request_duration_seconds", Help: "How long they took, from the reading of the request.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"operation", "kind"}),
	}
}

// register adds what is counted to the metrics.
func (o *operations) register(r prometheus.Registerer) { r.MustRegister(o.requests, o.duration) }

// ExtensionName implements graphql.HandlerExtension.
func (*operations) ExtensionName() string { return "Operations" }

// Validate implements graphql.HandlerExtension.
func (*operations) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation implements graphql.OperationInterceptor, for what is executed.
// It is around the whole answer: where the time is over there is none, and gqlgen
// asks no interceptor of responses.
func (o *operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation == ast.Subscription {
		return next(ctx)
	}
	respond, told := next(ctx), false
	return func(ctx context.Context) *graphql.Response {
		r := respond(ctx)
		if told { // a second call finds the end of the answer
			return r
		}
		told = true
		code := string(album.CodeUnavailable)
		if r != nil {
			code = codeOf(r.Errors)
		}
		o.count(ctx, op, o.nameOf(op, true), code)
		return r
	}
}

// InterceptResponse implements graphql.ResponseInterceptor, for what is refused: a
// response without data was not executed. That teaches no names.
func (o *operations) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	r := next(ctx)
	if r != nil && len(r.Data) == 0 {
		op := graphql.GetOperationContext(ctx)
		o.count(ctx, op, o.nameOf(op, false), codeOf(r.Errors))
	}
	return r
}

// count counts an operation that has its answer, and logs it if it was slow. The
// log has no variables and not the document, which may hold values.
func (o *operations) count(ctx context.Context, op *graphql.OperationContext, name, code string) {
	kind := unnamed
	if op.Operation != nil {
		kind = string(op.Operation.Operation)
	}
	took := time.Since(op.Stats.OperationStart)
	o.requests.WithLabelValues(name, kind, code).Inc()
	o.duration.WithLabelValues(name, kind).Observe(took.Seconds())
	if o.slow <= 0 || took <= o.slow {
		return
	}
	line := []slog.Attr{
		slog.String("operation", name), slog.String("kind", kind), slog.String("code", code), slog.Duration("duration", took),
	}
	if op.RawQuery != "" {
		line = append(line, slog.String("document", documents.Hash(op.RawQuery)[:hashDigits]))
	}
	if cost, ok := op.Stats.GetExtension("cost").(guard.Cost); ok { // of those who ask for it
		line = append(line, slog.Int64("cost", cost.Requested))
	}
	o.log.LogAttrs(ctx, slog.LevelWarn, "a slow operation", line...)
}

// nameOf is what an operation is called in metrics and logs: by its own name if
// that is known, or may be learnt and there is room.
func (o *operations) nameOf(op *graphql.OperationContext, learn bool) string {
	if op.Operation == nil {
		return otherName
	}
	name := op.Operation.Name
	if name == "" {
		return unnamed
	}
	if !sane(name) {
		return otherName
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.names[name]:
	case learn && len(o.names) < maxNames:
		o.names[name] = true
	default:
		return otherName
	}
	return name
}

// sane reports whether a name is short, and of letters, digits and _ alone.
func sane(name string) bool {
	for _, c := range []byte(name) {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return len(name) <= maxName
}

// codeOf is the code of the first error.
func codeOf(errs gqlerror.List) string {
	if len(errs) == 0 {
		return codeOK
	}
	if code, ok := errs[0].Extensions["code"].(string); ok {
		return code
	}
	return unnamed
}
