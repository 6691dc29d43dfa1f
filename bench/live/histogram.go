package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// steps is how many buckets of a histogram share a power of two: a value is
// known to a thirtieth.
const (
	steps   = 32
	stepLog = 5
)

// histogram counts times, in microseconds. It may be used concurrently.
type histogram [steps * 40]atomic.Int64

// add counts one time.
func (h *histogram) add(d time.Duration) {
	us := uint64(max(d.Microseconds(), 0))
	shift := max(bits.Len64(us)-stepLog-1, 0) // us>>shift is below twice steps
	h[min(shift*steps+int(us>>shift), len(h)-1)].Add(1)
}

// percentile is the time that so many of a hundred did not exceed, 0 if there
// are none.
func (h *histogram) percentile(p int64) time.Duration {
	var all int64
	for i := range h {
		all += h[i].Load()
	}
	var seen int64
	for i := range h {
		n := h[i].Load()
		seen += n
		if n > 0 && seen*100 >= all*p {
			return bucketEnd(i)
		}
	}
	return 0
}

// bucketEnd is the longest time of a bucket.
func bucketEnd(i int) time.Duration {
	shift := max(i/steps-1, 0)
	return time.Duration((uint64(i-shift*steps)+1)<<shift-1) * time.Microsecond
}
