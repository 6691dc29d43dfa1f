package batch_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"keepsake/internal/batch"
)

// recorder remembers the keys of each fetch.
type recorder struct {
	mu    sync.Mutex
	calls [][]int
}

func (r *recorder) fetch(_ context.Context, keys []int) (map[int]string, error) {
	slices.Sort(keys)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, keys)
	out := map[int]string{}
	for _, k := range keys {
		if k >= 0 {
			out[k] = string(rune('a' + k))
		}
	}
	return out, nil
}

func TestFirstLoadFetchesAllExpected(t *testing.T) {
	r := &recorder{}
	l := batch.New(r.fetch)
	l.Expect(1, 2, 3)
	l.Expect(3, -1)
	var wg sync.WaitGroup
	for range 8 {
		for _, k := range []int{1, 2, 3, -1} {
			wg.Go(func() {
				v, ok, err := l.Load(t.Context(), k)
				if err != nil || ok != (k >= 0) || (ok && v != string(rune('a'+k))) {
					t.Errorf("Load(%d) = %q, %v, %v", k, v, ok, err)
				}
			})
		}
	}
	wg.Wait()
	if len(r.calls) != 1 || !slices.Equal(r.calls[0], []int{-1, 1, 2, 3}) {
		t.Fatalf("fetches: %v, want one of all keys", r.calls)
	}
	l.Expect(1, 5) // 1 is there
	if _, ok, err := l.Load(t.Context(), 4); !ok || err != nil {
		t.Fatalf("Load(4) = %v, %v", ok, err)
	}
	if len(r.calls) != 2 || !slices.Equal(r.calls[1], []int{4, 5}) {
		t.Fatalf("fetches: %v, want a second of 4 and 5", r.calls)
	}
}

func TestErrorsReachEveryone(t *testing.T) {
	away := errors.New("away")
	l := batch.New(func(context.Context, []int) (map[int]int, error) { return nil, away })
	l.Expect(1, 2)
	for _, k := range []int{1, 2} {
		if _, _, err := l.Load(t.Context(), k); !errors.Is(err, away) {
			t.Fatalf("Load(%d): %v", k, err)
		}
	}
}

func TestPanicLeavesNobodyWaiting(t *testing.T) {
	l := batch.New(func(context.Context, []int) (map[int]int, error) { panic("oops") })
	l.Expect(1, 2)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _, _ = l.Load(t.Context(), 1)
	}()
	if _, _, err := l.Load(t.Context(), 2); err == nil {
		t.Fatal("Load(2) succeeded after its fetch panicked")
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	hold := make(chan struct{})
	started := make(chan struct{})
	l := batch.New(func(context.Context, []int) (map[int]int, error) {
		close(started)
		<-hold
		return nil, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { _, _, _ = l.Load(t.Context(), 1) })
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.Load(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Load with an ended context: %v", err)
	}
	close(hold)
	wg.Wait()
}
