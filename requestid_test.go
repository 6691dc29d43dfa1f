package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"keepsake/internal/config"
	"keepsake/media"
)

// TestRequestIDs: an answer has one, and the log has it beside the error's own.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	broken := false
	s := startServer(t, setup{
		env:     []string{"KEEPSAKE_LOG_FORMAT=json"},
		options: options{bucket: func(b media.Bucket) media.Bucket { return brokenBucket{b, &broken} }},
	})
	for given, taken := range map[string]bool{
		"": false, "a": true, "0af7651916cd43dd8448eb211c80319c": true, "req-1.2:3_4": true, strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false, "-x": false, "a b": false, `a"b`: false, "a\tb": false, "é": false, "a,b": false, "a=b": false,
	} {
		h, _ := send(t, http.MethodGet, s.url+"/healthz", "", headerRequestID, given)
		if got := h.Get(headerRequestID); (got == given) != taken || !saneID.MatchString(got) {
			t.Errorf("%q: the answer has %q", given, got)
		}
	}
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	broken = true
	body, err := json.Marshal(map[string]string{"query": w.fill(`{media(id:$photo$){url{url}}}`)})
	must(t, err)
	_, a := send(t, http.MethodPost, s.url+"/graphql", string(body),
		"Content-Type", typeJSON, "Authorization", "Bearer "+w.people["owner"].token, headerRequestID, "the-request")
	s.internal(t, a)
	found := false
	for line := range strings.Lines(s.logs.String()) {
		var entry map[string]any
		must(t, json.Unmarshal([]byte(line), &entry))
		found = found || entry["request_id"] == "the-request" && entry["error_id"] == a.Errors[0].Extensions["id"]
	}
	if !found {
		t.Errorf("no line has both ids: %s", s.logs)
	}
}

// The id stands in a line once, with what the logger adds, and in no other line.
func TestLogLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := newLogger(config.Config{LogFormat: "text"}, &out)
	ctx := context.WithValue(t.Context(), requestIDKey{}, "r1")
	log.With("a", 1).InfoContext(ctx, "first")
	log.WithGroup("g").WarnContext(ctx, "second", slog.Int("b", 2))
	log.InfoContext(t.Context(), "third")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], "msg=first a=1 request_id=r1") ||
		!strings.HasSuffix(lines[1], "msg=second g.b=2 g.request_id=r1") || !strings.HasSuffix(lines[2], "msg=third") {
		t.Errorf("logged %q", lines)
	}
}
