package realtime

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"keepsake/album"
)

// userTopic is one person's topic on this node; guarded by its shard's lock.
type userTopic struct {
	signals map[*Signal]struct{}
	live    int64 // the link on which the broker has confirmed it, or 0
}

// Signal tells that a person's albums or sessions may have changed: somebody
// called NotifyUser, or could have done so while no messages arrived. There is
// nothing to read from it but that; who holds it looks into the store again.
type Signal struct {
	hub    *Hub
	name   string // the user's topic
	notify func()
	open   atomic.Bool
}

// Close ends the signal. It may be called more than once.
func (s *Signal) Close() {
	if s.open.Swap(false) {
		s.hub.unwatchUser(s)
	}
}

// WatchUser begins a signal about one person: notify is called, from any
// goroutine and perhaps once more after Close, and must return at once. It is
// called when messages begin to arrive, first and after each broken link, as
// there may have been some before; while the link is broken it is called about
// every VerifyEvery. On a closed hub it never is. A message that is lost on a
// sound link is lost to it.
func (h *Hub) WatchUser(id album.UserID, notify func()) *Signal {
	name := UserTopic(id)
	s := &Signal{hub: h, name: name, notify: notify}
	sh := h.shard(name)
	sh.mu.Lock()
	if h.Closed() {
		sh.mu.Unlock()
		return s
	}
	s.open.Store(true)
	u, ok := sh.users[name]
	if !ok {
		u = &userTopic{signals: map[*Signal]struct{}{}}
		sh.users[name] = u
		sh.stale = append(sh.stale, name)
	}
	u.signals[s] = struct{}{}
	sh.mu.Unlock()
	h.stats.signals.Add(1)
	sh.sync(h.broker)
	return s
}

func (h *Hub) unwatchUser(s *Signal) {
	name := s.name
	h.stats.signals.Add(-1)
	sh := h.shard(name)
	sh.mu.Lock()
	// After Close of the hub there is none.
	if u := sh.users[name]; u != nil {
		delete(u.signals, s)
		if len(u.signals) == 0 {
			delete(sh.users, name)
			sh.stale = append(sh.stale, name)
		}
	}
	sh.mu.Unlock()
	sh.sync(h.broker)
}

// fireUser fires the signals of one user topic.
func (h *Hub) fireUser(name string) {
	sh := h.shard(name)
	var signals []*Signal
	sh.mu.RLock()
	if u := sh.users[name]; u != nil {
		signals = slices.Collect(maps.Keys(u.signals))
	}
	sh.mu.RUnlock()
	for _, s := range signals {
		s.notify()
	}
}

// fireDeafUsers fires the signals whose messages do not arrive.
func (h *Hub) fireDeafUsers() {
	link := h.link.Load()
	for i := range h.shards {
		sh := &h.shards[i]
		var signals []*Signal
		sh.mu.RLock()
		for _, u := range sh.users {
			if u.live != link {
				signals = slices.AppendSeq(signals, maps.Keys(u.signals))
			}
		}
		sh.mu.RUnlock()
		for _, s := range signals {
			s.notify()
		}
	}
}

// NotifyUser tells all nodes that a person's albums have changed. Like
// PublishEntries it is called after the commit and cannot fail.
func (h *Hub) NotifyUser(ctx context.Context, id album.UserID) {
	name := UserTopic(id)
	ctx, cancel := h.publishing(ctx)
	defer cancel()
	if payload := []byte("{}"); !h.publish(ctx, name, payload) {
		h.sendLater(name, unsent{topic: name, payload: payload})
		h.fireUser(name)
	}
}
