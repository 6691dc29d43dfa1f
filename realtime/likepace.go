package realtime

import (
	"time"

	"keepsake/album"
)

// likePace lets a medium's first like state through at once, and of those that
// follow sooner than the pace only the newest, when its time has come. The zero
// pace has seen nothing.
type likePace struct {
	media map[album.MediaID]*pacedLike // those whose last state went out lately
	timed bool                         // somebody will call due
}

type pacedLike struct {
	next time.Time        // when the next state may go out
	held *album.LikeState // that waits for it, or nil
}

// offer reports whether the state is to go out now. If not, it is held, or was
// older than the one that is.
func (p *likePace) offer(s *album.LikeState, now time.Time, every time.Duration) bool {
	m := p.media[s.MediaID]
	switch {
	case m == nil && len(p.media) >= maxLikes: // too many to keep pace with
		return true
	case m == nil:
		if p.media == nil {
			p.media = map[album.MediaID]*pacedLike{}
		}
		p.media[s.MediaID] = &pacedLike{next: now.Add(every)}
		return true
	case m.held == nil || m.held.Version < s.Version:
		m.held = s
	}
	return false
}

// due returns the held states whose time has come and forgets the media that
// have been quiet.
func (p *likePace) due(now time.Time, every time.Duration) (out []*album.LikeState) {
	for id, m := range p.media {
		switch {
		case now.Before(m.next):
		case m.held == nil:
			delete(p.media, id)
		default:
			out = append(out, m.held)
			m.held, m.next = nil, now.Add(every)
		}
	}
	return out
}

// deliverLike hands a like state to a topic at the topic's pace.
func (h *Hub) deliverLike(t *topic, s *album.LikeState) {
	timed := false
	h.update(t, func() bool {
		if t.err != nil {
			return false
		}
		now := t.pace.offer(s, time.Now(), h.opt.LikeEvery)
		timed = !t.pace.timed
		t.pace.timed = true
		return now && t.likes.put(s)
	})
	if timed {
		time.AfterFunc(h.opt.LikeEvery, func() { h.releaseLikes(t) })
	}
}

// releaseLikes lets out what is due, and comes back as long as anything is held.
func (h *Hub) releaseLikes(t *topic) {
	again := false
	h.update(t, func() (news bool) {
		for _, s := range t.pace.due(time.Now(), h.opt.LikeEvery) {
			news = t.likes.put(s) || news
		}
		again = t.err == nil && len(t.pace.media) > 0 && !h.Closed()
		t.pace.timed = again
		return news
	})
	if again {
		time.AfterFunc(h.opt.LikeEvery, func() { h.releaseLikes(t) })
	}
}
