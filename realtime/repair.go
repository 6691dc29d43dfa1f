package realtime

import (
	"errors"
	"time"

	"keepsake/album"
	"keepsake/internal/safeguard"
)

// update changes a topic, and sees to the repair if entries turn out to be
// missing.
func (h *Hub) update(t *topic, f func() (news bool)) {
	if t.update(f) {
		h.queueRepair(t)
	}
}

// repairJob is a topic of which entries are missing. A topic is in at most one
// job: update says who may queue it, and claimed stays set until it is done.
type repairJob struct {
	t   *topic
	due time.Time // until then the messages may only be late
}

// queueRepair has the topic repaired by one of at most maxRepairs goroutines,
// which live only while there is something to do.
func (h *Hub) queueRepair(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.repairs = append(h.repairs, repairJob{t: t, due: time.Now().Add(settle)})
	if h.workers < maxRepairs {
		h.workers++
		h.wg.Go(h.runRepairs)
	}
}

func (h *Hub) runRepairs() {
	for {
		h.mu.Lock()
		if len(h.repairs) == 0 || h.closed {
			h.workers--
			h.repairs = nil
			h.mu.Unlock()
			return
		}
		job := h.repairs[0]
		h.repairs = h.repairs[1:]
		h.mu.Unlock()
		// Jobs are queued in the order in which they are due, so none waits
		// because of another.
		if !pause(h.ctx, time.Until(job.due)) {
			continue
		}
		h.repair(job.t)
	}
}

// repair reads the log, page by page, until nothing is missing. Messages that
// come meanwhile are handed on or kept by the topic as always.
func (h *Hub) repair(t *topic) {
	if !safeguard.Repair {
		h.passOver(t)
		return
	}
	for counted, resynced := false, false; ; {
		after, known, ok := t.hole()
		if !ok {
			return
		}
		if !counted {
			h.stats.repairs.Add(1)
			counted = true
		}
		entries, err := h.entries(h.ctx, t.id, after)
		if errors.Is(err, album.ErrResync) && !resynced {
			resynced = true
			// The log does not reach back, or not so far forward.
			var head int64
			if head, err = h.head(h.ctx, t.id); err == nil {
				h.update(t, func() bool { t.moveTo(head); return true })
				continue
			}
		}
		stuck := false
		if err == nil {
			h.update(t, func() (news bool) {
				news, stuck = t.fill(entries, known, len(entries) < h.page)
				return news
			})
		}
		switch {
		case errors.Is(err, album.ErrNotFound):
			h.drop(t, err, always)
			return
		case err != nil || stuck:
			h.postponeRepairs(t, err)
			return
		}
	}
}

// passOver is what takes the place of a repair where the safeguard is off: what
// is missing is handed on as entries that nobody is shown.
func (h *Hub) passOver(t *topic) {
	h.update(t, func() bool {
		was := t.pos
		for t.pos < t.known {
			t.handOn(&album.Entry{AlbumID: t.id, Seq: t.pos + 1, Kind: album.AccessChanged})
			t.handOnEarly()
		}
		t.claimed, t.doubt = false, false
		return t.pos > was
	})
}

func always() bool { return true }

// hole returns the topic's position and what it has heard of. If nothing is
// missing it ends the repair and is not ok.
func (t *topic) hole() (after, known int64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.claimed = t.incomplete()
	return t.pos, t.known, t.claimed
}

// postponeRepairs leaves a repair that the store did not answer, and those that
// wait behind it, to the verifier: it asks the store about all of them together
// until there is an answer.
func (h *Hub) postponeRepairs(t *topic, err error) {
	if h.Closed() {
		return
	}
	h.stats.repairFailures.Add(1)
	h.opt.Logger.Debug("realtime: repair postponed", "album", t.id, "error", err)
	h.mu.Lock()
	jobs := append(h.repairs, repairJob{t: t})
	h.repairs = nil
	h.mu.Unlock()
	for _, job := range jobs {
		h.update(job.t, func() bool {
			job.t.claimed, job.t.held = false, true
			return false
		})
		h.suspect(job.t)
	}
}
