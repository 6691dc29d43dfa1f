package realtime

import (
	"context"

	"keepsake/album"
)

// WithoutVerification switches off what finds entries whose messages were lost
// without a trace.
func (o HubOptions) WithoutVerification() *HubOptions {
	o.noVerify = true
	return &o
}

// Reader waits for what a stream gives.
type Reader struct {
	*Stream
	wake chan struct{}
}

// Read begins a stream as Hub.Watch does.
func (h *Hub) Read(ctx context.Context, id album.AlbumID, after int64) (*Reader, error) {
	r := &Reader{wake: make(chan struct{}, 1)}
	var err error
	r.Stream, err = h.Watch(ctx, id, after, func() {
		select {
		case r.wake <- struct{}{}:
		default: // it has been woken already
		}
	})
	return r, err
}

// Next waits for the next item, until ctx ends.
func (r *Reader) Next(ctx context.Context) (Item, error) {
	for {
		if item, ok, err := r.Poll(ctx); ok || err != nil {
			return item, err
		}
		select {
		case <-r.wake:
		case <-r.done:
		case <-ctx.Done():
		}
	}
}

// Alarm is a signal that is waited for.
type Alarm struct {
	*Signal
	c chan struct{}
}

// C fires once for any number of calls.
func (a *Alarm) C() <-chan struct{} { return a.c }

// AlarmFor watches a user as Hub.WatchUser does.
func (h *Hub) AlarmFor(id album.UserID) *Alarm {
	a := &Alarm{c: make(chan struct{}, 1)}
	a.Signal = h.WatchUser(id, func() {
		select {
		case a.c <- struct{}{}:
		default: // it has fired already
		}
	})
	return a
}
