package transport

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"

	"keepsake/album"
)

// Operation is one query, mutation or subscription of a client: where what it
// gives goes to. Its methods may be called concurrently, and do nothing once it
// has ended.
type Operation struct {
	client *Client
	id     string
	idJSON []byte
	over   atomic.Bool

	mu     sync.Mutex
	onStop func()
}

func newOperation(c *Client, id string) *Operation {
	quoted, err := json.Marshal(id)
	if err != nil { // a string: it cannot fail
		panic(err)
	}
	return &Operation{client: c, id: id, idJSON: quoted}
}

// Over reports whether nothing more is wanted.
func (o *Operation) Over() bool { return o.over.Load() }

// Send queues results, in JSON, as many as there is room for from the first on,
// and returns how many those are. It does not wait. The results may be shared
// with other operations, and are not changed by anyone.
func (o *Operation) Send(results ...[]byte) int {
	if o.Over() {
		return len(results)
	}
	if len(results) == 1 {
		return o.client.out.push(frame{kindNext, o, results[0]})
	}
	var space [16]frame
	frames := space[:0]
	for _, r := range results {
		frames = append(frames, frame{kindNext, o, r})
	}
	return o.client.out.push(frames...)
}

// WhenRoom calls f once there is room again after Send has found none, or once
// nothing more can be sent; perhaps at once. f must not wait.
func (o *Operation) WhenRoom(f func()) { o.client.out.whenRoom(f) }

// Answer sends the one result of a query or mutation and ends it. It waits for
// room; where there is none until ctx ends the operation fails with UNAVAILABLE.
func (o *Operation) Answer(ctx context.Context, result []byte) {
	for o.Send(result) == 0 {
		room := make(chan struct{})
		o.WhenRoom(func() { close(room) })
		select {
		case <-room:
		case <-ctx.Done():
			o.Fail(album.ErrUnavailable.Wrap(ctx.Err()))
			return
		}
		if o.client.out.isOver() {
			return
		}
	}
	o.Complete()
}

// Complete ends the operation.
func (o *Operation) Complete() {
	if o.end() {
		o.client.out.force(frame{kindComplete, o, nil})
		o.client.ended()
	}
}

// Fail ends the operation with an error.
func (o *Operation) Fail(err error) {
	if !o.Over() { // what is refused is presented, and perhaps logged, for somebody alone
		o.FailWith(o.client.server.backend.Errors(o.client.ctx, err))
	}
}

// FailWith is Fail with a list of errors, in JSON.
func (o *Operation) FailWith(errors []byte) {
	if o.end() {
		o.client.out.force(frame{kindError, o, errors})
		o.client.ended()
	}
}

func (o *Operation) end() bool { return !o.over.Swap(true) && o.client.drop(o) }

// OnStop has f called when the client wants no more, or is gone; at once where
// that is so already. f must not wait.
func (o *Operation) OnStop(f func()) {
	o.mu.Lock()
	o.onStop = f
	over := o.Over()
	o.mu.Unlock()
	if over {
		o.runStop()
	}
}

// stop ends the operation for the client.
func (o *Operation) stop() {
	o.over.Store(true)
	o.runStop()
}

func (o *Operation) runStop() {
	o.mu.Lock()
	f := o.onStop
	o.onStop = nil
	o.mu.Unlock()
	if f != nil {
		f()
	}
}
