package main

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/ratelimit"
)

const (
	// atOnce is how many requests of an address begin as they come: more than opening
	// a page sends. What a burst has beyond them begins spreading times as fast as the
	// address may send in the long run.
	atOnce, spreading = 32, 5
	// hold is how long a request that is too much waits to be refused.
	hold = 20 * time.Millisecond
)

// spread has the requests of a burst begin one after the other, so that who sends it
// waits for it and not who comes beside: requests that follow one another on a
// connection give way to others every 10 ms alone, when Go's scheduler makes them.
// Each node spreads what comes to it.
func (l *limits) spread(ctx context.Context, name string) error {
	rate := l.cfg.RateAddress
	r := ratelimit.Rate{Count: spreading * rate, Per: time.Second, Burst: burst * rate}
	if rate == 0 || name == "" || r.Check(1) != nil { // faster than the clock tells apart
		return nil
	}
	d, err := l.memory.Allow(ctx, "spread/"+name, r, 1)
	if err != nil {
		return err
	}
	if before := r.Burst - d.Remaining - atOnce; before > 0 {
		pause(ctx, time.Duration(before)*r.Interval())
	}
	return nil
}

// held returns err, after a while if it is that there were too many requests: who
// takes no notice would have tens of thousands refused in a second.
func held(ctx context.Context, err error) error {
	if album.CodeOf(err) == album.CodeRateLimited {
		pause(ctx, hold)
	}
	return err
}

// pause waits so long, or until ctx ends: what comes next sees that by itself.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
