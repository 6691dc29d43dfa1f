package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// The protocol's name, and its close codes.
const (
	subprotocol     = "graphql-transport-ws"
	closeTryLater   = 1013
	closeBadMessage = 4400
	closeNotInYet   = 4401
	closeForbidden  = 4403
	closeProtocol   = 4406
)

// socketClient is one graphql-transport-ws connection of a client. A goroutine
// reads it and hands each message to its operation.
type socketClient struct {
	conn *websocket.Conn
	done chan struct{} // closed once the connection has ended
	code int           // the code it was closed with, 0 for none; read after done

	mu   sync.Mutex
	subs map[string]*subscription
}

// message is one frame of graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dialRaw opens a socket without saying who it is.
func (s *server) dialRaw(t testing.TB, protocols ...string) *websocket.Conn {
	t.Helper()
	d := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience}
	conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", nil)
	must(t, err)
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// dial opens a socket for somebody and waits until it is let in.
func (s *server) dial(t testing.TB, token string) *socketClient {
	t.Helper()
	c, err := s.tryDial(t.Context(), token)
	must(t, err)
	t.Cleanup(c.close)
	return c
}

// tryDial is dial where it may fail. The caller closes the socket.
func (s *server) tryDial(ctx context.Context, token string) (*socketClient, error) {
	d := websocket.Dialer{Subprotocols: []string{subprotocol}, HandshakeTimeout: patience}
	conn, res, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", nil)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	var m message
	err = errors.Join(conn.WriteJSON(message{Type: "connection_init", Payload: initPayload(token)}),
		conn.SetReadDeadline(time.Now().Add(patience)), conn.ReadJSON(&m), conn.SetReadDeadline(time.Time{}))
	if err == nil && m.Type != "connection_ack" {
		err = fmt.Errorf("connection_init was answered with %+v", m)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c := &socketClient{conn: conn, done: make(chan struct{}), subs: map[string]*subscription{}}
	go c.read()
	return c, nil
}

func initPayload(token string) json.RawMessage {
	if token == "" {
		return nil
	}
	return json.RawMessage(fmt.Sprintf(`{"authorization":%q}`, "Bearer "+token))
}

func (c *socketClient) read() {
	defer close(c.done)
	for {
		var m message
		if err := c.conn.ReadJSON(&m); err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				c.code = closed.Code
			}
			return
		}
		c.mu.Lock()
		sub := c.subs[m.ID]
		c.mu.Unlock()
		if sub != nil {
			sub.messages <- m
		}
	}
}

// closed waits until the server has closed the socket, and returns the code.
func (c *socketClient) closed(t testing.TB) int {
	t.Helper()
	select {
	case <-c.done:
	case <-time.After(patience):
		t.Fatal("the socket stays open")
	}
	return c.code
}

// close leaves and waits for the reader.
func (c *socketClient) close() {
	_ = c.conn.Close()
	<-c.done
}

// subscription is one operation on a socket. Its queue is longer than any test
// lets it become.
type subscription struct {
	c        *socketClient
	id       string
	messages chan message
}

// start begins an operation.
func (c *socketClient) start(t testing.TB, document string, variables ...any) *subscription {
	t.Helper()
	values := map[string]any{}
	for i := 0; i < len(variables); i += 2 {
		values[variables[i].(string)] = variables[i+1]
	}
	payload, err := json.Marshal(map[string]any{"query": document, "variables": values})
	must(t, err)
	c.mu.Lock()
	sub := &subscription{c: c, id: fmt.Sprint(len(c.subs) + 1), messages: make(chan message, 10_000)}
	c.subs[sub.id] = sub
	c.mu.Unlock()
	must(t, c.conn.WriteJSON(message{ID: sub.id, Type: "subscribe", Payload: payload}))
	return sub
}

// next waits for the operation's next message: an answer, or ended with the
// code that it ended with, "" where it simply was complete.
func (s *subscription) next(t testing.TB) (a answer, ended bool) {
	t.Helper()
	a, ended, ok := s.within(t, patience)
	if !ok {
		t.Fatal("in vain waited for the next message")
	}
	return a, ended
}

// within is next with a time to wait; ok is false where nothing came.
func (s *subscription) within(t testing.TB, d time.Duration) (a answer, ended, ok bool) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	var m message
	select {
	case m = <-s.messages:
	case <-timer.C:
		return a, false, false
	case <-s.c.done:
		select { // what came before the end comes first
		case m = <-s.messages:
		default:
			t.Fatalf("the socket ended with %d", s.c.code)
		}
	}
	a, ended = m.answer(t)
	return a, ended, true
}

// answer is what a message of an operation says, and whether it is the last.
func (m message) answer(t testing.TB) (a answer, ended bool) {
	a.body = string(m.Payload)
	switch m.Type {
	case "next":
		if err := json.Unmarshal(m.Payload, &a); err != nil {
			t.Error(err)
		}
		return a, false
	case "error":
		if err := json.Unmarshal(m.Payload, &a.Errors); err != nil {
			t.Error(err)
		}
	case "complete":
	default:
		t.Errorf("an operation got %q", m.Type)
	}
	return a, true
}

// event waits for the next event and returns its field of the subscription.
func (s *subscription) event(t testing.TB, field string) any {
	t.Helper()
	a, ended := s.next(t)
	if ended || len(a.Errors) > 0 {
		t.Fatalf("instead of an event came %s (ended: %v)", a.body, ended)
	}
	return a.at(field)
}

// end waits for the operation's end, passing over what comes before it.
func (s *subscription) end(t testing.TB) answer {
	t.Helper()
	for {
		if a, ended := s.next(t); ended {
			return a
		}
	}
}
