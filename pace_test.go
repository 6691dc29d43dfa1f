package main

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/internal/config"
)

// The requests of a burst begin one after the other, what is too much is refused after
// a moment, and nobody else waits for either.
func TestBurstsAreSpread(t *testing.T) {
	t.Parallel()
	const rate, all = 20, burst * 20
	cfg, err := config.Load([]string{"KEEPSAKE_RATE_ADDRESS=20"})
	must(t, err)
	synctest.Test(t, func(t *testing.T) {
		l, err := openLimits(cfg, time.Now, newLogger(cfg, &logs{}))
		must(t, err)
		began := time.Now()
		var mu sync.Mutex
		var begun, refused []time.Duration
		request := func(addr string) {
			err := l.address(t.Context(), netip.MustParseAddr(addr))
			mu.Lock()
			defer mu.Unlock()
			switch code := album.CodeOf(err); code {
			case "":
				begun = append(begun, time.Since(began))
			case album.CodeRateLimited:
				refused = append(refused, time.Since(began))
			default:
				t.Errorf("%s: %v", addr, err)
			}
		}
		var wg sync.WaitGroup
		for range all + 2 {
			wg.Go(func() { request(guesser) })
		}
		synctest.Wait()
		request(elsewhere)
		wg.Wait()

		var want []time.Duration
		for i := range all + 1 { // with the one from elsewhere
			want = append(want, max(0, time.Duration(i-atOnce))*time.Second/(spreading*rate))
		}
		slices.Sort(begun)
		if !slices.Equal(begun, want) {
			t.Errorf("requests began after %v, want %v", begun, want)
		}
		if want := []time.Duration{hold, hold}; !slices.Equal(refused, want) {
			t.Errorf("refused after %v, want %v", refused, want)
		}
	})
}

// Who hangs up does not wait for their turn.
func TestPauseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, ctx := time.Now(), t.Context()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		pause(ctx, time.Hour)
		if took := time.Since(began); took != time.Second {
			t.Errorf("waited %v", took)
		}
	})
}
