package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// queueLength is how many results a subscription holds that Next has not
	// taken. When it is full the socket is read no further until there is room,
	// which holds up its other subscriptions and, in the end, the server.
	queueLength = 256
	// writeTimeout is how long one message may take to be written.
	writeTimeout = 10 * time.Second
)

// ErrClosed is what a subscription or socket gives that this side closed.
var ErrClosed = errors.New("closed by us")

// Socket carries any number of subscriptions, as graphql-transport-ws has it.
type Socket struct {
	conn *websocket.Conn
	done chan struct{} // closed when the reader has ended

	write sync.Mutex // held while a message is written

	mu   sync.Mutex
	subs map[string]*Subscription
	last int
	err  error // why the socket ended; set before done is closed
}

// message is one of the protocol's, either way.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Dial opens a socket and says who the viewer is. ctx bounds the opening alone;
// Close ends the socket. A server that closes it says so by a
// *websocket.CloseError, here and from every subscription.
func (c *Client) Dial(ctx context.Context) (*Socket, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: writeTimeout}
	url := "ws" + strings.TrimPrefix(c.base, "http") + "/graphql"
	conn, resp, err := dialer.DialContext(ctx, url, nil)
	if resp != nil {
		defer func() { _ = resp.Body.Close() }() // the dialer has read what there is
	}
	if errors.Is(err, websocket.ErrBadHandshake) && resp != nil {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, maxShown)) // for people alone
		return nil, fmt.Errorf("dial: %w: %w", err, newStatusError(resp, text))
	}
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	conn.SetReadLimit(maxAnswer)
	s := &Socket{conn: conn, done: make(chan struct{}), subs: map[string]*Subscription{}}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err = s.greet(c.token)
	if !stop() {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("dial: %w", err), conn.Close())
	}
	go s.read()
	return s, nil
}

func (s *Socket) greet(token string) error {
	init := map[string]string{}
	if token != "" {
		init["authorization"] = "Bearer " + token
	}
	if err := s.send("", "connection_init", init); err != nil {
		return err
	}
	for {
		var m message
		if err := s.conn.ReadJSON(&m); err != nil {
			return err
		}
		switch m.Type {
		case "connection_ack":
			return nil
		case "ping":
			if err := s.send("", "pong", nil); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%q before connection_ack", m.Type)
		}
	}
}

func (s *Socket) send(id, kind string, payload any) error {
	m := message{ID: id, Type: kind}
	if payload != nil {
		var err error
		if m.Payload, err = json.Marshal(payload); err != nil {
			return err
		}
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return s.conn.WriteJSON(m)
}

// Subscribe begins a subscription. The protocol has no answer to that: a refusal
// comes from the first Next, and without an after: cursor there is no telling
// what the first event will be.
func (s *Socket) Subscribe(query string, vars Vars) (*Subscription, error) {
	s.mu.Lock()
	if s.err != nil {
		defer s.mu.Unlock()
		return nil, fmt.Errorf("subscribe: %w", s.err)
	}
	s.last++
	sub := &Subscription{
		socket: s, id: strconv.Itoa(s.last),
		queue: make(chan json.RawMessage, queueLength), gone: make(chan struct{}),
	}
	s.subs[sub.id] = sub
	s.mu.Unlock()
	if err := s.send(sub.id, "subscribe", operation{Query: query, Variables: vars}); err != nil {
		s.take(sub.id)
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return sub, nil
}

// take removes a subscription and returns it, or nil.
func (s *Socket) take(id string) *Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subs[id]
	delete(s.subs, id)
	return sub
}

func (s *Socket) find(id string) *Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subs[id]
}

// read is the socket's one reader, until it ends.
func (s *Socket) read() {
	defer close(s.done)
	var err error
	for err == nil {
		var m message
		if err = s.conn.ReadJSON(&m); err == nil {
			err = s.handle(m)
		}
	}
	s.mu.Lock()
	if s.err == nil {
		s.err = fmt.Errorf("socket: %w", err)
	}
	ended := s.subs
	s.subs = nil
	s.mu.Unlock()
	for _, sub := range ended {
		sub.end(s.err)
	}
}

func (s *Socket) handle(m message) error {
	switch m.Type {
	case "ping":
		return s.send("", "pong", nil)
	case "next":
		if sub := s.find(m.ID); sub != nil {
			sub.put(m.Payload)
		}
	case "error":
		var list []*Error
		if err := json.Unmarshal(m.Payload, &list); err != nil {
			return fmt.Errorf("error message: %w", err)
		}
		if sub := s.take(m.ID); sub != nil {
			sub.end(join(list))
		}
	case "complete":
		if sub := s.take(m.ID); sub != nil {
			sub.end(io.EOF)
		}
	}
	return nil
}

// Done is closed when the socket has ended.
func (s *Socket) Done() <-chan struct{} { return s.done }

// Close ends the socket and its subscriptions, and waits for its goroutine. It
// may be called twice.
func (s *Socket) Close() error {
	s.mu.Lock()
	ours := s.err == nil
	if ours {
		s.err = ErrClosed
	}
	var open []*Subscription
	for _, sub := range s.subs {
		open = append(open, sub)
	}
	s.mu.Unlock()
	for _, sub := range open {
		sub.leave() // so that the reader does not wait for room
	}
	var err error
	if ours {
		goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		// It may be gone already, which is as good.
		_ = s.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
		err = s.conn.Close()
	}
	<-s.done
	return err
}
