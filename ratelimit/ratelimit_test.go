package ratelimit_test

import (
	"testing"
	"time"

	"keepsake/ratelimit"
)

func TestCheck(t *testing.T) {
	second := ratelimit.Rate{Count: 10, Per: time.Second, Burst: 20}
	for name, c := range map[string]struct {
		rate ratelimit.Rate
		cost int
		ok   bool
	}{
		"one":                     {second, 1, true},
		"a burst":                 {second, 20, true},
		"more than a burst":       {second, 21, false},
		"a burst back":            {second, -20, true},
		"more than a burst back":  {second, -21, false},
		"nothing":                 {ratelimit.Rate{}, 0, false},
		"no burst":                {ratelimit.Rate{Count: 1, Per: time.Second}, 0, false},
		"no time":                 {ratelimit.Rate{Count: 1, Burst: 1}, 0, false},
		"one a microsecond":       {ratelimit.Rate{Count: 1e6, Per: time.Second, Burst: 1}, 1, true},
		"more than that":          {ratelimit.Rate{Count: 1e6 + 1, Per: time.Second, Burst: 1}, 1, false},
		"a burst of a year":       {ratelimit.Rate{Count: 1, Per: 24 * time.Hour, Burst: 366}, 1, true},
		"a burst of a year and 1": {ratelimit.Rate{Count: 1, Per: 24 * time.Hour, Burst: 367}, 1, false},
	} {
		if err := c.rate.Check(c.cost); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A clock that was set back locks nobody out for longer than a burst takes.
func TestStepAfterTheClockWasSetBack(t *testing.T) {
	rate := ratelimit.Rate{Count: 1, Per: time.Second, Burst: 3}
	const now = int64(1e12)
	next, d := rate.Step(now+time.Hour.Microseconds(), now, 1)
	if d.Allowed || d.RetryAfter != time.Second || next != now+rate.Full().Microseconds() {
		t.Errorf("decided %+v, and the number is %d after now", d, next-now)
	}
}
