package realtime

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"keepsake/album"
)

// shard holds a part of the topics by their names at the broker.
type shard struct {
	mu     sync.RWMutex
	albums map[string]*topic
	users  map[string]*userTopic
	// live is what the broker was last told to deliver: the *topic or the
	// *userTopic for which Subscribe was called. stale names those where it may
	// differ from what is wanted; syncing says that somebody sees to them.
	live    map[string]any
	stale   []string
	syncing bool
}

func (sh *shard) init() {
	sh.albums, sh.users, sh.live = map[string]*topic{}, map[string]*userTopic{}, map[string]any{}
}

func (h *Hub) shard(name string) *shard {
	return &h.shards[maphash.String(h.seed, name)%shards]
}

// wanted returns what is there to deliver to, or nil.
func (sh *shard) wanted(name string) any {
	if t, ok := sh.albums[name]; ok {
		return t
	}
	if u, ok := sh.users[name]; ok {
		return u
	}
	return nil
}

// sync tells the broker of the changes in stale. One caller at a time does it
// for all, as its calls must come in the order of the changes and no lock may be
// held over them. A topic that replaces another of its name is subscribed anew,
// for the confirmation that it needs.
func (sh *shard) sync(b Broker) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.syncing {
		return
	}
	sh.syncing = true
	for len(sh.stale) > 0 {
		name := sh.stale[len(sh.stale)-1]
		sh.stale = sh.stale[:len(sh.stale)-1]
		want, have := sh.wanted(name), sh.live[name]
		if want == have {
			continue
		}
		if want != nil {
			sh.live[name] = want
		} else {
			delete(sh.live, name)
		}
		sh.mu.Unlock()
		if have != nil {
			b.Unsubscribe(name)
		}
		if want != nil {
			b.Subscribe(name)
		}
		sh.mu.Lock()
	}
	sh.stale, sh.syncing = nil, false
}

// attach adds a stream to the album's topic.
func (h *Hub) attach(id album.AlbumID) (*topic, error) {
	name := AlbumTopic(id)
	sh := h.shard(name)
	sh.mu.Lock()
	if h.Closed() {
		sh.mu.Unlock()
		return nil, album.ErrUnavailable
	}
	t, ok := sh.albums[name]
	if !ok {
		t = newTopic(id, h.opt.Queue)
		sh.albums[name] = t
		sh.stale = append(sh.stale, name)
	}
	t.streams++
	sh.mu.Unlock()
	if !ok {
		h.suspect(t)
		sh.sync(h.broker)
	}
	return t, nil
}

// detach takes a stream away; a topic without streams is dropped.
func (h *Hub) detach(t *topic) {
	name := AlbumTopic(t.id)
	sh := h.shard(name)
	sh.mu.Lock()
	t.streams--
	last := t.streams == 0
	sh.mu.Unlock()
	if last {
		h.drop(t, album.ErrUnavailable, func() bool { return t.streams == 0 })
	}
}

// drop ends a topic with err and forgets it, if it is still the album's and
// still agrees; that is asked under the shard's lock.
func (h *Hub) drop(t *topic, err error, still func() bool) {
	name := AlbumTopic(t.id)
	sh := h.shard(name)
	sh.mu.Lock()
	if sh.albums[name] != t || !still() {
		sh.mu.Unlock()
		return
	}
	delete(sh.albums, name)
	sh.stale = append(sh.stale, name)
	sh.mu.Unlock()
	h.endTopic(t, err)
	sh.sync(h.broker)
}

func (h *Hub) endTopic(t *topic, err error) {
	h.update(t, func() bool { t.err = err; return true })
	h.trust(t, 0)
}

// topic returns the topic of that name, or nil.
func (h *Hub) topic(name string) *topic {
	sh := h.shard(name)
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	return sh.albums[name]
}

// topics returns all topics.
func (h *Hub) topics() []*topic {
	var all []*topic
	for i := range h.shards {
		sh := &h.shards[i]
		sh.mu.RLock()
		all = slices.AppendSeq(all, maps.Values(sh.albums))
		sh.mu.RUnlock()
	}
	return all
}

// sweep ends everything in the shard, for Close.
func (sh *shard) sweep(h *Hub) {
	sh.mu.Lock()
	ended := slices.Collect(maps.Values(sh.albums))
	sh.stale = slices.AppendSeq(sh.stale, maps.Keys(sh.albums))
	sh.stale = slices.AppendSeq(sh.stale, maps.Keys(sh.users))
	clear(sh.albums)
	clear(sh.users)
	sh.mu.Unlock()
	for _, t := range ended {
		h.endTopic(t, album.ErrUnavailable)
	}
	sh.sync(h.broker)
}

// receiver is what the broker sees of a hub.
type receiver struct{ h *Hub }

var _ Receiver = receiver{}

// Receive implements Receiver.
func (r receiver) Receive(name string, payload []byte) {
	h := r.h
	h.stats.received.Add(1)
	id, ok := albumOf(name)
	if !ok {
		h.fireUser(name)
		return
	}
	t := h.topic(name)
	if t == nil {
		return // on its way when the last stream left
	}
	m, err := Decode(id, payload)
	if err != nil {
		h.stats.malformed.Add(1)
		h.opt.Logger.Warn("realtime: message cannot be read", "topic", name, "error", err)
		return
	}
	h.deliver(t, m)
}

// Confirmed implements Receiver.
func (r receiver) Confirmed(name string) {
	h := r.h
	link := h.link.Load()
	sh := h.shard(name)
	sh.mu.Lock()
	t, u := sh.albums[name], sh.users[name]
	if u != nil {
		u.live = link
	}
	sh.mu.Unlock()
	switch {
	case t != nil:
		h.update(t, func() bool { t.live = link; return false })
		h.suspect(t)
	case u != nil:
		h.fireUser(name)
	}
}

// Lost implements Receiver.
func (r receiver) Lost() {
	r.h.stats.linksLost.Add(1)
	r.h.link.Add(1)
	r.h.wakeVerifier()
}
