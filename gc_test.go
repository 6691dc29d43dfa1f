package main

import (
	"runtime"
	"sync/atomic"
	"testing"
)

func TestGCPercent(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 400, 1 << 20: 400, 4 << 20: 400, 16 << 20: 100, 32 << 20: 50, 64 << 20: 25, 10 << 30: 25} {
		if got := gcPercent(live); got != want {
			t.Errorf("with %d MiB alive: %d, want %d", live>>20, got, want)
		}
	}
	var calls, live atomic.Int64
	afterEachGC(func(n uint64) { calls.Add(1); live.Store(int64(n)) })
	eventually(t, "a call for some collections", func() bool { runtime.GC(); return calls.Load() >= 3 })
	if live.Load() < 1<<10 {
		t.Errorf("%d bytes alive", live.Load())
	}
}
