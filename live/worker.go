package live

import (
	"runtime/debug"
	"sync/atomic"
)

// worker runs its step in a goroutine whenever it is woken: never twice at a
// time, once more if it is woken meanwhile, and without any goroutine while
// there is nothing to do.
type worker struct {
	state  atomic.Int32
	step   func()
	failed func() // is called, once, after a step that panicked; there is no other after it
}

const (
	resting int32 = iota
	working
	workingAgain // and woken meanwhile
)

// wake does not wait.
func (w *worker) wake(e *Engine) {
	for {
		switch w.state.Load() {
		case resting:
			if w.state.CompareAndSwap(resting, working) {
				e.run(func() { w.run(e) })
				return
			}
		case working:
			if w.state.CompareAndSwap(working, workingAgain) {
				return
			}
		default:
			return
		}
	}
}

func (w *worker) run(e *Engine) {
	defer func() {
		if p := recover(); p != nil { // the state stays working, so that nobody wakes it again
			e.log.Error("live: a stream panicked", "panic", p, "stack", string(debug.Stack()))
			w.failed()
		}
	}()
	for {
		w.step()
		if w.state.CompareAndSwap(working, resting) {
			return
		}
		w.state.Store(working)
	}
}
