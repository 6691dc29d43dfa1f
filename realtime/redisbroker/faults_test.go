package redisbroker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/realtime/redisbroker"
)

// A connection of which the server lets go is noticed at once, and made again.
func TestSubscriberKilled(t *testing.T) {
	s := startServer(t)
	b, j := listen(t, quick(s.URL()), "a", "b")
	for i := range 3 {
		must(t, s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err())
		j.awaitLost(t, i+1)
		j.awaitConfirmed(t, "a", "b")
		mustPublish(t, b, "a", fmt.Sprint(i))
		j.awaitMessage(t, fmt.Sprint(i))
	}
	if got := b.Stats(); got.Relinks != 3 || got.Published != 3 || got.Received != 3 || got.Failed != 0 {
		t.Errorf("counts %+v", got)
	}
}

// While the receiver is busy, nobody reads from a connection that breaks; go-redis
// would have replaced it by the time that somebody does.
func TestKilledBehindReceiversBack(t *testing.T) {
	s := startServer(t)
	_, j := listen(t, quick(s.URL()), "other")
	b := open(t, quick(s.URL()))
	busy, entered, release := newJournal(), make(chan struct{}), make(chan struct{})
	busy.hook = sync.OnceFunc(func() { close(entered); <-release })
	b.Attach(busy)
	b.Subscribe("a")
	busy.awaitConfirmed(t, "a")
	mustPublish(t, b, "a", "first")
	<-entered
	must(t, s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err())
	j.awaitLost(t, 1)
	<-time.After(3 * quick("").PingEvery) // PINGs go out on the dead connection
	mustPublish(t, b, "a", "lost")
	close(release)
	busy.awaitLost(t, 1)
	busy.awaitConfirmed(t, "a")
	mustPublish(t, b, "a", "last")
	busy.awaitMessage(t, "last")
}

// A server that dies and comes back needs no restart of ours; in between,
// everything that would need it fails without delay.
func TestServerKilled(t *testing.T) {
	s := startServer(t)
	b, j := listen(t, quick(s.URL()), "a")
	must(t, s.Kill())
	j.awaitLost(t, 1)
	failsFast(t, b)
	must(t, s.Restart())
	j.awaitConfirmed(t, "a")
	eventually(t, "publish", func() error { return publish(b, "a", "again") })
	j.awaitMessage(t, "again")
	must(t, b.Ping(t.Context()))
	if got := b.Stats(); got.Relinks != 1 || got.Failed == 0 {
		t.Errorf("counts %+v", got)
	}
}

// failsFast waits until Publish and Ping are refused without being tried.
func failsFast(t *testing.T, b *redisbroker.Broker) {
	t.Helper()
	eventually(t, "publishing is not refused at once", func() error {
		began := time.Now()
		err := publish(b, "a", "lost")
		if code := album.CodeOf(err); code != album.CodeUnavailable {
			return fmt.Errorf("the code is %q: %w", code, err)
		}
		if took := time.Since(began); took > 10*time.Millisecond {
			return fmt.Errorf("it took %v", took)
		}
		return nil
	})
	wantCode(t, "Ping", b.Ping(t.Context()), album.CodeUnavailable)
}

// A server that hangs keeps its connections, and no error ever tells.
func TestServerPaused(t *testing.T) {
	s := startServer(t)
	b, j := listen(t, quick(s.URL()), "a")
	trusting := quick(s.URL())
	trusting.Silence = time.Hour
	_, unaware := listen(t, trusting, "a")
	must(t, s.Pause())
	j.awaitLost(t, 1)
	failsFast(t, b)
	must(t, s.Resume())
	j.awaitConfirmed(t, "a")
	eventually(t, "publish", func() error { return publish(b, "a", "again") })
	j.awaitMessage(t, "again")
	unaware.awaitMessage(t, "again")
	if unaware.lost > 0 {
		t.Error("without the watchdog it is noticed too: this was no test")
	}
}

// A network that swallows everything does so for one node alone: others go on
// publishing, and what they publish meanwhile is lost.
func TestBlackHole(t *testing.T) {
	s := startServer(t)
	r := newRelay(t, s.Addr)
	b, j := listen(t, quick(r.url()), "a")
	other, jo := listen(t, quick(s.URL()), "a")
	r.hold(true)
	mustPublish(t, other, "a", "lost")
	jo.awaitMessage(t, "lost")
	j.awaitLost(t, 1)
	failsFast(t, b)
	r.cut()
	r.hold(false)
	j.awaitConfirmed(t, "a")
	mustPublish(t, other, "a", "after")
	j.awaitMessage(t, "after")
	if jo.lost > 0 {
		t.Error("the other node has lost its link")
	}
	if got := fmt.Sprint(j.got); got != "[after]" {
		t.Errorf("got %s", got)
	}
}

