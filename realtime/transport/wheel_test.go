package transport

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestWheel: everything is called at its time, not before, at most a tick late,
// and once; what was stopped or put off is not.
func TestWheel(t *testing.T) {
	begin := time.Now()
	w := &wheel{epoch: begin, running: true} // its clock is the test
	now := begin
	rng := rand.New(rand.NewPCG(1, 2))
	type order struct {
		timer
		due     time.Time
		called  int
		stopped bool
	}
	var orders []*order
	for range 2000 {
		o := &order{due: begin.Add(time.Duration(rng.Int64N(int64(10 * time.Minute))))}
		o.call = func(at time.Time) time.Time {
			if late := at.Sub(o.due); late < 0 || late > 2*wheelTick {
				t.Errorf("called %v late", late)
			}
			o.called++
			return time.Time{}
		}
		w.start(&o.timer, o.due)
		orders = append(orders, o)
	}
	for i, o := range orders {
		switch i % 10 {
		case 0:
			w.stop(&o.timer)
			o.stopped = true
		case 1:
			o.due = o.due.Add(time.Minute)
			w.start(&o.timer, o.due)
		}
	}
	for now.Before(begin.Add(12 * time.Minute)) {
		now = now.Add(wheelTick)
		w.advance(now)
	}
	for i, o := range orders {
		if want := map[bool]int{true: 0, false: 1}[o.stopped]; o.called != want {
			t.Errorf("order %d was called %d times, want %d", i, o.called, want)
		}
	}
	if w.count != 0 || w.running {
		t.Errorf("%d orders are left", w.count)
	}
}

// TestWheelAgain: a call may order its next one, and stop itself.
func TestWheelAgain(t *testing.T) {
	begin := time.Now()
	w := &wheel{epoch: begin, running: true}
	calls := 0
	var tm timer
	tm.call = func(now time.Time) time.Time {
		if calls++; calls == 5 {
			w.stop(&tm)
		}
		return now.Add(3 * time.Second)
	}
	w.start(&tm, begin.Add(time.Second))
	for now := begin; now.Before(begin.Add(time.Minute)); now = now.Add(wheelTick) {
		w.advance(now)
	}
	if calls != 5 || w.count != 0 {
		t.Errorf("%d calls, %d left", calls, w.count)
	}
	w.start(&tm, begin)
	if w.count != 0 {
		t.Error("what was stopped cannot be started")
	}
}
