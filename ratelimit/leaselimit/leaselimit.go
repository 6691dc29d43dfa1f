// Package leaselimit takes from another limiter in batches, and hands out here
// what it took, one by one: so a node asks Redis for every eighth request and not
// for each.
//
// What it costs in exactness: a node holds at most Batch-1 of a key that nobody has
// used yet. In any time, n nodes together let through at most n*(Batch-1) more than
// the rate allows, and a node may refuse what the n-1 others hold, at most
// (n-1)*(Batch-1). Nothing else is lost but what is held of a key that is forgotten
// for want of room, and a batch whose answer got lost.
package leaselimit

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"keepsake/ratelimit"
)

const (
	// Batch is how many are taken at once, of rates whose burst is at least share
	// times as much; of smaller ones less, down to one by one.
	Batch = 8
	share = 16
	// defaultKeys is how many keys are remembered, of some 200 bytes each.
	defaultKeys = 1 << 16
)

// Limiter implements ratelimit.Limiter.
type Limiter struct {
	of ratelimit.Limiter

	mu   sync.Mutex
	keys *simplelru.LRU[string, *lease]
}

var _ ratelimit.Limiter = (*Limiter)(nil)

// lease is what is held of a key.
type lease struct {
	left, remaining int  // to be handed out here; elsewhere, when they were taken
	asking          bool // somebody takes a batch just now
}

// New returns a limiter that takes from another one and remembers so many keys; 0
// is 65,536.
func New(of ratelimit.Limiter, keys int) (*Limiter, error) {
	if keys == 0 {
		keys = defaultKeys
	}
	l := &Limiter{of: of}
	var err error
	l.keys, err = simplelru.NewLRU[string, *lease](keys, nil)
	return l, err
}

// Allow implements ratelimit.Limiter. What remains is what did when the batch was
// taken. A cost other than 1 is asked of the other limiter as it is, and so is what
// comes while a batch is being taken.
func (l *Limiter) Allow(ctx context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Decision, error) {
	if batch := min(Batch, r.Burst/share); cost == 1 && batch > 1 {
		switch held, d := l.take(key); {
		case d.Allowed:
			return d, nil
		case held != nil:
			return l.refill(ctx, held, key, r, batch)
		}
	}
	return l.of.Allow(ctx, key, r, cost)
}

// take hands out one of what is held. Otherwise it returns the lease to whoever is
// to refill it: nobody, while somebody does.
func (l *Limiter) take(key string) (*lease, ratelimit.Decision) {
	l.mu.Lock()
	defer l.mu.Unlock()
	held, ok := l.keys.Get(key)
	if !ok {
		held = &lease{}
		l.keys.Add(key, held)
	}
	switch {
	case held.left > 0:
		held.left--
		return nil, ratelimit.Decision{Allowed: true, Remaining: held.remaining + held.left}
	case held.asking:
		return nil, ratelimit.Decision{}
	}
	held.asking = true
	return held, ratelimit.Decision{}
}

// refill takes a batch, hands out one of it, and keeps the rest. Where there is no
// batch left there may be one.
func (l *Limiter) refill(ctx context.Context, held *lease, key string, r ratelimit.Rate, batch int) (ratelimit.Decision, error) {
	d, err := l.of.Allow(ctx, key, r, batch)
	rest := 0
	if err == nil && d.Allowed {
		rest = batch - 1
	}
	l.mu.Lock()
	held.left, held.remaining, held.asking = rest, d.Remaining, false
	l.mu.Unlock()
	if err != nil || d.Allowed {
		d.Remaining += rest
		return d, err
	}
	if d.RetryAfter -= time.Duration(batch-1) * r.Interval(); d.RetryAfter > 0 {
		return d, nil
	}
	return l.of.Allow(ctx, key, r, 1)
}
