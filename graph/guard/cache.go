package guard

import (
	"container/list"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/plan"
)

// Cache keeps validated documents and their plans by their text, within a number of
// bytes: the one that was not asked for for the longest time goes first. It is for
// use by many at once.
type Cache struct {
	largest, most int

	mu     sync.Mutex
	bytes  int        // taken, by estimate
	recent *list.List // of *cached, the latest asked for first
	byText map[string]*list.Element
	byDoc  map[*ast.QueryDocument]*list.Element
}

type cached struct {
	text  string
	doc   *ast.QueryDocument
	plan  *plan.Plan
	bytes int
}

// What a parsed document takes, by estimate: a selection, an argument or a value
// some 250 bytes, a field of its plan some 170.
const bytesPerNode, bytesPerDocument = 650, 12 << 10

// plannedFields is how many fields a plan keeps, of a document of so many
// selections, arguments and values: one each, and some that are met on several types.
func plannedFields(nodes int) int { return 2*nodes + 50 }

// NewCache returns a cache of documents of up to largest bytes of text, which
// takes at most most bytes of memory, by estimate.
func NewCache(largest, most int) *Cache {
	return &Cache{largest: largest, most: most, recent: list.New(), byText: map[string]*list.Element{}, byDoc: map[*ast.QueryDocument]*list.Element{}}
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
	if e := c.byText[text]; e != nil { // somebody was faster
		c.recent.MoveToFront(e)
		return
	}
	e := c.recent.PushFront(&cached{text, doc, plan.New(doc, plannedFields(nodes)), takes})
	c.byText[text], c.byDoc[doc] = e, e
	c.bytes += takes
	for c.bytes > c.most {
		last := c.recent.Back()
		c.recent.Remove(last)
		delete(c.byText, entry(last).text)
		delete(c.byDoc, entry(last).doc)
		c.bytes -= entry(last).bytes
	}
}

// Plan returns the plan of a document: the one that is kept, or a new one for this
// request alone.
func (c *Cache) Plan(doc *ast.QueryDocument) *plan.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byDoc[doc]; e != nil {
		return entry(e).plan
	}
	return plan.New(doc, 0)
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
