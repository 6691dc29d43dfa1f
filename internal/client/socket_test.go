package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"keepsake/internal/client"
)

// script serves sockets: it accepts each, checks who it is and runs play.
func script(t *testing.T, play func(conn *websocket.Conn)) *client.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{Subprotocols: []string{"graphql-transport-ws"}}
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		if m := hear(conn); m["type"] != "connection_init" || m["payload"].(map[string]any)["authorization"] != "Bearer me" {
			t.Errorf("first message %v", m)
		}
		play(conn)
	}))
	t.Cleanup(s.Close)
	return client.New(s.URL, nil).As("me")
}

func say(conn *websocket.Conn, messages ...string) {
	for _, m := range messages {
		if conn.WriteMessage(websocket.TextMessage, []byte(m)) != nil {
			return // the client is gone; it will tell
		}
	}
}

func hear(conn *websocket.Conn) (m map[string]any) {
	_ = conn.ReadJSON(&m) // an empty message is none that is waited for
	return m
}

func dial(t *testing.T, c *client.Client) *client.Socket {
	t.Helper()
	s, err := c.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func next(t *testing.T, sub *client.Subscription) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var data struct{ Name string }
	err := sub.Next(ctx, &data)
	return data.Name, err
}

func subscribe(t *testing.T, s *client.Socket) *client.Subscription {
	t.Helper()
	sub, err := s.Subscribe("subscription{name}", client.Vars{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func TestSubscriptions(t *testing.T) {
	left := make(chan any, 1)
	s := dial(t, script(t, func(conn *websocket.Conn) {
		say(conn, `{"type":"ping"}`)
		if m := hear(conn); m["type"] != "pong" {
			t.Errorf("%v instead of a pong", m)
		}
		say(conn, `{"type":"connection_ack"}`, `{"type":"ping"}`)
		heard := map[any]int{}
		for range 4 {
			heard[hear(conn)["type"]]++
		}
		if heard["pong"] != 1 || heard["subscribe"] != 3 {
			t.Errorf("heard %v, want a pong and 3 subscribes", heard)
		}
		say(conn,
			`{"id":"2","type":"next","payload":{"data":{"name":"two"}}}`,
			`{"id":"1","type":"next","payload":{"data":{"name":"one"}}}`,
			`{"id":"9","type":"next","payload":{"data":{"name":"nobody's"}}}`,
			`{"id":"1","type":"error","payload":[{"message":"no","extensions":{"code":"NOT_FOUND"}}]}`,
			`{"id":"2","type":"complete"}`)
		left <- hear(conn)["type"]
		say(conn, `{"id":"3","type":"next","payload":{"data":{"name":"late"}}}`)
		hear(conn) // until the client goes
	}))
	one, two, three := subscribe(t, s), subscribe(t, s), subscribe(t, s)
	for sub, want := range map[*client.Subscription]string{one: "one", two: "two"} {
		if got, err := next(t, sub); got != want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if _, err := next(t, one); client.Code(err) != "NOT_FOUND" {
		t.Errorf("error %v", err)
	}
	if _, err := next(t, two); !errors.Is(err, io.EOF) {
		t.Errorf("error %v", err)
	}
	if err := three.Close(); err != nil {
		t.Error(err)
	}
	if got := <-left; got != "complete" {
		t.Errorf("%v instead of complete", got)
	}
	if _, err := next(t, three); !errors.Is(err, client.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

func TestServerCloses(t *testing.T) {
	s := dial(t, script(t, func(conn *websocket.Conn) {
		say(conn, `{"type":"connection_ack"}`)
		hear(conn)
		say(conn, `{"id":"1","type":"next","payload":{"data":{"name":"last"}}}`)
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4401, "bye"), time.Now().Add(time.Second))
	}))
	sub := subscribe(t, s)
	<-s.Done()
	if got, err := next(t, sub); got != "last" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := next(t, sub); !websocket.IsCloseError(errors.Unwrap(err), 4401) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Subscribe("subscription{name}", nil); err == nil {
		t.Error("subscribed on a closed socket")
	}
}

func TestRefusedSocket(t *testing.T) {
	c := script(t, func(conn *websocket.Conn) {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4403, "no"), time.Now().Add(time.Second))
	})
	var closed *websocket.CloseError
	if _, err := c.Dial(t.Context()); !errors.As(err, &closed) || closed.Code != 4403 {
		t.Errorf("error %v", err)
	}
}

func TestDialIsBounded(t *testing.T) {
	c := script(t, func(conn *websocket.Conn) { hear(conn) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Dial(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

// A subscription that nobody reads holds the reader up, yet the socket closes.
func TestCloseWithFullQueue(t *testing.T) {
	flooded := make(chan struct{})
	c := script(t, func(conn *websocket.Conn) {
		say(conn, `{"type":"connection_ack"}`)
		hear(conn)
		for range 2000 {
			say(conn, `{"id":"1","type":"next","payload":{"data":{"name":"more"}}}`)
		}
		close(flooded)
		hear(conn)
	})
	others := goleak.IgnoreCurrent()
	s, err := c.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	subscribe(t, s)
	<-flooded
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	goleak.VerifyNone(t, others)
}
