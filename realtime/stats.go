package realtime

import "sync/atomic"

// Stats are a hub's counts: the first four as they are now, the others since
// it began.
type Stats struct {
	Topics  int // albums that are watched on this node
	Streams int // streams of them
	Signals int // signals about people
	Unsent  int // messages that wait for a broker that is away

	Published       int64 // messages that the broker took
	PublishFailures int64 // messages that it did not take
	Received        int64 // messages that arrived
	Malformed       int64 // of those, messages that could not be read
	LinksLost       int64 // how often the broker's link broke

	Repairs        int64 // topics whose log was read for what was missing
	RepairFailures int64 // repairs that the store did not answer
	Verifications  int64 // comparisons of positions with the store
	VerifyFailures int64 // comparisons that the store did not answer

	Resyncs   int64 // streams that got a resync, for the log no longer reached back
	Overflows int64 // times that a live stream fell behind the queue and read the log
	TooSlow   int64 // streams that were ended for too many waiting like states
}

// counters are the Stats that are counted as things happen.
type counters struct {
	streams, signals               atomic.Int64
	published, publishFailures     atomic.Int64
	received, malformed, linksLost atomic.Int64
	repairs, repairFailures        atomic.Int64
	verifications, verifyFailures  atomic.Int64
	resyncs, overflows, tooSlow    atomic.Int64
	publishFailing                 atomic.Bool
}

// Stats returns the hub's counts, each right by itself.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	unsent := len(h.unsent)
	h.mu.Unlock()
	c := &h.stats
	return Stats{
		Topics: len(h.topics()), Streams: int(c.streams.Load()), Signals: int(c.signals.Load()), Unsent: unsent,
		Published: c.published.Load(), PublishFailures: c.publishFailures.Load(),
		Received: c.received.Load(), Malformed: c.malformed.Load(), LinksLost: c.linksLost.Load(),
		Repairs: c.repairs.Load(), RepairFailures: c.repairFailures.Load(),
		Verifications: c.verifications.Load(), VerifyFailures: c.verifyFailures.Load(),
		Resyncs: c.resyncs.Load(), Overflows: c.overflows.Load(), TooSlow: c.tooSlow.Load(),
	}
}
