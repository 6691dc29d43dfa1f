package leaselimit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"keepsake/ratelimit"
	"keepsake/ratelimit/leaselimit"
	"keepsake/ratelimit/limittest"
	"keepsake/ratelimit/memlimit"
)

// world is a limiter that counts what it is asked, on a clock of its own.
type world struct {
	ratelimit.Limiter
	now   time.Time
	calls int
	err   error
}

func newWorld() *world {
	w := &world{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	w.Limiter = memlimit.New(memlimit.Options{Now: func() time.Time { return w.now }})
	return w
}

func (w *world) Allow(ctx context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Decision, error) {
	w.calls++
	if w.err != nil {
		return ratelimit.Decision{}, w.err
	}
	return w.Limiter.Allow(ctx, key, r, cost)
}

func node(t *testing.T, of ratelimit.Limiter, keys int) *leaselimit.Limiter {
	t.Helper()
	l, err := leaselimit.New(of, keys)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func allow(t *testing.T, l ratelimit.Limiter, key string, r ratelimit.Rate) ratelimit.Decision {
	t.Helper()
	d, err := l.Allow(t.Context(), key, r, 1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestContract(t *testing.T) {
	limittest.Run(t, func(t *testing.T) limittest.World {
		of := newWorld()
		return limittest.World{Limiter: node(t, of.Limiter, 0), Pass: func(d time.Duration) { of.now = of.now.Add(d) }}
	})
}

// slow comes back too slowly to matter.
var slow = ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 200}

// A burst is let through by one node, all of it, and asked for in batches; what is
// refused is asked once.
func TestBatches(t *testing.T) {
	of := newWorld()
	l := node(t, of, 0)
	for n := range slow.Burst {
		if d := allow(t, l, "a", slow); !d.Allowed || d.Remaining != slow.Burst-1-n {
			t.Fatalf("%d: %+v", n, d)
		}
	}
	if want := slow.Burst / leaselimit.Batch; of.calls != want {
		t.Errorf("%d calls for %d, want %d", of.calls, slow.Burst, want)
	}
	of.calls = 0
	if d := allow(t, l, "a", slow); d.Allowed || d.RetryAfter != slow.Interval() || of.calls != 1 {
		t.Errorf("%+v, by %d calls", d, of.calls)
	}
	of.now = of.now.Add(slow.Interval()) // one comes back, which is no batch
	if d := allow(t, l, "a", slow); !d.Allowed {
		t.Errorf("%+v", d)
	}
}

// TestBound: whatever n nodes are asked, and when, in no stretch of time do they let
// through more than the rate allows and n*(Batch-1); and while a burst is there they
// refuse none but what the others hold.
func TestBound(t *testing.T) {
	const nodes, asked = 3, 1500
	rate := ratelimit.Rate{Count: 50, Per: time.Second, Burst: 200}
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // no secret
		of := newWorld()
		all := make([]ratelimit.Limiter, nodes)
		for i := range all {
			all[i] = node(t, of, 0)
		}
		var passed []time.Time
		refused := false
		for range asked {
			of.now = of.now.Add(time.Duration(random.Int64N(int64(4*time.Millisecond))) * time.Duration(random.IntN(2)))
			if random.IntN(250) == 0 {
				of.now = of.now.Add(10 * time.Second)
			}
			if allow(t, all[random.IntN(nodes)], "a", rate).Allowed {
				passed = append(passed, of.now)
			} else if !refused {
				refused = true
				if least := rate.Burst - (nodes-1)*(leaselimit.Batch-1); len(passed) < least {
					t.Errorf("seed %d: refused after %d, not %d", seed, len(passed), least)
				}
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				most := rate.Burst + int(passed[j].Sub(passed[i])/rate.Interval()) + nodes*(leaselimit.Batch-1)
				if n := j - i + 1; n > most {
					t.Fatalf("seed %d: %d in %v, which is more than %d", seed, n, passed[j].Sub(passed[i]), most)
				}
			}
		}
		if !refused {
			t.Errorf("seed %d: nothing was refused", seed)
		}
	}
}

// Keys are bounded; one that is forgotten loses what was held of it and no more.
func TestKeys(t *testing.T) {
	of := newWorld()
	l := node(t, of, 2)
	for i := range 3 {
		allow(t, l, fmt.Sprint(i), slow)
	}
	of.calls = 0
	if allow(t, l, "2", slow); of.calls != 0 {
		t.Error("the newest key was forgotten")
	}
	if d := allow(t, l, "0", slow); of.calls != 1 || d.Remaining != slow.Burst-leaselimit.Batch-1 {
		t.Errorf("the oldest key: %+v by %d calls", d, of.calls)
	}
}

// An error leaves nothing behind.
func TestErrors(t *testing.T) {
	of := newWorld()
	l := node(t, of, 0)
	of.err = errors.New("away")
	for range 2 {
		if _, err := l.Allow(t.Context(), "a", slow, 1); !errors.Is(err, of.err) {
			t.Errorf("%v", err)
		}
	}
	of.err = nil
	if d := allow(t, l, "a", slow); !d.Allowed || d.Remaining != slow.Burst-1 {
		t.Errorf("%+v", d)
	}
}
