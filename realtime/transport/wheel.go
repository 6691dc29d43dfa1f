package transport

import (
	"sync"
	"time"
)

const (
	wheelTick  = 500 * time.Millisecond
	wheelSlots = 256 // two minutes; what is due later comes round more than once
)

// wheel calls many things back at their times, to within a tick, for the price of
// one timer: a hashed timing wheel (Varghese and Lauck, scheme 6, 1987). Its
// goroutine lives while there is anything to call.
type wheel struct {
	mu      sync.Mutex
	slots   [wheelSlots]*timer // lists
	count   int
	running bool
	now     int64 // ticks since epoch that have been called
	epoch   time.Time
}

// timer is one thing to be called back. It is part of what it is for.
type timer struct {
	call       func(now time.Time) (next time.Time) // zero: never again
	due        int64                                // in ticks
	set        bool
	next, prev *timer
}

func newWheel() *wheel { return &wheel{epoch: time.Now()} }

func (w *wheel) tick(at time.Time) int64 { return int64(at.Sub(w.epoch)/wheelTick) + 1 }

// start has t called at its time, in place of an earlier order.
func (w *wheel) start(t *timer, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.call == nil { // stopped for good
		return
	}
	w.remove(t)
	if !w.running {
		w.running = true
		w.now = w.tick(time.Now()) - 1
		go w.run()
	}
	w.insert(t, at)
}

// stop takes the order back. A call may still be running.
func (w *wheel) stop(t *timer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(t)
	t.call = nil
}

func (w *wheel) insert(t *timer, at time.Time) {
	t.due, t.set = max(w.tick(at), w.now+1), true
	slot := &w.slots[t.due%wheelSlots]
	t.prev, t.next = nil, *slot
	if *slot != nil {
		(*slot).prev = t
	}
	*slot = t
	w.count++
}

func (w *wheel) remove(t *timer) {
	if !t.set {
		return
	}
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		w.slots[t.due%wheelSlots] = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.set, t.prev, t.next = false, nil, nil
	w.count--
}

func (w *wheel) run() {
	clock := time.NewTicker(wheelTick)
	defer clock.Stop()
	for range clock.C {
		if !w.advance(time.Now()) {
			return
		}
	}
}

// advance calls everything that is due, and reports whether there is anything
// left to wait for.
func (w *wheel) advance(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for until := w.tick(now) - 1; w.now < until; {
		w.now++
		for t := w.slots[w.now%wheelSlots]; t != nil; {
			next := t.next
			if t.due <= w.now {
				w.remove(t)
				w.fire(t, now)
				next = w.slots[w.now%wheelSlots] // the list may have changed meanwhile
			}
			t = next
		}
	}
	w.running = w.count > 0
	return w.running
}

// fire calls t without the lock, and takes its next order.
func (w *wheel) fire(t *timer, now time.Time) {
	call := t.call
	if call == nil {
		return
	}
	w.mu.Unlock()
	next := call(now)
	w.mu.Lock()
	if t.call != nil && !t.set && !next.IsZero() {
		w.insert(t, next)
	}
}
