package attack

import (
	"context"
	"testing"
	"time"
)

const (
	// mostSlower is how many times as long honest people may wait beside an attack.
	mostSlower = 2
	// mostGrown is how much more memory the server may take under one, in bytes.
	mostGrown = 128 << 20
	// In the tests of every day, with the race detector and other tests on the same
	// processors, much more than that is only a sign that something broke.
	mostSlowerTogether, mostGrownTogether = 40, 1 << 30
)

// eachBesideTheHonest makes each attack by itself, and prints what was seen.
func (a *arena) eachBesideTheHonest(t *testing.T) {
	t.Log("| attack | answers | quiet p99, ms | beside it | ratio | MiB more | open |")
	for _, of := range attacks() {
		t.Run(of.name, func(t *testing.T) {
			b := a.measure(t, of, 3, 25)
			if b.slower() > mostSlower { // once more, to tell it from the machine's own moods
				b = a.measure(t, of, 5, 50)
			}
			t.Logf("| %s | %s | %.1f | %.1f | %.2f | %d | %d |",
				b.name, b.seen(), ms(b.quiet.p99), ms(b.during.p99), b.slower(), b.grown>>20, b.open)
			if b.slower() > mostSlower {
				t.Errorf("honest people wait %.1f times as long", b.slower())
			}
			if b.open < of.held {
				t.Errorf("at most %d connections were open at a time, of %d", b.open, of.crowd)
			}
			if b.grown > mostGrown {
				t.Errorf("the server takes %d MiB more", b.grown>>20)
			}
		})
	}
}

// allBesideTheHonest makes all attacks at once.
func (a *arena) allBesideTheHonest(t *testing.T) {
	t.Helper()
	const n = 20
	b := a.compare(t, "all attacks together", 1, func(ctx context.Context) (times, error) { return a.pages(ctx, n, longPause) },
		func(ctx context.Context) *storm { return a.brewAll(ctx, attacks(), n*longPause) })
	t.Logf("%s: p50 %.1f ms, quiet %.1f; p99 %.1f, quiet %.1f; %d MiB; %s",
		b.name, ms(b.during.p50), ms(b.quiet.p50), ms(b.during.p99), ms(b.quiet.p99), b.grown>>20, b.seen())
	if slower := float64(b.during.p50) / float64(max(b.quiet.p50, floor)); slower > mostSlowerTogether {
		t.Errorf("beside %s honest people wait %.1f times as long", b.name, slower)
	}
	if b.grown > mostGrownTogether {
		t.Errorf("%s take %d MiB", b.name, b.grown>>20)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