// A message whose answer is lost is not sent again: it may have arrived.
func TestNothingTwice(t *testing.T) {
	s := startServer(t)
	r := newRelay(t, s.Addr)
	_, j := listen(t, quick(s.URL()), "a")
	b := open(t, quick(r.url()))
	for i := range 3 {
		eventually(t, "connect", func() error { return b.Ping(t.Context()) })
		r.set(func() { r.mute = true })
		wantCode(t, "Publish", b.Publish(t.Context(), "a", fmt.Append(nil, i)), album.CodeUnavailable)
		j.awaitMessage(t, fmt.Sprint(i))
		r.cut()
		r.set(func() { r.mute = false })
	}
	eventually(t, "publish", func() error { return publish(b, "a", "last") })
	j.awaitMessage(t, "last")
	if got := fmt.Sprint(j.got); got != "[0 1 2 last]" {
		t.Errorf("got %s", got)
	}
}

// Publishers do not pile up behind a server that hangs.
func TestQueueIsBounded(t *testing.T) {
	s := startServer(t)
	o := quick(s.URL())
	o.Queue, o.Timeout, o.Silence = 10, deadline, 2*deadline
	b := open(t, o)
	must(t, b.Ping(t.Context()), s.Pause())
	ctx, cancel := context.WithCancel(t.Context())
	var publishers sync.WaitGroup
	full := make(chan error, 100)
	for range 100 {
		publishers.Go(func() { full <- b.Publish(ctx, "a", []byte("x")) })
	}
	// At most a PING and 10 messages are on their way, and 10 wait.
	for range 80 {
		err := <-full
		wantCode(t, "Publish", err, album.CodeUnavailable)
		if !strings.Contains(err.Error(), "wait to be sent") {
			t.Errorf("refused for another reason: %v", err)
		}
	}
	cancel()
	publishers.Wait()
	must(t, s.Resume())
}

// A receiver that does not keep up has its connection closed by the server, which
// is not lost on it.
func TestReceiverTooSlow(t *testing.T) {
	s := startServer(t, "--client-output-buffer-limit", "pubsub 1mb 1mb 1")
	b, release := open(t, quick(s.URL())), make(chan struct{})
	j := newJournal()
	j.hook = func() { <-release }
	b.Attach(j)
	b.Subscribe("a")
	j.awaitConfirmed(t, "a")
	big := strings.Repeat("x", 60<<10)
	eventually(t, "the server closes no connection", func() error {
		for range 20 {
			if err := b.Publish(t.Context(), "a", []byte(big)); err != nil {
				return err
			}
		}
		list, err := s.Do("CLIENT", "LIST", "TYPE", "pubsub").Text()
		if err == nil && list != "" {
			err = errors.New(list)
		}
		return err
	})
	close(release)
	j.awaitLost(t, 1)
	j.awaitConfirmed(t, "a")
	mustPublish(t, b, "a", "last")
	j.awaitMessage(t, "last")
}

// Ten thousand topics are subscribed in few commands, and so again after a break.
func TestManyTopics(t *testing.T) {
	const count = 10_000
	s := startServer(t)
	topics := make([]string, count)
	for i := range topics {
		topics[i] = fmt.Sprint(i)
	}
	b, j := listen(t, quick(s.URL()), topics...)
	must(t, s.Do("CONFIG", "RESETSTAT").Err(), s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err())
	began := time.Now()
	j.awaitLost(t, 1)
	j.awaitConfirmed(t, topics...)
	t.Logf("%d topics are back after %v", count, time.Since(began))
	stats, err := s.Do("INFO", "commandstats").Text()
	must(t, err)
	_, stats, _ = strings.Cut(stats, "cmdstat_subscribe:calls=")
	var calls int
	if _, err := fmt.Sscan(stats[:strings.IndexByte(stats, ',')], &calls); err != nil || calls > count/512+1 {
		t.Errorf("%d SUBSCRIBE commands, %v", calls, err)
	}
	for _, topic := range topics[1:] {
		b.Unsubscribe(topic)
	}
	eventually(t, "unsubscribe", func() error {
		left, err := s.Do("PUBSUB", "CHANNELS").StringSlice()
		if err == nil && len(left) != 1 {
			err = fmt.Errorf("%d channels are left", len(left))
		}
		return err
	})
}

// The password is changed under the broker, and changed back.
func TestPasswordChanges(t *testing.T) {
	s := startServer(t, "--requirepass", "first")
	s.Password = "first"
	b, j := listen(t, quick(s.URL()), "a")
	must(t, s.Do("CONFIG", "SET", "requirepass", "second").Err())
	s.Password = "second"
	must(t, s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err(), s.Do("CLIENT", "KILL", "TYPE", "normal").Err())
	j.awaitLost(t, 1)
	failsFast(t, b)
	must(t, s.Do("CONFIG", "SET", "requirepass", "first").Err())
	j.awaitConfirmed(t, "a")
	eventually(t, "publish", func() error { return publish(b, "a", "again") })
	j.awaitMessage(t, "again")
}
