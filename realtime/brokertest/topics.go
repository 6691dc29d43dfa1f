package brokertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"keepsake/album"
)

// Subscribing twice delivers once.
func testSubscribeTwice(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	nodes[0].subscribe(t, a)
	nodes[0].Subscribe(a)
	nodes[0].Subscribe(a)
	for i := range 10 {
		nodes[1].publish(t, a, fmt.Sprint(i))
	}
	nodes[0].subscribe(t, topic("fence"))
	nodes[1].publish(t, a, "last")
	nodes[0].expect(t, a, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "last")
}

// Messages of other topics, and those from before Subscribe, do not come.
func testOnlySubscribed(t *testing.T, newNodes NewNodes) {
	nodes, a, b := start(t, newNodes, 2), topic("a"), topic("b")
	to, from := nodes[0], nodes[1]
	to.subscribe(t, b)
	from.publish(t, a, "too early")
	from.publish(t, b, "fence")
	to.expect(t, b, "fence")
	to.subscribe(t, a)
	from.publish(t, a, "in time")
	from.publish(t, a+"x", "to a topic whose name only begins like it")
	from.publish(t, a[:len(a)-1]+"*", "to a topic whose name looks like a pattern")
	from.publish(t, a, "last")
	to.expect(t, a, "in time", "last")
	if got := from.received(a); len(got) > 0 {
		t.Errorf("a node that has not subscribed got %q", got)
	}
}

// After Unsubscribe the messages stop, soon.
func testUnsubscribe(t *testing.T, newNodes NewNodes) {
	nodes, a, b := start(t, newNodes, 2), topic("a"), topic("b")
	to, from := nodes[0], nodes[1]
	to.subscribe(t, a, b)
	from.publish(t, a, "while subscribed")
	to.expect(t, a, "while subscribed")
	to.Unsubscribe(topic("never subscribed"))
	to.Unsubscribe(a)
	to.Unsubscribe(a)

	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(deadline)
	quiet, last := time.Now(), 1
	for time.Since(quiet) < grace {
		from.publish(t, a, "after")
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatal("messages still come after Unsubscribe")
		}
		if n := len(to.received(a)); n > last {
			quiet, last = time.Now(), n
		}
	}
	from.publish(t, b, "others go on")
	to.expect(t, b, "others go on")
}

// A topic that is subscribed anew is confirmed anew.
func testResubscribe(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	for i := range 20 {
		nodes[0].subscribe(t, a)
		payload := fmt.Sprint(i)
		nodes[1].publish(t, a, payload)
		nodes[0].await(t, "message after confirmation "+payload, func() bool {
			got := nodes[0].got[a]
			return len(got) > 0 && got[len(got)-1] == payload
		})
		nodes[0].Unsubscribe(a)
	}
}

// Many topics on one node: each is confirmed, and what is published after its
// confirmation comes.
func testManyTopics(t *testing.T, newNodes NewNodes) {
	const count = 2000
	nodes := start(t, newNodes, 2)
	names := make([]string, count)
	for i := range names {
		names[i] = topic(fmt.Sprint(i))
	}
	nodes[0].subscribe(t, names...)
	for i, name := range names {
		nodes[1].publish(t, name, fmt.Sprint(i))
	}
	for i, name := range names {
		nodes[0].expect(t, name, fmt.Sprint(i))
	}
	for _, name := range names[1:] {
		nodes[0].Unsubscribe(name)
	}
	nodes[1].publish(t, names[0], "still here")
	nodes[0].expect(t, names[0], "0", "still here")
}

// After Close nothing is delivered and nothing works, but nothing breaks.
func testClose(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	closed, other := nodes[0], nodes[1]
	closed.subscribe(t, a)
	other.subscribe(t, a)
	if err := closed.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	wantCode(t, "Publish after Close", closed.Publish(ctx, a, []byte("x")), album.CodeUnavailable)
	wantCode(t, "Ping after Close", closed.Ping(ctx), album.CodeUnavailable)
	closed.Subscribe(topic("b"))
	closed.Unsubscribe(a)
	other.publish(t, a, "for the others")
	other.expect(t, a, "for the others")
	if got := closed.received(a); len(got) > 0 {
		t.Errorf("delivered after Close: %q", got)
	}
	if err := closed.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// Close waits for the receiver, and calls it no more.
func testCloseWaits(t *testing.T, newNodes NewNodes) {
	nodes, a := start(t, newNodes, 2), topic("a")
	n := nodes[0]
	entered, release := make(chan struct{}, 100), make(chan struct{})
	n.hook = func(string) { entered <- struct{}{}; <-release }
	n.subscribe(t, a)
	for range 10 {
		nodes[1].publish(t, a, "x")
	}
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- n.Close() }()
	select {
	case err := <-closed:
		t.Errorf("Close returned while Receive was running, with %v", err)
		close(release)
		return
	case <-time.After(grace):
	}
	close(release)
	select {
	case err := <-closed:
		if err != nil {
			t.Errorf("Close: %v", err)
		}
	case <-time.After(deadline):
		t.Fatal("Close does not return")
	}
	calls := len(n.received(a))
	nodes[1].publish(t, a, "late")
	select {
	case <-n.changed: // of a call before Close returned
	case <-time.After(grace):
	}
	if now := len(n.received(a)); now != calls {
		t.Errorf("the receiver was called %d times after Close", now-calls)
	}
}
