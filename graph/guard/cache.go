package guard

import (
	"container/list"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cache keeps validated documents by their text, within a number of bytes: the
// one that was not asked for for the longest time goes first. It is for use by
// many at once.
type Cache struct {
	largest, most int

	mu     sync.Mutex
	bytes  int        // taken, by estimate
	recent *list.List // of *cached, the latest asked for first
	byText map[string]*list.Element
}

type cached struct {
	text  string
	doc   *ast.QueryDocument
	bytes int
}

// What a parsed document takes, by estimate: a selection, an argument or a value
// some 250 bytes.
const bytesPerNode, bytesPerDocument = 300, 2 << 10

// NewCache returns a cache of documents of up to largest bytes of text, which
// takes at most most bytes of memory, by estimate.
func NewCache(largest, most int) *Cache {
	return &Cache{largest: largest, most: most, recent: list.New(), byText: map[string]*list.Element{}}
}

// Get returns the document of that text, if it is kept.
func (c *Cache) Get(text string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byText[text]
	if e == nil {
		return nil, false
	}
	c.recent.MoveToFront(e)
	return entry(e).doc, true
}

// Keep adds a document of so many selections, arguments and values, unless it is
// too large.
func (c *Cache) Keep(text string, doc *ast.QueryDocument, nodes int) {
	takes := len(text) + bytesPerNode*nodes + bytesPerDocument
	if len(text) > c.largest || takes > c.most {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byText[text]; e != nil {
		entry(e).doc = doc
		c.recent.MoveToFront(e)
		return
	}
	c.byText[text] = c.recent.PushFront(&cached{text, doc, takes})
	c.bytes += takes
	for c.bytes > c.most {
		last := c.recent.Back()
		c.recent.Remove(last)
		delete(c.byText, entry(last).text)
		c.bytes -= entry(last).bytes
	}
}

// Size returns how many documents are kept, and what they take, by estimate.
func (c *Cache) Size() (documents, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len(), c.bytes
}

func entry(e *list.Element) *cached {
	return e.Value.(*cached) //nolint:errcheck,forcetypeassert // nothing else is put in
}
