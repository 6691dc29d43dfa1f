package redisbroker_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/realtime/redisbroker"
)

// deadline is how long tests wait for what must happen.
const deadline = 20 * time.Second

// quick are options under which a broken link is noticed soon.
func quick(url string) redisbroker.Options {
	return redisbroker.Options{
		URL: url, PingEvery: 100 * time.Millisecond, Silence: 600 * time.Millisecond,
		Timeout: 500 * time.Millisecond, RefreshEvery: 500 * time.Millisecond,
	}
}

// journal is a receiver that writes down what it is told.
type journal struct {
	hook func() // called in Receive; nil: nothing

	mu        sync.Mutex
	lost      int
	confirmed map[string]int
	got       []string
	changed   chan struct{}
}

func newJournal() *journal {
	return &journal{confirmed: map[string]int{}, changed: make(chan struct{}, 1)}
}

func (j *journal) note(f func()) {
	j.mu.Lock()
	f()
	j.mu.Unlock()
	select {
	case j.changed <- struct{}{}:
	default:
	}
}

func (j *journal) Receive(_ string, payload []byte) {
	if j.hook != nil {
		j.hook()
	}
	j.note(func() { j.got = append(j.got, string(payload)) })
}
func (j *journal) Confirmed(topic string) { j.note(func() { j.confirmed[topic]++ }) }
func (j *journal) Lost()                  { j.note(func() { j.lost++; clear(j.confirmed) }) }

// await waits until cond holds; it is asked under the lock.
func (j *journal) await(t testing.TB, what string, cond func() bool) {
	t.Helper()
	if !j.within(deadline, cond) {
		t.Fatalf("waited in vain for: %s", what)
	}
}

func (j *journal) within(d time.Duration, cond func() bool) bool {
	timeout := time.After(d)
	for {
		j.mu.Lock()
		ok := cond()
		j.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-j.changed:
		case <-timeout:
			return false
		}
	}
}

// awaitLost waits until the link has been lost that many times in all.
func (j *journal) awaitLost(t testing.TB, times int) {
	t.Helper()
	j.await(t, "Lost", func() bool { return j.lost >= times })
}

// awaitConfirmed waits until all topics are confirmed since the last Lost.
func (j *journal) awaitConfirmed(t testing.TB, topics ...string) {
	t.Helper()
	j.await(t, "Confirmed", func() bool {
		return !slices.ContainsFunc(topics, func(topic string) bool { return j.confirmed[topic] == 0 })
	})
}

func (j *journal) awaitMessage(t testing.TB, payload string) {
	t.Helper()
	j.await(t, "message "+payload, func() bool { return slices.Contains(j.got, payload) })
}

// listen opens a broker and subscribes to topics.
func listen(t testing.TB, o redisbroker.Options, topics ...string) (*redisbroker.Broker, *journal) {
	t.Helper()
	b, j := open(t, o), newJournal()
	b.Attach(j)
	for _, topic := range topics {
		b.Subscribe(topic)
	}
	j.awaitConfirmed(t, topics...)
	return b, j
}

func publish(b *redisbroker.Broker, topic, payload string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
	defer cancel()
	return b.Publish(ctx, topic, []byte(payload))
}

// mustPublish publishes, where nothing stands in the way.
func mustPublish(t testing.TB, b *redisbroker.Broker, topic, payload string) {
	t.Helper()
	if err := b.Publish(t.Context(), topic, []byte(payload)); err != nil {
		t.Fatalf("Publish: %v", err)
	}
}

// eventually waits until f succeeds.
func eventually(t testing.TB, what string, f func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(deadline)
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func wantCode(t testing.TB, what string, err error, code album.Code) {
	t.Helper()
	if e, ok := errors.AsType[*album.Error](err); !ok || e.Code != code {
		t.Errorf("%s: got error %v, want %s", what, err, code)
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// relay stands between a broker and its server, and does to the connections what
// networks do.
type relay struct {
	listener net.Listener
	to       string
	wg       sync.WaitGroup

	mu     sync.Mutex
	change sync.Cond // of what follows
	conns  map[net.Conn]struct{}
	held   bool // nothing gets through, and nobody is told
	mute   bool // answers do not get through
	closed bool
}

func newRelay(t testing.TB, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r := &relay{listener: l, to: to, conns: map[net.Conn]struct{}{}}
	r.change.L = &r.mu
	r.wg.Go(r.accept)
	closeLater(t, r)
	return r
}

func (r *relay) url() string { return "redis://" + r.listener.Addr().String() }

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		r.mu.Lock()
		if r.closed {
			_, _ = client.Close(), server.Close()
		}
		r.conns[client], r.conns[server] = struct{}{}, struct{}{}
		r.mu.Unlock()
		r.wg.Go(func() { r.copy(server, client, false) })
		r.wg.Go(func() { r.copy(client, server, true) })
	}
}

func (r *relay) copy(to, from net.Conn, answers bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		r.mu.Lock()
		for r.held && !r.closed {
			r.change.Wait()
		}
		mute := r.mute && answers
		r.mu.Unlock()
		if err == nil && !mute {
			_, err = to.Write(buf[:n])
		}
		if err != nil {
			_, _ = to.Close(), from.Close()
			r.mu.Lock()
			delete(r.conns, to)
			delete(r.conns, from)
			r.mu.Unlock()
			return
		}
	}
}

func (r *relay) set(f func()) {
	r.mu.Lock()
	f()
	r.change.Broadcast()
	r.mu.Unlock()
}

// hold makes a black hole of the link, or ends that.
func (r *relay) hold(on bool) { r.set(func() { r.held = on }) }

// cut closes all connections.
func (r *relay) cut() {
	r.set(func() {
		for c := range r.conns {
			_ = c.Close()
		}
	})
}

// Close implements io.Closer.
func (r *relay) Close() error {
	r.set(func() { r.closed = true })
	err := r.listener.Close()
	r.cut()
	r.wg.Wait()
	return err
}
