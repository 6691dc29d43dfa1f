package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// mostEvents is how many events one crowd can get; a tally has a counter for each.
const mostEvents = 1 << 16

// arrival is an event that every subscriber has.
type arrival struct {
	number int
	took   time.Duration // since it was sent, until the last had it
}

// tally counts what the subscribers of one crowd get.
type tally struct {
	subscribers int
	epoch       time.Time                 // from which all times are counted
	got         []atomic.Int32            // how many have each event, by its number
	arrived     chan arrival              // takes all events there can be: nobody waits to send
	times       atomic.Pointer[histogram] // of each delivery, since its event was sent

	started  atomic.Int32
	everyone chan struct{} // closed when each has got some event

	duplicated, disordered atomic.Int64

	once   sync.Once
	err    error         // set before failed is closed
	failed chan struct{} // closed when a subscriber ends before it should
	over   atomic.Bool   // it should
}

func newTally(subscribers int, epoch time.Time) *tally {
	t := &tally{
		subscribers: subscribers, epoch: epoch, got: make([]atomic.Int32, mostEvents),
		arrived: make(chan arrival, mostEvents), everyone: make(chan struct{}), failed: make(chan struct{}),
	}
	t.times.Store(&histogram{})
	return t
}

// now is the time as marks have it.
func (t *tally) now() time.Duration { return time.Since(t.epoch) }

// restart begins a new histogram.
func (t *tally) restart() { t.times.Store(&histogram{}) }

// fail notes why a subscriber ended, unless all are to end.
func (t *tally) fail(err error) {
	if !t.over.Load() {
		t.once.Do(func() {
			t.err = err
			close(t.failed)
		})
	}
}

// record is what one subscriber got, by which what is lost, comes twice or comes
// late is told apart. Events are numbered without a hole; those before its first
// were sent before it was there.
type record struct {
	next    int   // the number that should come, 0 before the first
	missing []int // those below that have not come
}

// take counts an event that came to the subscriber with this record.
func (t *tally) take(r *record, number int, sent time.Duration) error {
	now := t.now()
	switch {
	case number < 1 || number >= len(t.got):
		return fmt.Errorf("an event numbered %d", number)
	case r.next == 0:
		r.next = number + 1
		if int(t.started.Add(1)) == t.subscribers {
			close(t.everyone)
		}
	case number >= r.next:
		for ; r.next < number; r.next++ {
			r.missing = append(r.missing, r.next)
		}
		r.next++
	default:
		i := slices.Index(r.missing, number)
		if i < 0 {
			t.duplicated.Add(1)
			return nil
		}
		r.missing = slices.Delete(r.missing, i, i+1)
		t.disordered.Add(1)
	}
	t.times.Load().add(now - sent)
	if int(t.got[number].Add(1)) == t.subscribers {
		t.arrived <- arrival{number, now - sent}
	}
	return nil
}

// lost is how many of the events up to the last one this subscriber misses.
func (r *record) lost(last int) int {
	if r.next == 0 {
		return last
	}
	return len(r.missing) + last + 1 - r.next
}

// losses are what must not be.
type losses struct{ lost, duplicated, disordered int64 }

func (l losses) add(m losses) losses {
	return losses{l.lost + m.lost, l.duplicated + m.duplicated, l.disordered + m.disordered}
}

// String is the three numbers.
func (l losses) String() string {
	return fmt.Sprintf("%d / %d / %d", l.lost, l.duplicated, l.disordered)
}
