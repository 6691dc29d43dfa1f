package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How far the heap may grow beyond what lives in it before it is collected, where
// GOGC does not say otherwise. What lives is little, and what a request leaves is
// much, so a small heap grows to five times its size; a large one, of a node that
// holds many sockets, by that many bytes or a quarter.
const (
	gcHeadroom   = 16 << 20
	mostPercent  = 400
	leastPercent = 25
)

// tuneGC sets the collector's target anew after each collection.
func tuneGC() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mostPercent)
	afterEachGC(func(live uint64) { debug.SetGCPercent(gcPercent(live)) })
}

// gcPercent is the target for what lives in the heap and on stacks, in bytes.
func gcPercent(live uint64) int {
	return int(min(max(100*gcHeadroom/max(live, 1), leastPercent), mostPercent))
}

// afterEachGC calls f with what a collection has left alive: an object that
// nobody holds is found by each, and its finalizer makes the next one.
func afterEachGC(f func(live uint64)) {
	type mark struct{ _ [16]byte } // not so small that it shares a block with others
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}}
	var found func(*mark)
	found = func(*mark) {
		metrics.Read(samples)
		f(samples[0].Value.Uint64() + samples[1].Value.Uint64())
		runtime.SetFinalizer(&mark{}, found)
	}
	runtime.SetFinalizer(&mark{}, found)
}
