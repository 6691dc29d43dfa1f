package cluster_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/internal/cluster"
)

// node stands for a server: it says its name, and its readiness is ours to set.
type node struct {
	*httptest.Server
	unready atomic.Bool
}

func newNode(t *testing.T, name string) *node {
	n := &node{}
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if n.unready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/name", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // the test would see it
		_, _ = io.WriteString(w, name+string(body))
	})
	mux.HandleFunc("/torn", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // the test is over
		_ = conn.WriteMessage(websocket.TextMessage, []byte(name))
		_, _, _ = conn.ReadMessage() // until it is closed
	})
	n.Server = httptest.NewServer(mux)
	t.Cleanup(n.Close)
	return n
}

func (n *node) addr() string { return strings.TrimPrefix(n.URL, "http://") }

// balance starts a balancer and waits until so many nodes are ready.
func balance(t *testing.T, ready int, addrs ...string) *cluster.Balancer {
	t.Helper()
	b, err := cluster.NewBalancer(addrs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	await(t, b, ready)
	return b
}

func await(t *testing.T, b *cluster.Balancer, ready int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := (&cluster.Cluster{Balancer: b}).Await(ctx, ready); err != nil {
		t.Fatal(err)
	}
}

// ask posts a body and returns the answer.
func ask(t *testing.T, url, body string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestBalancerTakesTurns(t *testing.T) {
	a, b := newNode(t, "a"), newNode(t, "b")
	lb := balance(t, 2, a.addr(), b.addr())
	count := map[string]int{}
	for range 6 {
		_, name := ask(t, lb.URL+"/name", "")
		count[name]++
	}
	if count["a"] != 3 || count["b"] != 3 {
		t.Errorf("answers came from %v", count)
	}
	b.unready.Store(true)
	await(t, lb, 1)
	for range 4 {
		if _, name := ask(t, lb.URL+"/name", ""); name != "a" {
			t.Errorf("%q answered, which is not ready", name)
		}
	}
	a.unready.Store(true)
	await(t, lb, 0)
	if status, _ := ask(t, lb.URL+"/name", ""); status != http.StatusServiceUnavailable {
		t.Errorf("with no node the status is %d", status)
	}
}

// A request that nobody was reached for goes to the next node, body and all; one
// that broke off is not tried again, since it may have happened.
func TestBalancerTriesAgain(t *testing.T) {
	a, b := newNode(t, "a"), newNode(t, "b")
	lb := balance(t, 2, a.addr(), b.addr())
	b.Close()
	for range 4 {
		if status, text := ask(t, lb.URL+"/name", "!"); status != http.StatusOK || text != "a!" {
			t.Errorf("status %d, answer %q", status, text)
		}
	}
	if status, _ := ask(t, lb.URL+"/torn", "!"); status != http.StatusBadGateway {
		t.Errorf("the status of a torn request is %d", status)
	}
}

func TestBalancerCarriesSockets(t *testing.T) {
	a := newNode(t, "a")
	lb := balance(t, 1, a.addr())
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(lb.URL, "http")+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()      //nolint:errcheck // the test is over
	defer resp.Body.Close() //nolint:errcheck // nothing is in it
	if _, text, err := conn.ReadMessage(); err != nil || string(text) != "a" {
		t.Errorf("read %q, %v", text, err)
	}
	if err := lb.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := conn.ReadMessage(); err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("the socket outlived the balancer: %v", err)
	}
}
