// Package ratelimit is the contract of what slows clients down: so many of
// something in a time, told apart by a key. memlimit keeps the counts in this
// process, redislimit in Redis for all nodes; limittest is their suite.
//
// All count by GCRA, the generic cell rate algorithm: a key has one number, the
// time at which it will be as if nothing had been taken. What is taken moves it
// on; it may be ahead of now by what a burst takes and no more.
package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// Limiter counts what is taken. Its methods may be called concurrently.
type Limiter interface {
	// Allow takes cost from what a key has at a rate, if all of it is there, and
	// says how it went; nothing is taken of what is not allowed. A cost below 0
	// gives back, to a full burst at most, and is always allowed; a cost of 0 only
	// looks. One key is to be asked for by one rate. An error is a rate or a cost
	// that is none (see Check), or that of ctx.
	Allow(ctx context.Context, key string, r Rate, cost int) (Decision, error)
}

// Decision is what a limiter says.
type Decision struct {
	Allowed bool
	// RetryAfter is how long it takes until the same would be allowed, if nobody
	// takes anything meanwhile; 0 for what was allowed.
	RetryAfter time.Duration
	// Remaining is how much could be taken now.
	Remaining int
}

// Rate is how much may be taken.
type Rate struct {
	Count int           // in the long run,
	Per   time.Duration // in this time
	Burst int           // at once, after a rest
}

// maxFull bounds how long it takes to have a whole burst again.
const maxFull = 366 * 24 * time.Hour

// Check returns what is wrong with a rate, or with a cost at it: Count and Burst
// have to be at least 1, Per at least a microsecond for each of Count, a burst has
// to be there again within a year, and a cost is a burst at most.
func (r Rate) Check(cost int) error {
	switch {
	case r.Count < 1 || r.Burst < 1 || r.Per < time.Duration(r.Count)*time.Microsecond:
		return fmt.Errorf("a rate of %d in %v with a burst of %d is none", r.Count, r.Per, r.Burst)
	case r.Interval() > maxFull/time.Duration(r.Burst):
		return fmt.Errorf("at %d in %v it takes too long to have a burst of %d again", r.Count, r.Per, r.Burst)
	case cost > r.Burst || cost < -r.Burst:
		return fmt.Errorf("a cost of %d is more than a burst of %d", cost, r.Burst)
	}
	return nil
}

// Interval is the time that one takes to be there again, in whole microseconds.
func (r Rate) Interval() time.Duration {
	return (r.Per / time.Duration(r.Count)).Truncate(time.Microsecond)
}

// Full is the time that a whole burst takes to be there again.
func (r Rate) Full() time.Duration { return r.Interval() * time.Duration(r.Burst) }

// Step is the algorithm. It takes a key's number, 0 for a key that has none, and
// the time now, both in microseconds since some moment long ago, and gives the
// number that the key has then; one that is not after now need not be kept. The
// rate and the cost have passed Check. A number further ahead than a burst, as
// after a clock was set back, counts as a burst.
func (r Rate) Step(number, now int64, cost int) (next int64, d Decision) {
	interval, full := r.Interval().Microseconds(), r.Full().Microseconds()
	from := min(max(number, now), now+full)
	next = max(from+int64(cost)*interval, now)
	if over := next - now - full; cost > 0 && over > 0 {
		next, d.RetryAfter = from, time.Duration(over)*time.Microsecond
	} else {
		d.Allowed = true
	}
	d.Remaining = int((full - (next - now)) / interval)
	return next, d
}
