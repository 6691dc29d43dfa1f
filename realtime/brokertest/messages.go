package brokertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// Every node that has subscribed gets a message, the one that publishes too.
func testDelivery(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 3), topic("a")
	for _, n := range nodes {
		n.subscribe(t, a)
	}
	for i, n := range nodes {
		n.publish(t, a, fmt.Sprint(i))
		for _, n := range nodes {
			n.await(t, "message from each node", func() bool { return len(n.got[a]) == i+1 })
		}
	}
	for _, n := range nodes {
		n.expect(t, a, "0", "1", "2")
		if err := n.Ping(context.Background()); err != nil {
			t.Errorf("Ping: %v", err)
		}
	}
}

// Payloads come as they were sent, whatever is in them.
func testPayloads(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	nodes[1].subscribe(t, a)
	want := []string{
		"", "x", "\x00\xff\r\n$5\r\n", strings.Repeat("\n", 100), "{\"s\":1}",
		strings.Repeat("k", realtime.MaxPayload), "end",
	}
	for _, p := range want {
		nodes[0].publish(t, a, p)
	}
	nodes[1].expect(t, a, want...)
}

// A payload beyond MaxPayload is refused, and hurts nothing.
func testTooLarge(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 1), topic("a")
	n := nodes[0]
	n.subscribe(t, a)
	err := n.Publish(context.Background(), a, make([]byte, realtime.MaxPayload+1))
	wantCode(t, "Publish", err, album.CodeInvalidInput)
	n.publish(t, a, "after")
	n.expect(t, a, "after")
}

// Of one publisher and topic the order is kept on every node, and nothing comes
// twice.
func testOrder(t *testing.T, newNodes NewNodes) {
	const publishers, topics, messages = 3, 4, 100
	nodes := start(t, newNodes, publishers)
	var names []string
	for i := range topics {
		names = append(names, topic(fmt.Sprint(i)))
	}
	for _, n := range nodes {
		n.subscribe(t, names...)
	}
	var wg sync.WaitGroup
	for p, n := range nodes {
		for _, name := range names {
			wg.Go(func() {
				for i := range messages {
					if err := n.Publish(context.Background(), name, fmt.Appendf(nil, "%d %d", p, i)); err != nil {
						t.Errorf("Publish: %v", err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	for _, n := range nodes {
		for _, name := range names {
			n.await(t, "all messages", func() bool { return len(n.got[name]) >= publishers*messages })
			next := make([]int, publishers)
			for _, m := range n.received(name) {
				var p, i int
				if _, err := fmt.Sscanf(m, "%d %d", &p, &i); err != nil {
					t.Fatalf("message %q: %v", m, err)
				}
				if i != next[p] {
					t.Fatalf("publisher %d: message %d came where %d should have", p, i, next[p])
				}
				next[p]++
			}
		}
	}
}

// A receiver that takes its time delays neither publishers nor other nodes.
func testSlowReceiver(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	slow, other := nodes[0], nodes[1]
	release := make(chan struct{})
	defer sync.OnceFunc(func() { close(release) })()
	slow.hook = func(string) { <-release }
	slow.subscribe(t, a)
	other.subscribe(t, a)
	var want []string
	for i := range 50 {
		want = append(want, fmt.Sprint(i))
		slow.publish(t, a, want[i])
	}
	other.expect(t, a, want...)
	if got := slow.received(a); len(got) > 0 {
		t.Errorf("the blocked receiver got %d messages", len(got))
	}
}

// A receiver may call the broker.
func testCallsFromReceiver(t *testing.T, newNodes NewNodes) {
	nodes := start(t, newNodes, 1)
	n, a, b := nodes[0], topic("a"), topic("b")
	n.hook = func(from string) {
		if from != a {
			return
		}
		n.Subscribe(topic("c"))
		n.Unsubscribe(topic("d"))
		if err := n.Publish(context.Background(), b, []byte("answer")); err != nil {
			t.Errorf("Publish from Receive: %v", err)
		}
	}
	n.subscribe(t, a, b)
	n.publish(t, a, "question")
	n.expect(t, b, "answer")
}

// All methods at once, from many goroutines; those who stay subscribed miss
// nothing.
func testConcurrency(t *testing.T, newNodes NewNodes) {
	const workers, rounds = 4, 50
	nodes, steady := start(t, newNodes, 2), topic("steady")
	for _, n := range nodes {
		n.subscribe(t, steady)
	}
	var wg sync.WaitGroup
	for _, n := range nodes {
		for w := range workers {
			own := topic(fmt.Sprint(w % 2)) // of its own, and one for all
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), deadline)
				defer cancel()
				for i := range rounds {
					for _, name := range []string{own, steady} {
						if err := n.Publish(ctx, name, fmt.Appendf(nil, "%d", i)); err != nil {
							t.Errorf("Publish: %v", err)
							return
						}
					}
					n.Subscribe(own)
					if err := n.Ping(ctx); err != nil {
						t.Errorf("Ping: %v", err)
					}
					n.Unsubscribe(own)
				}
			})
		}
	}
	wg.Wait()
	const all = 2 * workers * rounds
	for _, n := range nodes {
		n.await(t, "every message of the steady topic", func() bool { return len(n.got[steady]) >= all })
		if got := len(n.received(steady)); got != all {
			t.Errorf("got %d messages, want %d", got, all)
		}
	}
}

// A context that has ended loses the message at most, as UNAVAILABLE.
func testEndedContext(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 1), topic("a")
	ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	if err := nodes[0].Publish(ctx, a, nil); err != nil {
		wantCode(t, "Publish", err, album.CodeUnavailable)
	}
	nodes[0].subscribe(t, a)
	nodes[0].publish(t, a, "after")
	nodes[0].expect(t, a, "after")
}
