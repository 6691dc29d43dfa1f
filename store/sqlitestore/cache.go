package sqlitestore

import (
	lru "container/list"
	"hash/maphash"
	"sync"
	"sync/atomic"
)

const (
	// slots is how many counters of changes there are; identifiers that share one
	// make each other's rows be read again, which does no harm.
	slots = 1 << 16
	// entryCost is what an entry takes beside its arguments and rows, in bytes.
	entryCost = 300
	// entryShare is which part of the cache one entry may take.
	entryShare = 8
)

// cache keeps the rows of statements that are asked again and again, encoded,
// for as long as nothing that they were made of has changed. What a result was
// made of is told by identifiers, each of which has a counter: even while
// nothing is going on, odd from just before a commit that changes it to just
// after. A result is stamped with the sum of its counters from before it was
// read, and is good while the sum is the same and none of them odd. So a read
// that begins after a write was acknowledged finds what that wrote, and of two
// reads one after the other the second never finds an older state.
//
// A nil cache keeps nothing.
type cache struct {
	most     int64 // bytes
	seed     maphash.Seed
	counters [slots]atomic.Uint64
	// everything is the counter of what changes all results at once.
	everything atomic.Uint64

	hits, misses atomic.Int64

	mu      sync.Mutex
	entries map[question]*lru.Element // of *entry
	recent  lru.List                  // the front was used last
	bytes   int64
}

// question is a statement with its arguments.
type question struct{ query, args string }

type entry struct {
	question
	stamp uint64
	rows  string // as appendRow writes them
}

func (e *entry) cost() int64 { return int64(len(e.args)+len(e.rows)) + entryCost }

// newCache makes a cache of at most so many bytes, nil for none.
func newCache(most int64) *cache {
	if most <= 0 {
		return nil
	}
	return &cache{most: most, seed: maphash.MakeSeed(), entries: map[question]*lru.Element{}}
}

func slotOf[K ~string](c *cache, id K) uint32 {
	return uint32(maphash.String(c.seed, string(id)) % slots)
}

// stampOf is the sum of the counters of ids, in which each stands once: of one
// question always the same counters. It is not ok while one of them is being
// changed.
func stampOf[K ~string](c *cache, ids []K) (sum uint64, ok bool) {
	if c == nil {
		return 0, false
	}
	odd := uint64(0)
	add := func(n uint64) { sum, odd = sum+n, odd|n&1 }
	add(c.everything.Load())
	for _, id := range ids {
		add(c.counters[slotOf(c, id)].Load())
	}
	return sum, odd == 0
}

// get returns the rows of a result that has that stamp.
func (c *cache) get(q question, stamp uint64) (rows string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.entries[q]
	if ok {
		if e := at.Value.(*entry); e.stamp == stamp { //nolint:errcheck,forcetypeassert // nothing else is in it
			c.recent.MoveToFront(at)
			c.hits.Add(1)
			return e.rows, true
		}
	}
	c.misses.Add(1)
	return "", false
}

// put keeps the rows of a result in place of those that it had, and forgets what
// was not used for longest where there is no room.
func (c *cache) put(q question, stamp uint64, rows string) {
	e := &entry{question: q, stamp: stamp, rows: rows}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.entries[q]; at != nil {
		c.remove(at)
	}
	if e.cost() > c.most/entryShare {
		return
	}
	c.entries[q] = c.recent.PushFront(e)
	c.bytes += e.cost()
	for c.bytes > c.most {
		c.remove(c.recent.Back())
	}
}

func (c *cache) remove(at *lru.Element) {
	e := c.recent.Remove(at).(*entry) //nolint:errcheck,forcetypeassert // nothing else is in it
	delete(c.entries, e.question)
	c.bytes -= e.cost()
}

// CacheStats is what the cache of a store has done so far, and what it holds.
type CacheStats struct {
	Hits, Misses int64
	Bytes        int64
}

// CacheStats returns the figures of the store's cache.
func (s *Store) CacheStats() CacheStats {
	c := s.cache
	if c == nil {
		return CacheStats{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return CacheStats{Hits: c.hits.Load(), Misses: c.misses.Load(), Bytes: c.bytes}
}
