package memlimit_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/ratelimit"
	"keepsake/ratelimit/limittest"
	"keepsake/ratelimit/memlimit"
)

// clock is a time that passes when a test says so.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time { return time.UnixMicro(c.micros.Load()) }

func (c *clock) pass(d time.Duration) { c.micros.Add(d.Microseconds()) }

func newLimiter(keys int) (*memlimit.Limiter, *clock) {
	c := &clock{}
	c.pass(time.Hour)
	return memlimit.New(memlimit.Options{Keys: keys, Now: c.now}), c
}

func TestContract(t *testing.T) {
	limittest.Run(t, func(*testing.T) limittest.World {
		l, c := newLimiter(0)
		return limittest.World{Limiter: l, Pass: c.pass}
	})
}

func TestItsOwnClock(t *testing.T) {
	l := memlimit.New(memlimit.Options{})
	rate := ratelimit.Rate{Count: 1000, Per: time.Second, Burst: 1}
	allow(t, l, "a", rate, true)
	for deadline := time.Now().Add(time.Minute); ; {
		if d, err := l.Allow(t.Context(), "a", rate, 1); err != nil || d.Allowed {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("time does not pass")
		}
	}
}

func allow(t *testing.T, l *memlimit.Limiter, key string, r ratelimit.Rate, want bool) {
	t.Helper()
	if d, err := l.Allow(t.Context(), key, r, 1); err != nil || d.Allowed != want {
		t.Fatalf("%s: %+v, %v, want %t", key, d, err, want)
	}
}

var (
	slow  = ratelimit.Rate{Count: 1, Per: time.Minute, Burst: 3}
	quick = ratelimit.Rate{Count: 10, Per: time.Second, Burst: 3}
)

// As many keys as there is room for are all remembered, in whichever shards they
// are, and none that is limited is let through.
func TestRememberedWhileThereIsRoom(t *testing.T) {
	const keys = 1000
	l, c := newLimiter(keys)
	key := func(i int) string { return fmt.Sprint("key ", i) }
	for i := range keys {
		for range slow.Burst {
			allow(t, l, key(i), slow, true)
		}
	}
	for i := range keys {
		allow(t, l, key(i), slow, false)
	}
	if l.Len() != keys || l.Evicted() != 0 {
		t.Errorf("%d keys, %d evicted", l.Len(), l.Evicted())
	}
	// Then it is as if nothing had been taken, and others find room without a loss.
	c.pass(slow.Full())
	for i := range keys {
		allow(t, l, key(keys+i), slow, true)
	}
	if l.Len() > keys || l.Evicted() != 0 {
		t.Errorf("later: %d keys, %d evicted", l.Len(), l.Evicted())
	}
}

// Who makes up keys pushes out no key that is used up further than theirs.
func TestWhatIsForgotten(t *testing.T) {
	const keys = 100
	l, _ := newLimiter(keys)
	for range slow.Burst {
		allow(t, l, "guessed", slow, true)
	}
	for i := range 50 * keys {
		allow(t, l, fmt.Sprint("made up ", i), slow, true)
		allow(t, l, fmt.Sprint("quick ", i), quick, true)
		if l.Len() > keys {
			t.Fatalf("%d keys, at most %d", l.Len(), keys)
		}
	}
	allow(t, l, "guessed", slow, false)
	if l.Evicted() < 90*keys {
		t.Errorf("%d were evicted", l.Evicted())
	}
}

// What is given back in full takes no room.
func TestGivenBackTakesNoRoom(t *testing.T) {
	l, _ := newLimiter(0)
	for i := range 1000 {
		key := fmt.Sprint(i)
		allow(t, l, key, slow, true)
		if _, err := l.Allow(t.Context(), key, slow, -1); err != nil {
			t.Fatal(err)
		}
	}
	if l.Len() != 0 {
		t.Errorf("%d keys are left", l.Len())
	}
}

// A long random story gives what the algorithm gives for each key alone.
func TestAgainstTheAlgorithm(t *testing.T) {
	l, c := newLimiter(0)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same story each time
	numbers := map[string]int64{}
	rates := map[string]ratelimit.Rate{}
	for range 20_000 {
		key := fmt.Sprint(random.IntN(40))
		rate, ok := rates[key]
		if !ok {
			rate = ratelimit.Rate{Count: 1 + random.IntN(9), Per: time.Duration(1+random.IntN(3)) * time.Second, Burst: 1 + random.IntN(6)}
			rates[key] = rate
		}
		cost := random.IntN(2*rate.Burst+1) - rate.Burst
		if random.IntN(2) == 0 {
			cost = 1
		}
		next, want := rate.Step(numbers[key], c.micros.Load(), cost)
		numbers[key] = next
		if got, err := l.Allow(t.Context(), key, rate, cost); err != nil || got != want {
			t.Fatalf("%s %+v %d: %+v, %v, want %+v", key, rate, cost, got, err, want)
		}
		c.pass(time.Duration(random.IntN(50)) * time.Millisecond)
	}
}

// Many at the same time, with too little room: the bound holds in the end.
func TestBoundUnderConcurrency(t *testing.T) {
	const keys = 50
	l, _ := newLimiter(keys)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				if _, err := l.Allow(t.Context(), fmt.Sprint(n, i%300), slow, 1-i%2*2); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if l.Len() > keys || l.Len() < 0 {
		t.Errorf("%d keys, at most %d", l.Len(), keys)
	}
}

func TestRunning(t *testing.T) {
	var r memlimit.Running
	var ends []func()
	for range 2 {
		end, ok := r.Begin("a", 2)
		if !ok {
			t.Fatal("one of two was refused")
		}
		ends = append(ends, end)
	}
	if _, ok := r.Begin("a", 2); ok {
		t.Error("a third one may begin")
	}
	if end, ok := r.Begin("b", 2); !ok {
		t.Error("the other key is refused")
	} else {
		end()
	}
	ends[0]()
	if end, ok := r.Begin("a", 2); !ok {
		t.Error("refused, though one has ended")
	} else {
		end()
	}
	ends[1]()
	if r.Len() != 0 {
		t.Errorf("%d keys are left", r.Len())
	}
	end, ok := r.Begin("a", 0)
	if !ok || r.Len() != 0 {
		t.Error("no limit is one")
	}
	end()
}

func BenchmarkAllow(b *testing.B) {
	rate := ratelimit.Rate{Count: 50, Per: time.Second, Burst: 200}
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprint("user/", i)
	}
	b.Run("known", func(b *testing.B) {
		l := memlimit.New(memlimit.Options{})
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := rand.IntN(len(names)); pb.Next(); i++ {
				if _, err := l.Allow(b.Context(), names[i%len(names)], rate, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("flood", func(b *testing.B) { // each key is new, and there is no room
		l := memlimit.New(memlimit.Options{Keys: 1000})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := l.Allow(b.Context(), fmt.Sprint("user/", i), slow, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}
