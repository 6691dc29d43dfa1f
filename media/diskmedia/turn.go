package diskmedia

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/album"
)

const (
	// silence is after which time without a byte a request counts as given up,
	// if another one wants to go on.
	silence = 500 * time.Millisecond
	// patience is how long a request waits for another one in all.
	patience = 5 * time.Second
)

var (
	// errBusy is for who waited in vain; a Retry-After goes with it.
	errBusy = album.Errorf(album.CodeUnavailable, "another request of this upload is under way, try again")
	// errGaveWay ends the request that another one took over from.
	errGaveWay = &refusal{http.StatusConflict, album.Errorf(album.CodeUploadIncomplete, "another request of this upload took over")}
)

// turns lets one request at a time work on the upload of a key. A phone whose
// connection broke sends a new request while the old one still waits for bytes
// that never come: the new one takes over. It does not from one whose bytes do
// come, or two clients of one upload would stop each other for ever.
type turns struct {
	silence, patience time.Duration

	mu      sync.Mutex
	running map[string]*turn
}

// turn is one request's work on the upload of a key.
type turn struct {
	have  atomic.Int64 // bytes that have arrived; -1 while that is not known
	body  *pacedBody   // nil if the work is short
	ended chan struct{}
}

func newTurns() *turns {
	return &turns{silence: silence, patience: patience, running: map[string]*turn{}}
}

// take waits for the turn of a key, which ends with give. Who has it is stopped
// when nothing came for a while, or at once if that is asked for.
func (ts *turns) take(ctx context.Context, key string, body *pacedBody, atOnce bool) (*turn, error) {
	over := time.NewTimer(ts.patience)
	defer over.Stop()
	for {
		t, old := ts.try(key, body)
		if old == nil {
			return t, nil
		}
		look := time.NewTimer(max(ts.stop(key, old, atOnce), time.Millisecond))
		select {
		case <-old.ended:
		case <-look.C:
		case <-over.C:
			return nil, errBusy
		case <-ctx.Done():
			return nil, album.ErrUnavailable.Wrap(ctx.Err())
		}
		look.Stop()
	}
}

// look takes the turn of a key, or says how much has arrived in somebody's. It
// stops nobody.
func (ts *turns) look(ctx context.Context, key string) (t *turn, have int64, err error) {
	over := time.NewTimer(ts.patience)
	defer over.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		t, old := ts.try(key, nil)
		if old == nil {
			return t, 0, nil
		}
		if have := old.have.Load(); have >= 0 {
			return nil, have, nil
		}
		select {
		case <-old.ended:
		case <-tick.C:
		case <-over.C:
			return nil, 0, errBusy
		case <-ctx.Done():
			return nil, 0, album.ErrUnavailable.Wrap(ctx.Err())
		}
	}
}

// try takes the turn of a key, or returns who has it.
func (ts *turns) try(key string, body *pacedBody) (t, old *turn) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if old = ts.running[key]; old != nil {
		return nil, old
	}
	t = &turn{body: body, ended: make(chan struct{})}
	t.have.Store(-1)
	if body != nil {
		body.touch() // it could not be read while it waited
	}
	ts.running[key] = t
	return t, nil
}

// stop stops a turn that has been silent, or any, if it still runs. It returns
// when to look at it again.
func (ts *turns) stop(key string, t *turn, atOnce bool) time.Duration {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.running[key] != t || t.body == nil {
		return ts.silence
	}
	if left := ts.silence - t.body.silent(); left > 0 && !atOnce {
		return left
	}
	t.body.giveWay() // it is among the running, so its request has not ended
	return ts.silence
}

// give ends a turn.
func (ts *turns) give(key string, t *turn) {
	ts.mu.Lock()
	delete(ts.running, key)
	ts.mu.Unlock()
	close(t.ended)
}
