package realtime

import "context"

// maxUnsent bounds what is kept for a broker that is away. What is dropped
// beyond it is made good by the next message of its kind.
const maxUnsent = 10_000

// unsent is a message that the broker did not take and that nothing else makes
// good: unlike an entry it does not stand in a log that nodes read anyway.
type unsent struct {
	topic   string
	payload []byte
	version int64 // of two with one key the greater is newer
}

// sendLater keeps a message, in place of an older one of the same key, until the
// broker takes it.
func (h *Hub) sendLater(key string, m unsent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old, waits := h.unsent[key]
	if h.closed || !waits && len(h.unsent) >= maxUnsent || waits && old.version > m.version {
		return
	}
	h.unsent[key] = m
	if !h.resends {
		h.resends = true
		h.wg.Go(h.runResend)
	}
}

// runResend offers the broker what it did not take, about every PollEvery, until
// it has all.
func (h *Hub) runResend() {
	for pause(h.ctx, jitter(h.opt.PollEvery)) {
		for {
			key, m, ok := h.nextUnsent()
			if !ok {
				return
			}
			ctx, cancel := h.publishing(context.Background())
			sent := h.publish(ctx, m.topic, m.payload)
			cancel()
			if !sent {
				break
			}
			h.sentAtLast(key, m)
		}
	}
}

// nextUnsent returns any message that waits. Without one the resending ends.
func (h *Hub) nextUnsent() (key string, m unsent, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, m := range h.unsent {
		return key, m, true
	}
	h.resends = false
	return "", unsent{}, false
}

func (h *Hub) sentAtLast(key string, m unsent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unsent[key].version == m.version {
		delete(h.unsent, key)
	}
}
