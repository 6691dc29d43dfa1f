package plan_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"keepsake/graph/plan/plantest"
)

// TestMemoryOfPlans: as many different documents as anyone can send, each executed,
// take no more than what the cache of documents may, plans included.
func TestMemoryOfPlans(t *testing.T) {
	many := make([]string, 90)
	for i := range many {
		many[i] = fmt.Sprintf("a%d: title", i)
	}
	for name, text := range map[string]string{
		"fields":     "query($id: ID!) { album(id: $id) { " + strings.Join(many, " ") + " } }",
		"types":      `query($id: ID!) { nodes(ids: [$id, "usr_1", "usr_2"]) { ` + strings.Repeat("__typename id ", 5) + "} }",
		"conditions": "query($id: ID!, $a: Boolean!, $b: Boolean!, $c: Boolean!) { album(id: $id) { id @skip(if: $a) title @skip(if: $b) createdAt @skip(if: $c) } }",
		"a page":     plantest.Document,
	} {
		e := planned(plantest.NewPage(3))
		before := heap()
		for i := range 1500 {
			vars := map[string]any{"id": "alb_1", "a": i%2 == 0, "b": i%4 < 2, "c": i%8 < 4}
			if r := respond(t, e, text+fmt.Sprintf(" # %d", i/8), vars); len(r.Errors) > 0 {
				t.Fatalf("%s: %v", name, r.Errors)
			}
			respond(t, e, text+fmt.Sprintf(" #%d", i), vars)
		}
		if after := heap(); after > before+64<<20 {
			t.Errorf("%s: %d MiB", name, (after-before)>>20)
		} else {
			t.Logf("%s: %d KiB", name, (int64(after)-int64(before))>>10)
		}
		runtime.KeepAlive(e)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
