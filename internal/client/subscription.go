package client

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Subscription is one subscription on a socket. Next must not be called
// concurrently.
type Subscription struct {
	socket *Socket
	id     string
	queue  chan json.RawMessage // written and closed by the socket's reader
	err    error                // why it ended; set before queue is closed
	gone   chan struct{}        // closed when nobody takes from queue any more
	once   sync.Once
}

// put adds a result, and waits for room; see queueLength.
func (s *Subscription) put(payload json.RawMessage) {
	select {
	case s.queue <- payload:
	case <-s.gone:
	}
}

// end is called once, by the socket's reader.
func (s *Subscription) end(err error) {
	s.err = err
	close(s.queue)
}

func (s *Subscription) leave() { s.once.Do(func() { close(s.gone) }) }

// Next waits for the next result and decodes its data into the value that into
// points to. After the last one it gives io.EOF, the Errors that the server
// ended the subscription with, or what ended the socket.
func (s *Subscription) Next(ctx context.Context, into any) error {
	select {
	case payload, ok := <-s.queue:
		if !ok {
			return s.err
		}
		var a answer
		if err := json.Unmarshal(payload, &a); err != nil {
			return fmt.Errorf("subscription: %w", err)
		}
		return a.decode(into)
	case <-s.gone:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the subscription; the socket stays. It may be called twice.
func (s *Subscription) Close() error {
	s.leave()
	if s.socket.take(s.id) == nil {
		return nil
	}
	return s.socket.send(s.id, "complete", nil)
}
