package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestAnswerType(t *testing.T) {
	t.Parallel()
	const own, plain, none = typeGraphQL, typeJSON, ""
	for accept, want := range map[string]string{
		"": plain, " ": plain, "*/*": plain, plain: plain, own: own, "application/*": plain,
		plain + ", " + own: own, own + "," + plain: own, own + ";charset=utf-8": own, strings.ToUpper(own): own,
		own + ";q=0.5, " + plain: plain, own + ";q=0.9, " + plain + ";q=0.8": own, own + "; q=0.5, */*;q=0.4": own,
		own + ";q=0, */*": plain, plain + ";q=0, */*": own, plain + ";q=0": none, own + ";q=0": none,
		"text/html": none, "text/html, */*;q=0.1": plain, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": plain,
		"application/*;q=0": none, "application/*;q=0, " + own: own, "*/*;q=0": none, own + "; charset=utf-16": none,
		plain + ";q=2": none, plain + ";q=x": none, plain + ";q=NaN": none, plain + ";q=-1": none, ";;;, " + own: own,
		strings.Repeat("text/html,", 10) + own: own,
	} {
		got, ok := answerType([]string{accept})
		if !ok {
			got = none
		}
		if got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
	if got, ok := answerType([]string{"text/html", own}); got != own || !ok {
		t.Errorf("two headers: %q", got)
	}
	// As many ranges as are looked at, and one more before the one that would do.
	for n, want := range map[int]bool{maxRanges - 1: true, maxRanges: false} {
		var b strings.Builder
		for i := range n {
			b.WriteString("text/x" + strings.Repeat("x", i) + ",")
		}
		if _, ok := answerType([]string{b.String() + own}); ok != want {
			t.Errorf("after %d ranges: %t", n, ok)
		}
	}
}

func TestWantsEvents(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/*": false, typeEvents: true, typeEvents + ";q=0": false, typeEvents + ", " + typeJSON: true,
		typeEvents + ";q=0.5, " + typeJSON: false, typeGraphQL + ";q=0.9, " + typeEvents: true, typeEvents + ", */*;q=0.1": true,
		// What urql sends with everything.
		"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed": true,
	} {
		r := &http.Request{Method: http.MethodPost, Header: http.Header{"Accept": {accept}}}
		if got := wantsEvents(r); got != want {
			t.Errorf("%q: %t", accept, got)
		}
		if r.Method = http.MethodGet; wantsEvents(r) {
			t.Errorf("%q by GET is an event stream", accept)
		}
	}
}
