package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Without a Tracer nothing happens, and nothing is allocated.
func TestNothing(t *testing.T) {
	var tracer *Tracer
	ctx, began := t.Context(), time.Now()
	if n := testing.AllocsPerRun(100, func() {
		request, span := tracer.Request(ctx, "a request")
		work, inner := tracer.Begin(request, "some work")
		if inner.Recorded() || work != ctx {
			t.Error("it is recorded")
		}
		tracer.Done(work, "a part", "a command", began, "INTERNAL")
		inner.End("UNAVAILABLE")
		span.End("")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if tracer.Sent() != 0 || tracer.Lost() != 0 || tracer.Close() != nil {
		t.Error("a Tracer that is none has done something")
	}
}

// What waits for a collector is bounded, and nobody waits for it.
func TestQueueIsBounded(t *testing.T) {
	free := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-free }))
	defer web.Close()
	tracer, err := Open(t.Context(), Options{Endpoint: web.URL, Service: "test", Sample: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	const spans = 3 * (queue + batch)
	for range spans {
		_, span := tracer.Begin(t.Context(), "some work")
		span.End("")
	}
	close(free)
	if err := tracer.Close(); err != nil {
		t.Fatal(err)
	}
	if n := tracer.Sent(); n < queue || n > queue+2*batch {
		t.Errorf("%d of %d spans were kept, of at most %d", n, spans, queue)
	}
}

func TestFrom(t *testing.T) {
	const id = "0af7651916cd43dd8448eb211c80319c"
	for value, want := range map[string]string{
		"00-" + id + "-b7ad6b7169203331-01": id,
		"00-" + id + "-b7ad6b7169203331-00": "", // it is not recorded
		"00-" + id + "-b7ad6b7169203331":    "",
		"00-" + id + "-0000000000000000-01": "",
		"nonsense":                          "",
		"":                                  "",
	} {
		ctx := From(context.Background(), http.Header{"Traceparent": {value}})
		if got := ID(ctx); got != want {
			t.Errorf("%q is of the trace %q, want %q", value, got, want)
		}
		if sampled := trace.SpanContextFromContext(ctx).IsSampled(); sampled != (want != "") {
			t.Errorf("%q is sampled: %v", value, sampled)
		}
	}
}
