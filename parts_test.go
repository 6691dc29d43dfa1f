package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/internal/id"
	"keepsake/media"
	"keepsake/store/sqlitestore"
)

// metricLines are the lines of /metrics that begin so.
func (s *server) metricLines(t *testing.T, prefix string) string {
	t.Helper()
	_, text := fetch(t, http.MethodGet, s.url+"/metrics", nil)
	return strings.Join(regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(prefix)+`.*$`).FindAllString(string(text), -1), "\n")
}

// awayBucket signs no uploads.
type awayBucket struct{ media.Bucket }

func (awayBucket) SignUpload(context.Context, media.UploadRequest) (media.Ticket, error) {
	return media.Ticket{}, album.ErrUnavailable
}

// TestPartsAreWatched: commands of the database, the bucket, the broker and the
// processes are timed; faults are counted, and answers that say no are none.
func TestPartsAreWatched(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	body := photo(t, 30, 20)
	medium := putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	s.want(t, w.people["contributor"].token, finalize, "id", medium)
	w.awaitMedium(t, medium, "done", isDone)
	s.ask(t, w.people["owner"].token, `query{node(id:"usr_00000000000000000000000000"){id}}`)
	times := s.metricLines(t, "keepsake_part_duration_seconds_count")
	for _, command := range []string{`"publish media",part="database"`, `"sign upload",part="media"`, `"publish",part="media"`, `"publish",part="messages"`, `"picture",part="processes"`} {
		if !strings.Contains(times, `{command=`+command+`}`) {
			t.Errorf("not timed: %s\n%s", command, times)
		}
	}
	if failed := s.metricLines(t, "keepsake_part_failures_total"); failed != "" {
		t.Errorf("failures: %s", failed)
	}

	away := startServer(t, setup{idle: true, options: options{bucket: func(b media.Bucket) media.Bucket { return awayBucket{b} }}})
	p := away.user(t, "somebody")
	a := away.album(t, p.id, album.Private, album.DefaultSettings())
	away.ask(t, p.token, createUploads, "id", a, "type", "image/jpeg", "bytes", 1000, "method", "PUT")
	if failed := away.metricLines(t, "keepsake_part_failures_total"); failed != `keepsake_part_failures_total{code="UNAVAILABLE",command="sign upload",part="media"} 1` {
		t.Errorf("failures: %s", failed)
	}
}

// TestFault: whom an error is to blame on.
func TestFault(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want album.Code
	}{
		"nothing":         {t.Context(), nil, ""},
		"an answer":       {t.Context(), album.ErrNotFound, ""},
		"a lost race":     {t.Context(), album.ErrConflict, ""},
		"a bad file":      {t.Context(), album.Errorf(album.CodeMediaCorrupt, "torn"), ""},
		"away":            {t.Context(), fmt.Errorf("then: %w", album.ErrUnavailable), album.CodeUnavailable},
		"full":            {t.Context(), album.ErrStorageFull, album.CodeStorageFull},
		"a fault of ours": {t.Context(), errors.New("surprise"), album.CodeInternal},
		"nobody waits":    {gone, album.ErrUnavailable, ""},
	} {
		if got := fault(test.ctx, test.err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// BenchmarkWatch reads a user from SQLite, seen by nobody and watched: the
// difference is what it costs to time a command.
func BenchmarkWatch(b *testing.B) {
	for name, observe := range map[string]observer{"alone": nil, "watched": newWatch(nil).of(partDatabase)} {
		b.Run(name, func(b *testing.B) {
			s, err := sqlitestore.Open(b.Context(), filepath.Join(b.TempDir(), "db"), &sqlitestore.Options{Observe: observe})
			must(b, err)
			defer s.Close() //nolint:errcheck // a benchmark's
			u := &album.User{ID: id.New(nil, nil).User()}
			must(b, s.CreateUser(b.Context(), u, album.Identity{Provider: "local", Subject: "somebody", UserID: u.ID}))
			b.ReportAllocs()
			for b.Loop() {
				_, err := s.User(b.Context(), u.ID)
				must(b, err)
			}
		})
	}
}

// BenchmarkTracing asks for a page of an album without traces, with traces of which
// none is recorded, and with all of them recorded.
func BenchmarkTracing(b *testing.B) {
	collector := newCollector(b)
	endpoint := "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.url
	for _, with := range []struct {
		name string
		env  []string
	}{
		{"off", nil}, {"none", []string{endpoint, "KEEPSAKE_TRACE_SAMPLE=0"}}, {"all", []string{endpoint, "KEEPSAKE_TRACE_SAMPLE=1"}},
	} {
		b.Run(with.name, func(b *testing.B) {
			s := startServer(b, setup{idle: true, env: with.env})
			w := s.newWorld(b, worldOptions{})
			page := w.fill(`query Page{album(id:$album$){title media(first:20){edges{node{id caption owner{displayName}}}}}}`)
			b.ReportAllocs()
			for b.Loop() {
				s.want(b, w.people["owner"].token, page)
			}
		})
	}
}
