package redisbroker

import "slices"

// topic is a topic that is subscribed, or that its server still has to be told
// is not. Broker.mu guards it.
//
// Servers answer commands in their order, so the last command sent for a topic
// says what holds once it is answered. Each Subscribe after an Unsubscribe sends
// a command of its own: only its answer proves that nothing is missed from
// there on.
type topic struct {
	channel string
	shard   *shard // the server that serves it; nil while none is known
	wanted  bool   // subscribed, as the caller sees it
	again   bool   // SUBSCRIBE has to be sent, even if it has been
	asked   bool   // the last command sent is SUBSCRIBE
	command uint64 // the number of that command while it is not answered; else 0
	queued  bool   // it is in shard.todo
}

// command is one that has been sent and not been answered in full. There is one
// answer for each topic, or one error for all.
type command struct {
	number    uint64
	subscribe bool // else UNSUBSCRIBE
	topics    []*topic
	next      int // of topics, the one to be answered next
}

func (c *command) channels() []string {
	channels := make([]string, len(c.topics))
	for i, t := range c.topics {
		channels[i] = t.channel
	}
	return channels
}

const (
	// maxTopics is how many topics one command names.
	maxTopics = 512
	// maxFlying is at how many topics of a link that wait for an answer nothing
	// more is sent.
	maxFlying = 16 * maxTopics
)

// Subscribe implements realtime.Broker.
func (b *Broker) Subscribe(name string) {
	channel := b.opt.Prefix + name
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.topics[channel]
	switch {
	case b.closed || t != nil && t.wanted:
		return
	case t == nil:
		t = &topic{channel: channel}
		b.topics[channel] = t
	}
	t.wanted, t.again = true, true
	b.see(t)
}

// Unsubscribe implements realtime.Broker.
func (b *Broker) Unsubscribe(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.topics[b.opt.Prefix+name]; t != nil && t.wanted {
		t.wanted, t.again = false, false
		b.see(t)
	}
}

// The functions below are called with the lock held.

// see has a topic's server told what is new about it.
func (b *Broker) see(t *topic) {
	if t.shard == nil {
		t.shard = b.serverOf(t.channel)
	}
	switch {
	case t.shard == nil && !t.wanted:
		delete(b.topics, t.channel)
	case t.shard != nil && !t.queued:
		t.queued = true
		t.shard.todo = append(t.shard.todo, t)
		nudge(t.shard.wake)
	}
}

// forget takes back what a server was told of a topic: its link has broken, or
// it no longer serves the topic.
func (b *Broker) forget(t *topic) {
	t.asked, t.command, t.queued = false, 0, false
	t.again = t.wanted
}

// release is forget for all topics of a server. If it is gone, they look for
// another one.
func (b *Broker) release(s *shard, gone bool) {
	s.todo, s.sent, s.flying = nil, nil, 0
	for channel, t := range b.topics {
		if t.shard != s {
			continue
		}
		b.forget(t)
		if gone {
			t.shard = nil
		}
		if t.wanted {
			b.see(t)
		} else {
			delete(b.topics, channel)
		}
	}
}

// place finds servers for topics that have none.
func (b *Broker) place() {
	for _, t := range b.topics {
		if t.shard == nil {
			b.see(t)
		}
	}
}

// reconfirm has all topics confirmed anew that are not on s: a receiver that has
// been told of a broken link waits for all of its topics.
func (b *Broker) reconfirm(s *shard) {
	for _, t := range b.topics {
		if t.wanted && t.shard != nil && t.shard != s {
			t.again = true
			b.see(t)
		}
	}
}

// The functions below take the lock.

// commands returns what is to be sent on a link next, at most one command of
// each kind, or for sharded channels, which may be named together only if they
// share a slot, one a topic. Nothing is left to be said when there is none.
func (b *Broker) commands(s *shard) []*command {
	b.mu.Lock()
	defer b.mu.Unlock()
	var subscribe, unsubscribe []*topic
	n := 0
	for ; n < len(s.todo) && n < maxTopics && s.flying < maxFlying; n++ {
		t := s.todo[n]
		if t.shard != s {
			continue // it has moved away
		}
		t.queued = false
		switch {
		case t.wanted && (t.again || !t.asked):
			t.again, t.asked = false, true
			subscribe = append(subscribe, t)
		case !t.wanted && t.asked:
			t.asked = false
			unsubscribe = append(unsubscribe, t)
		case !t.wanted && t.command == 0:
			delete(b.topics, t.channel)
		}
	}
	clear(s.todo[:n])
	if s.todo = s.todo[n:]; len(s.todo) == 0 {
		s.todo = nil
	}
	size := maxTopics
	if b.sharded {
		size = 1
	}
	first := len(s.sent)
	b.note(s, true, subscribe, size)
	b.note(s, false, unsubscribe, size)
	return slices.Clone(s.sent[first:]) // the reader takes them off meanwhile
}

// note writes down commands about topics, each naming at most size of them.
func (b *Broker) note(s *shard, subscribe bool, topics []*topic, size int) {
	s.flying += len(topics)
	for len(topics) > 0 {
		n := min(size, len(topics))
		b.number++
		c := &command{number: b.number, subscribe: subscribe, topics: topics[:n]}
		topics = topics[n:]
		for _, t := range c.topics {
			t.command = c.number
		}
		s.sent = append(s.sent, c)
	}
}

// answered takes a server's answer about one channel. It reports whether the
// topic is confirmed, and ok is false if the answer fits nothing that was asked.
func (b *Broker) answered(s *shard, subscribe bool, channel string) (confirmed, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var c *command
	if len(s.sent) > 0 {
		c = s.sent[0]
	}
	if c == nil || c.subscribe != subscribe || c.topics[c.next].channel != channel {
		// The server ends a subscription by itself when it gives a slot away.
		if !subscribe && b.sharded {
			if t := b.topics[channel]; t != nil && t.shard == s && t.asked {
				b.moved(t)
			}
			return false, true
		}
		return false, false
	}
	t := c.topics[c.next]
	if c.next++; c.next == len(c.topics) {
		s.shift()
	}
	s.landed(1)
	if t.shard != s || t.command != c.number {
		return false, true // a later command will tell
	}
	t.command = 0
	switch {
	case subscribe:
		return t.wanted && !t.again, true
	case !t.wanted:
		delete(b.topics, channel)
	}
	return false, true
}

// refused takes a server's answer that another one serves what it was asked
// about. It is not ok if nothing was asked.
func (b *Broker) refused(s *shard) (ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(s.sent) == 0 {
		return false
	}
	c := s.sent[0]
	s.shift()
	s.landed(len(c.topics) - c.next)
	for _, t := range c.topics[c.next:] {
		if t.shard == s && t.command == c.number {
			b.moved(t)
		}
	}
	return true
}

// moved takes a topic off its server, and has looked who serves it now. The
// caller holds the lock.
func (b *Broker) moved(t *topic) {
	b.forget(t)
	t.shard = nil
	if !t.wanted {
		delete(b.topics, t.channel)
	}
	b.lookAgain()
}
