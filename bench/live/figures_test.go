package main

import (
	"testing"
	"time"
)

func TestMarks(t *testing.T) {
	const sent = 1234567890 * time.Nanosecond
	one, two := text(1, sent), text(9_999_999, 0)
	if len(one) != len(two) {
		t.Errorf("%q and %q differ in length", one, two)
	}
	for number, message := range map[int]string{1: "~x~~1~" + one + `"}`, 9_999_999: two} {
		if got, _, ok := findMark([]byte(message)); !ok || got != number {
			t.Errorf("%q has number %d, %v", message, got, ok)
		}
	}
	if _, at, _ := findMark([]byte(one)); at != sent {
		t.Errorf("sent at %v, want %v", at, sent)
	}
	for _, none := range []string{"", "~", one[:markLength-1], "~000000a" + one[8:], one[:8] + "-" + one[9:]} {
		if number, _, ok := findMark([]byte(none)); ok {
			t.Errorf("%q has number %d", none, number)
		}
	}
}

func TestHistogram(t *testing.T) {
	var h histogram
	if p := h.percentile(99); p != 0 {
		t.Errorf("empty, but %v", p)
	}
	for us := range 100_000 {
		h.add(time.Duration(us) * time.Microsecond)
	}
	for _, p := range []int64{1, 50, 99, 100} {
		exact := time.Duration(p) * time.Millisecond
		if got := h.percentile(p); got < exact-time.Microsecond || got > exact*21/20 {
			t.Errorf("%d of a hundred: %v, want about %v", p, got, exact)
		}
	}
	const us = time.Microsecond
	for _, d := range []time.Duration{-time.Second, 0, us, 31 * us, 32 * us, 63 * us, 64 * us, 65 * us, time.Second, time.Hour} {
		var h histogram
		h.add(d)
		if got, least := h.percentile(50), max(d, 0); got < least || got > least*21/20 {
			t.Errorf("%v is counted as %v", d, got)
		}
	}
}

func TestPercentile(t *testing.T) {
	times := []time.Duration{5, 1, 4, 2, 3}
	for p, want := range map[int]time.Duration{0: 1, 50: 3, 99: 5, 100: 5} {
		if got := percentile(times, p); got != want {
			t.Errorf("%d of a hundred: %d, want %d", p, got, want)
		}
	}
	if got := percentile(nil, 50); got != 0 {
		t.Errorf("of none: %v", got)
	}
}

func TestParseStatus(t *testing.T) {
	got, err := parseStatus([]byte("Name:\tx\nVmHWM:\t   9 kB\nVmRSS:\t   5120 kB\nThreads:\t1\n"))
	if err != nil || got != 5<<20 {
		t.Errorf("%d, %v", got, err)
	}
	for _, broken := range []string{"", "VmRSS:\t x kB\n"} {
		if _, err := parseStatus([]byte(broken)); err == nil {
			t.Errorf("%q: no error", broken)
		}
	}
}
