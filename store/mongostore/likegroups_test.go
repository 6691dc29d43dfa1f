package mongostore

import (
	"context"
	"errors"
	"sync"
	"testing"

	"keepsake/album"
)

// TestGroups: calls that come while a transaction runs go into the next one
// together, each gets its own answer, and a call too many is refused.
func TestGroups(t *testing.T) {
	t.Parallel()
	var (
		g     likeGroups
		sizes []int
		wg    sync.WaitGroup
	)
	entered, goOn := make(chan struct{}), make(chan struct{})
	run := func(_ context.Context, calls []likeCall) ([]likeResult, error) {
		if sizes = append(sizes, len(calls)); len(sizes) == 1 {
			close(entered)
			<-goOn
		}
		out := make([]likeResult, len(calls))
		for i, c := range calls {
			out[i].state.Count = len(c.like.UserID)
		}
		return out, nil
	}
	call := func(user album.UserID) (likeResult, error) {
		return g.join(t.Context(), likeCall{like: album.Like{MediaID: "med", UserID: user}}, run)
	}
	wg.Go(func() { _, _ = call("u") })
	<-entered
	const more = maxGroup + 10
	for range more {
		wg.Go(func() {
			if r, err := call("four"); err != nil || r.state.Count != 4 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	for waiting := 0; waiting < more; {
		g.mu.Lock()
		waiting = len(g.waiting["med"])
		g.mu.Unlock()
	}
	// One that gives up does not hold up the others.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.join(ended, likeCall{like: album.Like{MediaID: "med", UserID: "u"}}, run); !errors.Is(err, context.Canceled) {
		t.Errorf("a call whose context ended: %v", err)
	}
	close(goOn)
	wg.Wait()
	if len(sizes) != 3 || sizes[0] != 1 || sizes[1] != maxGroup || sizes[2] != 11 {
		t.Errorf("groups of %v", sizes)
	}
	for left := 1; left > 0; { // the last group's leader has yet to leave
		g.mu.Lock()
		left = len(g.waiting)
		g.mu.Unlock()
	}

	g.waiting = map[album.MediaID][]likeCall{"med": make([]likeCall, maxLikeCalls)}
	if _, err := call("u"); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("one call too many: %v", err)
	}
}

// TestLocks: a name is had by one at a time, several names are had in any order
// without a circle, who gives up leaves nothing behind, and waiters are bounded.
func TestLocks(t *testing.T) {
	t.Parallel()
	var (
		l  locks
		wg sync.WaitGroup
		n  = map[string]int{}
	)
	for i := range 64 {
		wg.Go(func() {
			names := []string{"a", "b", "a"}
			if i%2 == 0 {
				names = []string{"b", "a"}
			}
			release, err := l.take(t.Context(), names...)
			if err != nil {
				t.Error(err)
				return
			}
			n["a"]++ // the race detector watches
			release()
		})
	}
	wg.Wait()
	if n["a"] != 64 || len(l.held) != 0 {
		t.Errorf("%d had it, %d locks are left", n["a"], len(l.held))
	}
	release, err := l.take(t.Context(), "a")
	must(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.take(ended, "0", "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait whose context ended: %v", err)
	}
	l.held["a"].users += maxWaiters
	if _, err := l.take(t.Context(), "a"); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("one too many: %v", err)
	}
	l.held["a"].users -= maxWaiters
	release()
	if len(l.held) != 0 {
		t.Errorf("%d locks are left", len(l.held))
	}
}
