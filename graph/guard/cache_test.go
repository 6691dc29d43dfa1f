package guard_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/guard"
)

func TestCacheForgetsWhatIsNotAskedFor(t *testing.T) {
	one := 12<<10 + 652 // what a document of two bytes takes
	c := guard.NewCache(10, 3*one)
	has := func(text string) bool {
		doc, ok := c.Get(text)
		return ok && doc != nil
	}
	for _, text := range []string{"{1", "{2", "{3"} {
		c.Keep(text, &ast.QueryDocument{}, 1)
	}
	if n, bytes := c.Size(); n != 3 || bytes != 3*one {
		t.Errorf("%d documents of %d bytes", n, bytes)
	}
	has("{1")
	c.Keep("{4", &ast.QueryDocument{}, 1)
	if has("{2") || !has("{1") || !has("{3") || !has("{4") {
		t.Error("it was not the one that was not asked for for the longest time")
	}
	c.Keep("{3", &ast.QueryDocument{}, 1) // again
	c.Keep(strings.Repeat("x", 11), &ast.QueryDocument{}, 1)
	if n, bytes := c.Size(); n != 3 || bytes != 3*one || has(strings.Repeat("x", 11)) {
		t.Errorf("%d documents of %d bytes", n, bytes)
	}
	c.Keep("{12345678", &ast.QueryDocument{}, 1) // takes more than one of two bytes
	if n, bytes := c.Size(); n != 2 || bytes > 3*one || !has("{12345678") || !has("{3") {
		t.Errorf("%d documents of %d bytes", n, bytes)
	}
	tiny := guard.NewCache(10, one-1)
	tiny.Keep("{1", &ast.QueryDocument{}, 1)
	if n, _ := tiny.Size(); n != 0 {
		t.Error("a document is kept that is larger than all")
	}
}

func TestCacheByMany(t *testing.T) {
	const most = 200 << 10
	c := guard.NewCache(100, most)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 1000 {
				text := fmt.Sprint((i*j)%50, j%3)
				c.Keep(text, &ast.QueryDocument{}, 1)
				c.Get(text)
				if _, bytes := c.Size(); bytes > most {
					t.Errorf("%d bytes", bytes)
				}
			}
		})
	}
	wg.Wait()
}

// TestMemoryOfTheCache: as many different documents as anyone can send take no
// more than what the cache may, whatever they are made of.
func TestMemoryOfTheCache(t *testing.T) {
	for name, text := range map[string]string{
		"fields":     "{me{" + numbered(90, "a%d:id ") + strings.Repeat("id ", 40) + "}}",
		"values":     "{nodes(ids:[" + strings.Repeat("1,", 990) + "]){id}}",
		"directives": "{me{" + strings.Repeat("id@skip(if:true)", 50) + "}}",
		"a page":     fixture(t, "page.graphql"),
	} {
		exec := guarded(guard.Default(), true)
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before := heap()
		for i := range 1500 {
			_, errs := try(exec, attack{document: text + fmt.Sprintf("#%d", i), variables: map[string]any{"album": "x"}})
			if len(errs) > 0 {
				t.Fatalf("%s: %v", name, errs)
			}
		}
		if after := heap(); after > before+64<<20 {
			t.Errorf("%s: %d MiB", name, (after-before)>>20)
		}
		runtime.KeepAlive(exec)
	}
}
