// Package memlimit is the rate limiter of one process, in its memory.
//
// The number of keys is bounded. A key that is as if nothing had been taken is
// forgotten without loss. Where there is no room left the key is forgotten that
// would be full again first, so that who makes up new keys pushes out what matters
// least: their own, and not those that are nearly used up or slow to come back.
package memlimit

import (
	"container/heap"
	"context"
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/ratelimit"
)

// Options are the settings of a limiter; the zero value of each is its default.
type Options struct {
	// Keys is how many keys are remembered at most, of some 200 bytes each beside
	// the key itself. Default 65,536.
	Keys int
	// Now is the clock. Default: the time that has passed since the limiter was
	// made, which nobody can set.
	Now func() time.Time
}

// shards is how many parts the keys are divided into, each with a lock.
const shards = 64

// Limiter implements ratelimit.Limiter. Its errors are those of the rate alone.
type Limiter struct {
	now     func() time.Time
	most    int64
	seed    maphash.Seed
	size    atomic.Int64 // keys in all shards
	evicted atomic.Int64
	shards  [shards]shard
}

var _ ratelimit.Limiter = (*Limiter)(nil)

// shard is a part of the keys.
type shard struct {
	first atomic.Int64 // the least number in it, noNumber where it is empty
	mu    sync.Mutex
	keys  map[string]*entry
	order numbers
}

// noNumber is after all numbers.
const noNumber = math.MaxInt64

// entry is a key and its number, see ratelimit.Rate.Step.
type entry struct {
	key    string
	number int64
	at     int // in order
}

// New returns a limiter. It has no goroutine and nothing to close.
func New(o Options) *Limiter {
	if o.Keys <= 0 {
		o.Keys = 1 << 16
	}
	if o.Now == nil {
		begun := time.Now()
		o.Now = func() time.Time { return begun.Add(time.Since(begun)) }
	}
	l := &Limiter{now: o.Now, most: int64(o.Keys), seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].keys = map[string]*entry{}
		l.shards[i].first.Store(noNumber)
	}
	return l
}

// Allow implements ratelimit.Limiter.
func (l *Limiter) Allow(_ context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Decision, error) {
	if err := r.Check(cost); err != nil {
		return ratelimit.Decision{}, err
	}
	now := l.now().UnixMicro()
	s := &l.shards[maphash.String(l.seed, key)%shards]
	d, grown := s.allow(key, r, cost, now)
	if l.size.Add(grown) > l.most && grown > 0 {
		l.evict(now)
	}
	return d, nil
}

// Len is how many keys are remembered.
func (l *Limiter) Len() int { return int(l.size.Load()) }

// Evicted is how many keys were forgotten for want of room while something was
// taken from them.
func (l *Limiter) Evicted() int64 { return l.evicted.Load() }

// evict makes room again: the key that is full first goes, of all shards.
func (l *Limiter) evict(now int64) {
	for l.size.Load() > l.most {
		least := &l.shards[0]
		for i := range l.shards {
			if l.shards[i].first.Load() < least.first.Load() {
				least = &l.shards[i]
			}
		}
		number, ok := least.forget()
		if !ok { // somebody else was faster, and has made room
			continue
		}
		l.size.Add(-1)
		if number > now {
			l.evicted.Add(1)
		}
	}
}

// allow decides about a key, and returns by how many keys the shard has grown.
func (s *shard) allow(key string, r ratelimit.Rate, cost int, now int64) (d ratelimit.Decision, grown int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.keys[key]
	var number int64
	if e != nil {
		number = e.number
	}
	next, d := r.Step(number, now, cost)
	switch {
	case e != nil:
		e.number = next
		heap.Fix(&s.order, e.at)
	case next > now:
		s.keys[key] = &entry{key: key, number: next, at: len(s.order)}
		heap.Push(&s.order, s.keys[key])
		grown++
	}
	// Two at most, so that no call pays for many others.
	for range 2 {
		if len(s.order) > 0 && s.order[0].number <= now {
			s.pop()
			grown--
		}
	}
	s.look()
	return d, grown
}

// forget takes away the key that is full first, if there is one, and returns its
// number.
func (s *shard) forget() (number int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.order) == 0 {
		return 0, false
	}
	number = s.order[0].number
	s.pop()
	s.look()
	return number, true
}

// pop takes away the first key. The caller holds the lock.
func (s *shard) pop() {
	delete(s.keys, heap.Pop(&s.order).(*entry).key) //nolint:errcheck,forcetypeassert // it holds nothing else
}

// look writes down which number is the first. The caller holds the lock.
func (s *shard) look() {
	if len(s.order) == 0 {
		s.first.Store(noNumber)
		return
	}
	s.first.Store(s.order[0].number)
}

// numbers is a heap of entries by their numbers.
type numbers []*entry

// Len implements heap.Interface.
func (n numbers) Len() int { return len(n) }

// Less implements heap.Interface.
func (n numbers) Less(i, j int) bool { return n[i].number < n[j].number }

// Swap implements heap.Interface.
func (n numbers) Swap(i, j int) {
	n[i], n[j] = n[j], n[i]
	n[i].at, n[j].at = i, j
}

// Push implements heap.Interface.
func (n *numbers) Push(x any) { *n = append(*n, x.(*entry)) } //nolint:errcheck,forcetypeassert // see pop

// Pop implements heap.Interface.
func (n *numbers) Pop() any {
	last := len(*n) - 1
	e := (*n)[last]
	(*n)[last] = nil
	*n = (*n)[:last]
	return e
}
