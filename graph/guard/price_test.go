package guard_test

import (
	"testing"
	"time"

	"keepsake/graph/guard"
)

// mostPages is how many times as long an attack may take as a page of fifty media does
// that is let in for the first time: 5 ms where that takes a quarter of one, as it
// does on the machine of docs/PERFORMANCE.md.
const mostPages = 20

// No document of 64 KiB, whatever it is, takes much longer than an honest one until it
// is refused or runs. The shortest of several times counts, which nothing else on the
// machine made longer.
func TestAttacksCostLittle(t *testing.T) {
	exec := guarded(guard.Default(), true)
	once := func(a attack) time.Duration {
		if a.code == "" { // it would be kept from one time to the next
			exec = guarded(guard.Default(), true)
		}
		began := time.Now()
		_, _ = try(exec, a)
		return time.Since(began)
	}
	page := attack{document: fixture(t, "page.graphql"), variables: map[string]any{"album": "x"}}
	honest := once(page)
	for range 10 {
		honest = min(honest, once(page))
	}
	var dearest time.Duration
	var name string
	for _, a := range attacks() {
		took := once(a)
		for i := 0; i < 5 || i < 100 && took > mostPages*honest; i++ {
			took = min(took, once(a))
		}
		if took > dearest {
			dearest, name = took, a.name
		}
		if took > mostPages*honest {
			t.Errorf("%s takes %v, the page %v", a.name, took, honest)
		}
	}
	t.Logf("the dearest is %s with %v; the page takes %v", name, dearest, honest)
}
