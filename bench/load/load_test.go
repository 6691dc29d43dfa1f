package load

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asker asks for a path and wants it back.
type asker struct {
	path string
	fail bool
}

func (a asker) Next(b []byte) []byte { return AppendRequest(b, "POST", a.path, "token", []byte("{}")) }

func (a asker) Check(status int, body []byte) error {
	if want := strings.Repeat(a.path, 1000); status != http.StatusOK || string(body) != want || a.fail {
		return fmt.Errorf("status %d, %d bytes", status, len(body))
	}
	return nil
}

func TestRun(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		asked.Add(1)
		_, _ = io.WriteString(w, strings.Repeat(r.URL.Path, 1000)) // long enough to be sent in chunks
	}))
	defer server.Close()
	target := Target{Addr: server.Listener.Addr().String(), PID: os.Getpid()}

	sources := []Source{asker{path: "/a"}, asker{path: "/b"}, asker{path: "/c"}}
	r, err := Run(t.Context(), target, sources, 20*time.Millisecond, 100*time.Millisecond)
	if err != nil || r.Err != nil || r.Errors != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.Requests == 0 || int64(r.Requests) > asked.Load() || r.P50 <= 0 || r.P99 < r.P50 {
		t.Errorf("%+v of %d requests in all", r, asked.Load())
	}

	sources[1] = asker{path: "/b", fail: true}
	r, err = Run(t.Context(), target, sources, 0, 20*time.Millisecond)
	if err != nil || r.Errors != 1 || r.Err == nil {
		t.Errorf("one client fails: %+v, %v", r, err)
	}
}

func TestRunWithoutServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	addr := server.Listener.Addr().String()
	server.Close()
	if _, err := Run(t.Context(), Target{Addr: addr}, []Source{asker{}}, 0, time.Second); err == nil {
		t.Error("no error")
	}
}

func TestParseStat(t *testing.T) {
	const stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 9 0 123 456\n"
	got, err := parseStat([]byte(stat))
	if want := 1750 * time.Millisecond; err != nil || got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	for _, broken := range []string{"", "1 (x) S 1", strings.Replace(stat, " 150 ", " x ", 1), strings.Replace(stat, " 25 ", " x ", 1)} {
		if _, err := parseStat([]byte(broken)); err == nil {
			t.Errorf("%q: no error", broken)
		}
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	conn, err := Dial(ctx, ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, _, err := conn.Do(asker{path: "/"}.Next(nil)); err == nil {
		t.Error("no error")
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
