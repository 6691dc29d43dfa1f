// Package membroker is the broker of a single process: messages go from memory
// to memory. Several nodes can join one Bus, which with the hooks in faults.go
// shows in tests what a real network does to them.
package membroker

import (
	"context"
	"slices"
	"sync"

	"keepsake/album"
	"keepsake/realtime"
)

// DefaultQueue is how many messages wait for a node's receiver at most.
const DefaultQueue = 8192

// Bus connects brokers. All of its methods may be called concurrently.
type Bus struct {
	queue int
	mu    sync.RWMutex
	nodes []*Broker
}

// NewBus makes a bus whose nodes each queue at most queue messages, or
// DefaultQueue if it is 0.
func NewBus(queue int) *Bus {
	if queue <= 0 {
		queue = DefaultQueue
	}
	return &Bus{queue: queue}
}

// New returns the only node of a new bus.
func New() *Broker { return NewBus(0).Join() }

// Broker is one node on a bus.
//
// A node's messages wait in one bounded queue. When it is full, the whole queue
// is dropped and the link counts as broken and mended at once: the receiver is
// told Lost, and Confirmed for each topic, so that it looks after what it missed.
//
// One goroutine, which lives from Attach to Close, makes all calls of the
// receiver, and holds no lock over them. The receiver may call the broker, but
// for Close.
type Broker struct {
	bus  *Bus
	done chan struct{} // closed when the goroutine has ended; nil before Attach

	mu       sync.Mutex
	work     sync.Cond // there is something to do, or closed
	receiver realtime.Receiver
	topics   map[string]bool // subscribed ones; true: Confirmed has been, or is about to be, called
	queue    []message
	lost     bool     // Lost is to be called
	confirm  []string // topics for which Confirmed may have to be called
	closed   bool
	faults   faults
}

var _ realtime.Broker = (*Broker)(nil)

type message struct {
	topic   string
	payload []byte
}

// Join adds a node to the bus.
func (b *Bus) Join() *Broker {
	n := &Broker{bus: b, topics: map[string]bool{}}
	n.work.L = &n.mu
	b.mu.Lock()
	b.nodes = append(b.nodes, n)
	b.mu.Unlock()
	return n
}

// Attach implements realtime.Broker.
func (n *Broker) Attach(r realtime.Receiver) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.receiver != nil {
		panic("membroker: attached twice")
	}
	n.receiver = r
	if n.closed {
		return
	}
	n.done = make(chan struct{})
	go n.run()
}

// Publish implements realtime.Broker.
func (n *Broker) Publish(ctx context.Context, topic string, payload []byte) error {
	if len(payload) > realtime.MaxPayload {
		return album.Errorf(album.CodeInvalidInput, "a message of %d bytes is too large", len(payload))
	}
	if err := ctx.Err(); err != nil {
		return album.ErrUnavailable.Wrap(err)
	}
	if err := n.away(true); err != nil {
		return err
	}
	n.bus.mu.RLock()
	defer n.bus.mu.RUnlock()
	for _, to := range n.bus.nodes {
		to.take(message{topic, payload})
	}
	return nil
}

// take queues a message, if the node wants it.
func (n *Broker) take(m message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.topics[m.topic]; !ok || n.closed || n.faults.swallow() {
		return
	}
	if len(n.queue) == n.bus.queue {
		n.breakLink()
		n.mendLink()
		return
	}
	n.queue = append(n.queue, m)
	n.work.Signal()
}

// Subscribe implements realtime.Broker.
func (n *Broker) Subscribe(topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.topics[topic]; ok || n.closed {
		return
	}
	n.topics[topic] = false
	if !n.faults.cut {
		n.confirm = append(n.confirm, topic)
		n.work.Signal()
	}
}

// Unsubscribe implements realtime.Broker.
func (n *Broker) Unsubscribe(topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.topics, topic)
}

// Ping implements realtime.Broker.
func (n *Broker) Ping(context.Context) error { return n.away(false) }

// Close implements realtime.Broker. It may be called more than once.
func (n *Broker) Close() error {
	n.mu.Lock()
	n.closed = true
	n.queue, n.confirm, n.lost = nil, nil, false
	clear(n.topics)
	done := n.done
	n.work.Signal()
	n.mu.Unlock()

	n.bus.mu.Lock()
	n.bus.nodes = slices.DeleteFunc(n.bus.nodes, func(m *Broker) bool { return m == n })
	n.bus.mu.Unlock()
	if done != nil {
		<-done
	}
	return nil
}

// run makes the calls of the receiver until Close.
func (n *Broker) run() {
	defer close(n.done)
	for {
		n.mu.Lock()
		for !n.closed && !n.lost && len(n.confirm) == 0 && len(n.queue) == 0 {
			n.work.Wait()
		}
		if n.closed {
			n.mu.Unlock()
			return
		}
		lost, confirm := n.lost, n.confirm
		n.lost, n.confirm = false, nil
		n.mu.Unlock()

		if lost {
			n.receiver.Lost()
		}
		for _, topic := range confirm {
			if n.confirms(topic) {
				n.receiver.Confirmed(topic)
			}
		}
		if m, ok := n.next(); ok {
			n.receiver.Receive(m.topic, m.payload)
		}
	}
}

// next takes a message from the queue, if there is one that is still wanted.
func (n *Broker) next() (message, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.queue) == 0 {
		return message{}, false
	}
	m := n.queue[0]
	n.queue[0] = message{}
	n.queue = n.queue[1:]
	_, ok := n.topics[m.topic]
	return m, ok
}

// confirms reports whether Confirmed is still to be called for the topic.
func (n *Broker) confirms(topic string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	confirmed, ok := n.topics[topic]
	if !ok || confirmed || n.lost || n.faults.cut {
		return false
	}
	n.topics[topic] = true
	return true
}
