package redisbroker

import (
	"sync"
	"sync/atomic"
	"time"
)

// Stats are a broker's counts since it began.
type Stats struct {
	Published int64 // messages that a server took
	Failed    int64 // messages that Publish gave up as UNAVAILABLE
	Received  int64 // messages that arrived
	Relinks   int64 // links that were made again after they had broken
}

type counters struct {
	published, failed, received, relinks atomic.Int64
	complaints                           limiter
}

// Stats returns the broker's counts, each right by itself.
func (b *Broker) Stats() Stats {
	c := &b.stats
	return Stats{
		Published: c.published.Load(), Failed: c.failed.Load(),
		Received: c.received.Load(), Relinks: c.relinks.Load(),
	}
}

// notPublished counts a message that was not published, and logs it now and
// then.
func (b *Broker) notPublished(err error) {
	b.stats.failed.Add(1)
	if n := b.stats.complaints.due(time.Now()); n > 0 {
		b.opt.Logger.Warn("redisbroker: messages are not published", "messages", n, "error", err)
	}
}

// complainEvery is the least time between two lines about the same trouble.
const complainEvery = 10 * time.Second

// limiter thins out complaints. The zero value is ready.
type limiter struct {
	mu    sync.Mutex
	last  time.Time
	count int
}

// due counts one and returns how many there have been since the last complaint,
// or 0 if it is too early for another.
func (l *limiter) due(now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if !l.last.IsZero() && now.Sub(l.last) < complainEvery {
		return 0
	}
	n := l.count
	l.last, l.count = now, 0
	return n
}
