package attack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// hands are how many connections one attacker has, and rate how often they attack
	// in a second: twice as often as an address may ask.
	hands, rate = 8, 200
	// together is how long a hand waits between two attacks where all are made at once.
	together = 2 * time.Second
	// crowdRate is how many of a crowd come a second: as many as the server lets in
	// by default.
	crowdRate = 500
	// gathering is how long a crowd may take until all have come.
	gathering = 30 * time.Second
)

// storm is an attack that is made over and over until it is stopped.
type storm struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu  sync.Mutex
	got map[string]int // how often which answer came
}

// brew begins a storm of one attack, or of a crowd. It returns when that is
// complete.
func (a *arena) brew(ctx context.Context, of attack, from string, all bool) *storm {
	ctx, cancel := context.WithCancel(ctx)
	s := &storm{cancel: cancel, got: map[string]int{}}
	n, every := hands, time.Second/rate
	if all {
		n, every = 1, together
	}
	crowd := of.small
	if *fullSize {
		crowd = of.crowd
	}
	if crowd > 0 {
		n, every = crowd, time.Second/crowdRate
	}
	turns := make(chan struct{})
	s.wg.Go(func() { pace(ctx, every, turns) })
	var inside atomic.Int64
	full := make(chan struct{})
	for i := range n {
		hand := a.attacker(from)
		if crowd > 0 {
			hand.address = fmt.Sprintf("198.18.%d.%d", i/250, i%250)
			hand.entered = sync.OnceFunc(func() {
				if inside.Add(1) == int64(n) {
					close(full)
				}
			})
		}
		s.wg.Go(func() { s.attack(ctx, of, hand, turns) })
	}
	if crowd > 0 {
		timeout := time.NewTimer(gathering)
		defer timeout.Stop()
		select {
		case <-full:
		case <-timeout.C:
		case <-ctx.Done():
		}
	}
	return s
}

// pace gives turns evenly until the storm ends.
func pace(ctx context.Context, every time.Duration, turns chan<- struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *storm) attack(ctx context.Context, of attack, hand *attacker, turns <-chan struct{}) {
	defer hand.leave()
	for {
		select {
		case <-turns:
		case <-ctx.Done():
			return
		}
		got, err := of.send(ctx, hand)
		if err != nil {
			got = "no answer"
		}
		if ctx.Err() == nil { // else it was broken off
			s.mu.Lock()
			s.got[got]++
			s.mu.Unlock()
		}
	}
}

// end stops a storm, and returns what was answered how often.
func (s *storm) end() map[string]int {
	s.cancel()
	s.wg.Wait()
	return s.got
}

// beside is what was seen of the honest beside a storm.
type beside struct {
	name          string
	quiet, during times
	answers       map[string]int
	grown         int64 // the most memory beyond what the server had before, in bytes
}

// slower is how many times their quiet p99, or the floor, honest people waited.
func (b beside) slower() float64 { return float64(b.during.p99) / float64(max(b.quiet.p99, floor)) }

// measure reads pages by turns quietly and beside an attack: some rounds of n pages
// a person each.
func (a *arena) measure(t *testing.T, name string, storms []attack, rounds, n int) beside {
	t.Helper()
	b := beside{name: name, answers: map[string]int{}}
	var quiet, during []times
	for range rounds {
		calm, err := a.pages(t.Context(), n)
		if err != nil {
			t.Fatalf("before %s: %v", name, err)
		}
		quiet = append(quiet, calm)
		before, err := a.resident()
		if err != nil {
			t.Fatal(err)
		}
		var running []*storm
		for i, of := range storms {
			running = append(running, a.brew(t.Context(), of, fmt.Sprintf("198.51.100.%d", i), len(storms) > 1))
		}
		watch := a.watchMemory()
		attacked, err := a.pages(t.Context(), n)
		b.grown = max(b.grown, watch()-before)
		for _, s := range running {
			for answer, times := range s.end() {
				b.answers[answer] += times
			}
		}
		if err != nil {
			t.Fatalf("beside %s: %v", name, err)
		}
		during = append(during, attacked)
	}
	b.quiet, b.during = median(quiet), median(during)
	return b
}

// seen lists answers, the most frequent first.
func (b beside) seen() string {
	names := slices.SortedFunc(maps.Keys(b.answers), func(x, y string) int {
		if d := b.answers[y] - b.answers[x]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%d × %s", b.answers[name], name))
	}
	if len(parts) == 0 {
		return "still open"
	}
	return strings.Join(parts, ", ")
}
