package tracing

import (
	"context"
	"net/http"
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
