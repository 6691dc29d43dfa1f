// Package limittest is the contract of ratelimit.Limiter as a test suite. A
// backend's test makes a limiter and calls Run.
//
// Nothing here depends on how fast it runs: what is counted is so slow that
// nothing of it comes back by itself meanwhile, and time passes when the suite
// says so.
package limittest

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/ratelimit"
)

// World is a limiter with nothing counted yet.
type World struct {
	// Limiter is what is tested.
	Limiter ratelimit.Limiter
	// Pass lets time pass for all that was counted.
	Pass func(time.Duration)
}

// rate is so slow that a test ends long before one of it is there again.
var rate = ratelimit.Rate{Count: 1, Per: 24 * time.Hour, Burst: 3}

// slack is for how long a test may run.
const slack = time.Hour

// Run runs the suite.
func Run(t *testing.T, newWorld func(t *testing.T) World) {
	for name, run := range map[string]func(t *testing.T, w World){
		"Burst":       testBurst,
		"TimePasses":  testTimePasses,
		"KeysApart":   testKeysApart,
		"OddKeys":     testOddKeys,
		"Cost":        testCost,
		"GivenBack":   testGivenBack,
		"Look":        testLook,
		"NoRate":      testNoRate,
		"Concurrency": testConcurrency,
	} {
		t.Run(name, func(t *testing.T) { run(t, newWorld(t)) })
	}
}

// allow asks and expects an answer and how much remains.
func allow(t *testing.T, w World, key string, cost int, want bool, remaining int) ratelimit.Decision {
	t.Helper()
	d, err := w.Limiter.Allow(t.Context(), key, rate, cost)
	if err != nil {
		t.Fatalf("Allow %q %d: %v", key, cost, err)
	}
	if d.Allowed != want || d.Remaining != remaining || d.Allowed != (d.RetryAfter == 0) {
		t.Fatalf("Allow %q %d: %+v, want %t with %d left", key, cost, d, want, remaining)
	}
	return d
}

// after expects to be told to wait for that long, less what the test took.
func after(t *testing.T, d ratelimit.Decision, want time.Duration) {
	t.Helper()
	if d.RetryAfter > want || d.RetryAfter < want-slack {
		t.Errorf("to be tried again after %v, want %v", d.RetryAfter, want)
	}
}

func testBurst(t *testing.T, w World) {
	for left := rate.Burst - 1; left >= 0; left-- {
		allow(t, w, "a", 1, true, left)
	}
	for range 3 { // what is refused takes nothing
		after(t, allow(t, w, "a", 1, false, 0), rate.Interval())
	}
}

func testTimePasses(t *testing.T, w World) {
	allow(t, w, "a", 3, true, 0)
	w.Pass(rate.Interval() - slack)
	after(t, allow(t, w, "a", 1, false, 0), slack)
	w.Pass(slack)
	allow(t, w, "a", 1, true, 0)
	allow(t, w, "a", 1, false, 0)
	w.Pass(10 * rate.Full()) // no more comes together than a burst
	allow(t, w, "a", 1, true, 2)
	allow(t, w, "a", 2, true, 0)
	allow(t, w, "a", 1, false, 0)
}

func testKeysApart(t *testing.T, w World) {
	allow(t, w, "a", 3, true, 0)
	allow(t, w, "b", 1, true, 2)
	allow(t, w, "a", 1, false, 0)
}

func testOddKeys(t *testing.T, w World) {
	for _, key := range []string{
		"", " ", "a\x00b", "{a}", "{a}b", "}{", "ключ", "\xff", strings.Repeat("k", 1<<20), strings.Repeat("k", 1<<20) + "l",
	} {
		allow(t, w, key, 3, true, 0)
		allow(t, w, key, 1, false, 0)
	}
}

func testCost(t *testing.T, w World) {
	allow(t, w, "a", 2, true, 1)
	after(t, allow(t, w, "a", 2, false, 1), rate.Interval())
	after(t, allow(t, w, "a", 3, false, 1), 2*rate.Interval())
	allow(t, w, "a", 1, true, 0)
}

func testGivenBack(t *testing.T, w World) {
	allow(t, w, "a", 1, true, 2)
	allow(t, w, "a", -1, true, 3)
	allow(t, w, "a", -1, true, 3) // more than a burst there never is
	allow(t, w, "a", 3, true, 0)
	allow(t, w, "a", -2, true, 2)
	allow(t, w, "a", 2, true, 0)
	allow(t, w, "a", 1, false, 0)
}

func testLook(t *testing.T, w World) {
	allow(t, w, "a", 0, true, 3)
	allow(t, w, "a", 3, true, 0)
	allow(t, w, "a", 0, true, 0)
}

func testNoRate(t *testing.T, w World) {
	for name, c := range map[string]struct {
		rate ratelimit.Rate
		cost int
	}{"no rate": {ratelimit.Rate{}, 1}, "a cost above the burst": {rate, 4}, "a cost below it": {rate, -4}} {
		if d, err := w.Limiter.Allow(t.Context(), "a", c.rate, c.cost); err == nil || d.Allowed {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	allow(t, w, "a", 0, true, 3)
}

// Of many at the same time exactly a burst is let through.
func testConcurrency(t *testing.T, w World) {
	const callers, calls, burst = 8, 40, 100
	many := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: burst}
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls {
				d, err := w.Limiter.Allow(context.WithoutCancel(t.Context()), "a", many, 1)
				if err != nil {
					t.Error("Allow:", err)
				}
				if d.Allowed {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if passed.Load() != burst {
		t.Errorf("%d were let through, want %d", passed.Load(), burst)
	}
}
