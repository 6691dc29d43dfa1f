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
	// crowdRate is how many of a crowd come a second: a few more than the server lets
	// in by default, so that 5,000 are there before the first is hung up on.
	crowdRate = 550
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
func (a *arena) brew(ctx context.Context, of attack, from string) *storm {
	ctx, cancel := context.WithCancel(ctx)
	s := &storm{cancel: cancel, got: map[string]int{}}
	n, every := hands, time.Second/rate
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

// brewAll begins a storm in which each attack is made once, one after the other
// within that time, and goes on until it is stopped. Each comes from the address from
// which it came before.
func (a *arena) brewAll(ctx context.Context, all []attack, within time.Duration) *storm {
	ctx, cancel := context.WithCancel(ctx)
	s := &storm{cancel: cancel, got: map[string]int{}}
	turns := make(chan struct{})
	s.wg.Go(func() { pace(ctx, within/time.Duration(len(all)), turns) })
	s.wg.Go(func() {
		for i, of := range all {
			select {
			case <-turns:
				s.wg.Go(func() { s.once(ctx, of, a.attacker(attackersAddress(i))) })
			case <-ctx.Done():
				return
			}
		}
	})
	return s
}

// attackersAddress is that of the attacker who makes the i-th attack.
func attackersAddress(i int) string { return fmt.Sprintf("198.51.100.%d", i) }

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
			s.once(ctx, of, hand)
		case <-ctx.Done():
			return
		}
	}
}

// once makes an attack, and notes its answer unless it was broken off.
func (s *storm) once(ctx context.Context, of attack, hand *attacker) {
	got, err := of.send(ctx, hand)
	if err != nil {
		got = "no answer"
		hand.leave()
	}
	if ctx.Err() == nil {
		s.mu.Lock()
		s.got[got]++
		s.mu.Unlock()
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
	open          int   // the most connections at a time
}

// slower is how many times their quiet p99, or the floor, honest people waited.
func (b beside) slower() float64 { return float64(b.during.p99) / float64(max(b.quiet.p99, floor)) }

// measure reads pages by turns quietly and beside an attack: some rounds of n pages
// a person each.
func (a *arena) measure(t *testing.T, of attack, rounds, n int) beside {
	t.Helper()
	return a.compare(t, of.name, rounds, func(ctx context.Context) (times, error) { return a.pages(ctx, n, pause) },
		func(ctx context.Context) *storm { return a.brew(ctx, of, "198.51.100.1") })
}

// compare reads pages by turns quietly and beside a storm.
func (a *arena) compare(
	t *testing.T, name string, rounds int, read func(context.Context) (times, error), begin func(context.Context) *storm,
) beside {
	t.Helper()
	b := beside{name: name, answers: map[string]int{}}
	var quiet, during []times
	for range rounds {
		calm, err := read(t.Context())
		if err != nil {
			t.Fatalf("before %s: %v", name, err)
		}
		quiet = append(quiet, calm)
		before, err := a.resident()
		if err != nil {
			t.Fatal(err)
		}
		most := a.watch()
		running := begin(t.Context())
		attacked, err := read(t.Context())
		p := most()
		b.grown, b.open = max(b.grown, p.memory-before), max(b.open, p.open)
		for answer, n := range running.end() {
			b.answers[answer] += n
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
