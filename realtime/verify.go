package realtime

import (
	"maps"
	"slices"
	"time"

	"keepsake/album"
)

// suspect says that a topic may have missed messages, and has it verified.
func (h *Hub) suspect(t *topic) {
	h.mu.Lock()
	h.reason++
	h.unsure[t] = h.reason
	h.mu.Unlock()
	h.wakeVerifier()
}

// trust takes back the suspicion for that reason, or any if it is 0.
func (h *Hub) trust(t *topic, reason int64) {
	h.mu.Lock()
	if reason == 0 || h.unsure[t] == reason {
		delete(h.unsure, t)
	}
	h.mu.Unlock()
}

func (h *Hub) suspects() map[*topic]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.unsure)
}

func (h *Hub) wakeVerifier() {
	select {
	case h.kick <- struct{}{}:
	default: // it has been woken already
	}
}

// runVerifier compares the topics' positions with the log: of all every
// VerifyEvery; of those it is unsure of every PollEvery; and at once when the
// broker confirms a topic. A topic is sure when it was found right on the
// present link after its confirmation.
func (h *Hub) runVerifier() {
	link := h.link.Load()
	full := time.Now().Add(jitter(h.opt.VerifyEvery))
	poll := full
	timer := time.NewTimer(time.Until(full))
	defer timer.Stop()
	away := false
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-timer.C:
		case <-h.kick:
			if !pause(h.ctx, settle) {
				return
			}
		}
		if now := h.link.Load(); now != link {
			link = now
			for _, t := range h.topics() {
				h.suspect(t)
			}
		}

		polling := true
		suspects := h.suspects()
		due := slices.Collect(maps.Keys(suspects))
		switch now := time.Now(); {
		case !now.Before(full):
			full = now.Add(jitter(h.opt.VerifyEvery))
			due = h.topics()
			h.fireDeafUsers()
		case now.Before(poll):
			polling = false
			due = slices.DeleteFunc(due, func(t *topic) bool { return !t.isLive(link) })
		}
		err := h.verify(due, suspects, link)
		if h.Closed() {
			return
		}
		if (err != nil) != away {
			away = err != nil
			h.logStore(err)
		}

		// With nobody to suspect there is nothing to poll for.
		switch now := time.Now(); {
		case len(h.suspects()) == 0:
			poll = full
		case polling || poll.Equal(full):
			poll = now.Add(jitter(h.opt.PollEvery))
		}
		timer.Reset(time.Until(earlier(full, poll)))
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (h *Hub) logStore(err error) {
	if err != nil {
		h.opt.Logger.Warn("realtime: the album log cannot be read", "error", err)
	} else {
		h.opt.Logger.Info("realtime: the album log is read again")
	}
}

// isLive reports whether messages arrive on that link, so that it is worth while
// to verify the topic at once. One that waits for the store is not.
func (t *topic) isLive(link int64) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.live == link && !t.held
}

// mark is a topic as it was before the store was asked.
type mark struct {
	t       *topic
	pos     int64
	settled bool // confirmed on the present link
}

// verify asks the store about topics, in bounded questions, and stops at the
// first that it does not answer.
func (h *Hub) verify(due []*topic, suspects map[*topic]int64, link int64) error {
	marks := make([]mark, 0, len(due))
	for _, t := range due {
		t.mu.RLock()
		m := mark{t: t, pos: t.pos, settled: t.live == link}
		ended := t.err != nil
		t.mu.RUnlock()
		switch {
		case ended:
			h.trust(t, 0)
		case m.pos != unknown: // else its first Watch is still reading the log
			marks = append(marks, m)
		}
	}
	for chunk := range slices.Chunk(marks, headsChunk) {
		ids := make([]album.AlbumID, len(chunk))
		for i, m := range chunk {
			ids[i] = m.t.id
		}
		heads, err := h.heads(h.ctx, ids...)
		if err != nil {
			h.stats.verifyFailures.Add(1)
			return err
		}
		h.stats.verifications.Add(1)
		for _, m := range chunk {
			head, ok := heads[m.t.id]
			if !ok {
				h.drop(m.t, album.ErrNotFound, always)
				continue
			}
			h.compare(m, head)
			if reason := suspects[m.t]; reason != 0 && m.settled {
				h.trust(m.t, reason)
			}
		}
	}
	return nil
}

// compare tells a topic what the store says of its album's newest entry.
func (h *Hub) compare(m mark, head int64) {
	t := m.t
	h.update(t, func() bool {
		t.held = false
		t.doubt = t.doubt || head < m.pos
		return t.hear(head)
	})
}
