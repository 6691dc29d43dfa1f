package membroker

import "keepsake/album"

// faults are what a test has done to a node; guarded by the node's lock.
type faults struct {
	cut    bool
	refuse bool
	lose   int
}

// swallow reports whether a message for the node is lost.
func (f *faults) swallow() bool {
	if f.cut {
		return true
	}
	if f.lose > 0 {
		f.lose--
		return true
	}
	return false
}

// Lose loses the next count messages that would reach this node, and nobody is
// told. Other nodes get them.
func (n *Broker) Lose(count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults.lose = count
}

// Refuse makes Publish on this node fail with UNAVAILABLE, or work again.
func (n *Broker) Refuse(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults.refuse = on
}

// Cut breaks the node's link: its receiver is told Lost, messages for it are
// lost with those that wait, and Publish and Ping are UNAVAILABLE, until Mend.
func (n *Broker) Cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.faults.cut || n.closed {
		return
	}
	n.faults.cut = true
	n.breakLink()
}

// Mend ends what Cut began: the receiver is told Confirmed for every topic.
func (n *Broker) Mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.faults.cut || n.closed {
		return
	}
	n.faults.cut = false
	n.mendLink()
}

// breakLink drops what is on its way. The caller holds the lock.
func (n *Broker) breakLink() {
	n.queue, n.confirm, n.lost = nil, nil, true
	for topic := range n.topics {
		n.topics[topic] = false
	}
	n.work.Signal()
}

// mendLink has every topic confirmed anew. The caller holds the lock.
func (n *Broker) mendLink() {
	for topic := range n.topics {
		n.confirm = append(n.confirm, topic)
	}
	n.work.Signal()
}

// away returns the error that the node's link has now, for publishing or at all.
func (n *Broker) away(publishing bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed:
		return album.Errorf(album.CodeUnavailable, "the broker is closed")
	case n.faults.cut, publishing && n.faults.refuse:
		return album.Errorf(album.CodeUnavailable, "the broker is away")
	}
	return nil
}
