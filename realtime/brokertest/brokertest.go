// Package brokertest is the contract of realtime.Broker as a test suite. A
// backend's test makes nodes and calls Run.
//
// The suite supposes a link without faults, so that every message arrives, but
// not that anything arrives at once: it polls, with deadlines. What a backend
// does when its link breaks is for its own tests, as the means to break it are.
package brokertest

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepsake/album"
	"keepsake/realtime"
)

const (
	// deadline is how long the suite waits for what must happen.
	deadline = 20 * time.Second
	// grace is how long it waits to see that nothing happens.
	grace = 150 * time.Millisecond
)

// NewNodes makes n brokers that reach each other, with nothing attached. The
// suite closes them; what else they need is released by t.Cleanup.
type NewNodes func(t *testing.T, n int) []realtime.Broker

// Run runs the suite. Each test uses topics of its own, so that nodes may share
// a server with others.
func Run(t *testing.T, newNodes NewNodes) {
	tests := []struct {
		name string
		run  func(t *testing.T, newNodes NewNodes)
	}{
		{"Delivery", testDelivery},
		{"Payloads", testPayloads},
		{"TooLarge", testTooLarge},
		{"Order", testOrder},
		{"SubscribeTwice", testSubscribeTwice},
		{"OnlySubscribed", testOnlySubscribed},
		{"Unsubscribe", testUnsubscribe},
		{"Resubscribe", testResubscribe},
		{"ManyTopics", testManyTopics},
		{"SlowReceiver", testSlowReceiver},
		{"CallsFromReceiver", testCallsFromReceiver},
		{"Concurrency", testConcurrency},
		{"EndedContext", testEndedContext},
		{"Close", testClose},
		{"CloseWaits", testCloseWaits},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			test.run(t, newNodes)
		})
	}
}

// node is a broker with a receiver that writes down what it gets.
type node struct {
	realtime.Broker
	*recorder
}

// start makes n nodes and closes them when the test ends.
func start(t *testing.T, newNodes NewNodes, n int) []node {
	t.Helper()
	brokers := newNodes(t, n)
	if len(brokers) != n {
		t.Fatalf("asked for %d nodes, got %d", n, len(brokers))
	}
	nodes := make([]node, n)
	for i, b := range brokers {
		nodes[i] = node{b, newRecorder(t)}
		b.Attach(nodes[i].recorder)
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	return nodes
}

// subscribe subscribes and waits for the confirmation.
func (n node) subscribe(t *testing.T, topics ...string) {
	t.Helper()
	was := make([]int, len(topics))
	for i, topic := range topics {
		was[i] = n.confirmations(topic)
	}
	for _, topic := range topics {
		n.Subscribe(topic)
	}
	for i, topic := range topics {
		n.await(t, "confirmation of "+topic, func() bool { return n.confirmed[topic] > was[i] })
	}
}

func (n node) publish(t *testing.T, topic, payload string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := n.Publish(ctx, topic, []byte(payload)); err != nil {
		t.Fatalf("Publish: %v", err)
	}
}

// topic returns a topic's name that nobody else uses.
func topic(name string) string { return "test/" + rand.Text() + "/" + name }

// recorder is a receiver that keeps everything, and checks that calls for one
// topic do not overlap.
type recorder struct {
	t    *testing.T
	hook func(topic string) // called in Receive without a lock; nil: nothing

	mu        sync.Mutex
	got       map[string][]string
	confirmed map[string]int
	lost      int
	running   map[string]bool
	changed   chan struct{}
}

func newRecorder(t *testing.T) *recorder {
	return &recorder{
		t: t, got: map[string][]string{}, confirmed: map[string]int{},
		running: map[string]bool{}, changed: make(chan struct{}, 1),
	}
}

func (r *recorder) Receive(topic string, payload []byte) {
	r.enter(topic)
	if r.hook != nil {
		r.hook(topic)
	}
	r.leave(topic, func() { r.got[topic] = append(r.got[topic], string(payload)) })
}

func (r *recorder) Confirmed(topic string) {
	r.enter(topic)
	r.leave(topic, func() { r.confirmed[topic]++ })
}

func (r *recorder) Lost() {
	r.mu.Lock()
	r.lost++
	r.mu.Unlock()
}

func (r *recorder) enter(topic string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[topic] {
		r.t.Errorf("two calls for topic %s at one time", topic)
	}
	r.running[topic] = true
}

func (r *recorder) leave(topic string, note func()) {
	r.mu.Lock()
	note()
	delete(r.running, topic)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) received(topic string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got[topic])
}

func (r *recorder) confirmations(topic string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.confirmed[topic]
}

// await waits until cond holds; it is asked under the recorder's lock. Only one
// goroutine may await a recorder at one time.
func (r *recorder) await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	timeout := time.After(deadline)
	for {
		r.mu.Lock()
		ok := cond()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-r.changed:
		case <-timeout:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// expect waits until exactly these messages have come on a topic, in this order.
func (r *recorder) expect(t *testing.T, topic string, want ...string) {
	t.Helper()
	r.await(t, topic, func() bool { return len(r.got[topic]) >= len(want) })
	if got := r.received(topic); !slices.Equal(got, want) {
		t.Fatalf("topic %s: got %.60q, want %.60q", topic, got, want)
	}
}

func wantCode(t *testing.T, what string, err error, code album.Code) {
	t.Helper()
	if e, ok := errors.AsType[*album.Error](err); !ok || e.Code != code {
		t.Errorf("%s: got error %v, want %s", what, err, code)
	}
}
