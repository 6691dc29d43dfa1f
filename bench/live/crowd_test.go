package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"keepsake/bench/live/baseline"
	"keepsake/bench/load"
)

// unreliable is a server without a dialect that sends each event as often, and
// in the order, as the test says.
type unreliable struct {
	mu    sync.Mutex
	conns []*websocket.Conn
	sends func(event string) []string
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if r.URL.Path == baseline.SocketPath {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err == nil {
			u.conns = append(u.conns, conn)
		}
		return
	}
	event, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client sees no answer
	}
	for _, e := range u.sends(string(event)) {
		for _, conn := range u.conns {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(e)) // the subscribers tell
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// send changes what is sent for the next events.
func (u *unreliable) send(sends func(event string) []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sends = sends
}

// subscribe opens a session of n at a server that sends each event once, until
// it is told otherwise.
func subscribe(t *testing.T, n int) (*unreliable, *session) {
	t.Helper()
	u := &unreliable{sends: once}
	s := httptest.NewServer(u)
	t.Cleanup(s.Close)
	opened, err := open(t.Context(), reach(s), n, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return u, opened
}

// reach is a server without a dialect.
func reach(s *httptest.Server) *contender {
	return &contender{
		name: "unreliable", target: load.Target{Addr: s.Listener.Addr().String()},
		system: baselineSystem{noDialect{}, template{`{"text":"`, `"}`}},
	}
}

func once(event string) []string { return []string{event} }

// What a server does wrong is seen, for each subscriber.
func TestFaultsAreCounted(t *testing.T) {
	const n = 7
	u, s := subscribe(t, n)
	held := ""
	for _, sends := range []func(string) []string{
		once,
		func(string) []string { return nil }, // lost
		func(e string) []string { return []string{e, e} },         // twice
		func(e string) []string { return []string{e + "\n" + e} }, // twice in one message
		func(e string) []string { held = e; return nil },          // late
		func(e string) []string { return []string{e, held} },      // and here it is
		func(e string) []string { return []string{"~1~" + e} },    // with something before it
	} {
		u.send(sends)
		if err := s.publisher.publish(); err != nil {
			t.Fatal(err)
		}
	}
	u.send(once)
	if err := s.publisher.settle(t.Context()); err != nil {
		t.Error(err)
	}
	got, err := s.end()
	if want := (losses{lost: n, duplicated: 2 * n, disordered: n}); got != want || err != nil {
		t.Errorf("lost, duplicated, out of order %v, want %v; %v", got, want, err)
	}
}

// What is no event, nor the protocol's, is an error.
func TestStrangeMessage(t *testing.T) {
	u, s := subscribe(t, 2)
	u.send(func(e string) []string { return []string{"~1~2~", e} })
	if err := s.publisher.settle(t.Context()); err == nil || !strings.Contains(err.Error(), "unexpected: ~1~2~") {
		t.Errorf("error %v", err)
	}
	if _, err := s.end(); err != nil {
		t.Error(err)
	}
}

// Nothing goes on after the end of a session, or of its context.
func TestEnd(t *testing.T) {
	others := goleak.IgnoreCurrent()
	server := httptest.NewServer(&unreliable{sends: once})
	of := reach(server)
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := open(ctx, of, 5, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if cancelled {
			cancel()
		}
		if got, err := s.end(); got != (losses{}) || err != nil {
			t.Errorf("%v, %v", got, err)
		}
		cancel()
	}
	server.Close()
	goleak.VerifyNone(t, others)
}

func TestTrainIsBounded(t *testing.T) {
	var mu sync.Mutex
	var kept []string
	u, s := subscribe(t, 3)
	u.send(func(e string) []string {
		mu.Lock()
		defer mu.Unlock()
		kept = append(kept, e)
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.publisher.train(ctx, 20, 4) }()
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(kept)
	}
	for count() < 4 {
		if err := pause(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := pause(t.Context(), 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 4 {
		t.Errorf("%d events in flight, want 4", n)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("no error for events that do not arrive")
	}
	if got, err := s.end(); got.lost != 3*4 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// A subscriber that ends is an error at once, not after a while.
func TestSubscriberEnds(t *testing.T) {
	u, s := subscribe(t, 3)
	u.send(func(string) []string {
		_ = u.conns[1].Close()
		return nil
	})
	begun := time.Now()
	if err := s.publisher.settle(t.Context()); err == nil || !strings.Contains(err.Error(), "a subscriber ended") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(begun); took > arriveTimeout/2 {
		t.Errorf("noticed after %v", took)
	}
	if _, err := s.end(); err != nil {
		t.Error(err)
	}
}

// What is no event is answered or refused, in each dialect.
func TestPings(t *testing.T) {
	for _, c := range []struct {
		dialect    dialect
		ping, pong string
	}{
		{transportWS{}, `{"type":"ping","payload":{}}`, `{"type":"pong"}`},
		{transportWS{}, `{"type":"pong"}`, ""},
		{centrifugeJSON{}, "{}", "{}"},
	} {
		got, err := c.dialect.other([]byte(c.ping))
		if string(got) != c.pong || err != nil {
			t.Errorf("%T: %q to %q, %v", c.dialect, got, c.ping, err)
		}
		for _, strange := range []string{`{"id":"1","type":"error","payload":[]}`, `{"error":{"code":100}}`, "x"} {
			if _, err := c.dialect.other([]byte(strange)); err == nil {
				t.Errorf("%T takes %s", c.dialect, strange)
			}
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	of := &contender{target: load.Target{Addr: s.Listener.Addr().String()}, system: keepsake{}}
	if _, err := open(t.Context(), of, 3, time.Now()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v", err)
	}
}
