// Package tracing records where the time of requests and of work in the background
// goes, as spans of OpenTelemetry, and sends them to a collector by OTLP over HTTP.
//
// A program that does not trace has no Tracer: all methods of a nil one do nothing,
// and allocate nothing. Spans have names and codes of a fixed number, and ids of
// ours; never texts, variables, names or addresses of people.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	// path is where a collector takes traces, below its endpoint.
	path = "/v1/traces"
	// closeTime is how long the last spans may take to be sent, at the end.
	closeTime = 5 * time.Second
	// queue and batch bound what waits to be sent, in spans; what finds no room is
	// dropped.
	queue, batch = 2048, 512
)

// Options are how a program traces; all but Headers are required.
type Options struct {
	Endpoint string            // of the collector, http or https, without a path of traces
	Headers  map[string]string // sent with each batch
	Service  string            // what the program calls itself
	Sample   float64           // the part of all traces that is recorded, 0 to 1
	Logger   *slog.Logger
}

// Tracer begins spans. Nil begins none.
type Tracer struct {
	tracer     trace.Tracer
	provider   *sdk.TracerProvider
	sent, lost atomic.Int64
	failing    atomic.Bool
	log        *slog.Logger
}

// Open returns a Tracer. It does not look whether the collector is there: a program
// runs as well without, and says so in its log.
func Open(ctx context.Context, o Options) (*Tracer, error) {
	t := &Tracer{log: o.Logger}
	client, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.Endpoint, "/")+path), otlptracehttp.WithHeaders(o.Headers),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: 20 * time.Second}))
	if err != nil {
		return nil, fmt.Errorf("trace exporter: %w", err)
	}
	about, err := resource.New(ctx, resource.WithFromEnv(), resource.WithAttributes(attribute.String("service.name", o.Service)))
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	t.provider = sdk.NewTracerProvider(
		sdk.WithBatcher(exporter{client, t}, sdk.WithMaxQueueSize(queue), sdk.WithMaxExportBatchSize(batch)),
		sdk.WithResource(about),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(o.Sample))))
	t.tracer = t.provider.Tracer("keepsake")
	return t, nil
}

// Close sends what waits, and ends.
func (t *Tracer) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// Sent is how many spans the collector took.
func (t *Tracer) Sent() int64 {
	if t == nil {
		return 0
	}
	return t.sent.Load()
}

// Lost is how many spans the collector did not take.
func (t *Tracer) Lost() int64 {
	if t == nil {
		return 0
	}
	return t.lost.Load()
}

// exporter counts what it sends. What the collector does not take is lost: the first
// failure in a row is logged.
type exporter struct {
	sdk.SpanExporter
	t *Tracer
}

// ExportSpans implements sdk.SpanExporter.
func (e exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.t.lost.Add(int64(len(spans)))
		if !e.t.failing.Swap(true) {
			e.t.log.Warn("tracing: the collector does not take spans", "error", err)
		}
		return nil // the library would write it to where nobody looks
	}
	e.t.sent.Add(int64(len(spans)))
	if e.t.failing.Swap(false) {
		e.t.log.Info("tracing: the collector takes spans again")
	}
	return nil
}

// Span is a piece of work that takes time. That of a nil Tracer does nothing.
type Span struct{ span trace.Span }

// Begin begins a span below that of ctx, or one that stands alone. Whether it is
// recorded is decided where a trace begins.
func (t *Tracer) Begin(ctx context.Context, name string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name)
	return ctx, Span{span}
}

// Request is Begin for what somebody asks of the program.
func (t *Tracer) Request(ctx context.Context, name string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, Span{span}
}

// Recorded reports whether it is worth it to Set anything.
func (s Span) Recorded() bool { return s.span != nil && s.span.IsRecording() }

// Set adds what is known of the work. Callers ask Recorded first: the list of
// attributes is made before the call.
func (s Span) Set(attributes ...attribute.KeyValue) { s.span.SetAttributes(attributes...) }

// Name gives the span another name, once that is known.
func (s Span) Name(name string) { s.span.SetName(name) }

// End ends the span, by the code of a failure or "".
func (s Span) End(failure string) {
	if s.span == nil {
		return
	}
	if failure != "" {
		s.span.SetStatus(codes.Error, failure)
	}
	s.span.End()
}

// Done records what the program asked of one of its parts, which began then and is
// over, below the span of ctx; nothing where that is not recorded.
func (t *Tracer) Done(ctx context.Context, part, command string, began time.Time, failure string) {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	_, span := t.tracer.Start(ctx, part+": "+command, trace.WithTimestamp(began), trace.WithSpanKind(trace.SpanKindClient))
	Span{span}.End(failure)
}

// From puts the trace into ctx that a request says, in the header traceparent, to
// be a part of. It is for senders who may decide what is recorded.
func From(ctx context.Context, header http.Header) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(header))
}

// ID is the id of the trace that ctx is in, if that is recorded, or "".
func ID(ctx context.Context) string {
	if c := trace.SpanContextFromContext(ctx); c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}
