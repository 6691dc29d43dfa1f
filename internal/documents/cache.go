package documents

import (
	"container/list"
	"sync"
)

// perEntry is what an entry takes beside its document, in bytes, roughly.
const perEntry = 256

// cache holds documents by hash up to a number of bytes, and forgets the least
// recently used first. It is safe for concurrent use.
type cache struct {
	mu    sync.Mutex
	most  int
	bytes int
	byKey map[string]*list.Element
	order list.List // of *entry, the latest used first
}

type entry struct{ hash, document string }

func (e *entry) size() int { return len(e.document) + perEntry }

func newCache(most int) *cache { return &cache{most: most, byKey: map[string]*list.Element{}} }

func (c *cache) get(hash string) (document string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.byKey[hash]
	if !ok {
		return "", false
	}
	c.order.MoveToFront(at)
	return at.Value.(*entry).document, true
}

// add keeps a document, unless it alone is more than the cache holds.
func (c *cache) add(hash, document string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &entry{hash, document}
	if at, ok := c.byKey[hash]; ok {
		c.order.MoveToFront(at)
		return
	}
	if e.size() > c.most {
		return
	}
	c.byKey[hash] = c.order.PushFront(e)
	c.bytes += e.size()
	for c.bytes > c.most {
		oldest := c.order.Remove(c.order.Back()).(*entry)
		delete(c.byKey, oldest.hash)
		c.bytes -= oldest.size()
	}
}
