package realtime_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"keepsake/album"
	"keepsake/realtime"
	"keepsake/realtime/membroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// closeLater closes c when the test ends.
func closeLater(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// one is the album of the tests that need only one.
var one = albumID(1)

func albumID(n int) album.AlbumID { return album.AlbumID(fmt.Sprintf("alb_%026d", n)) }

// world is a few nodes on one bus over one log.
type world struct {
	t       *testing.T
	log     *memLog
	brokers []*membroker.Broker
	hubs    []*realtime.Hub
}

// inWorld runs a test in a bubble of false time.
func inWorld(t *testing.T, nodes int, o *realtime.HubOptions, run func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nodes, o, one)
		defer w.close()
		run(t, w)
	})
}

func newWorld(t *testing.T, nodes int, o *realtime.HubOptions, ids ...album.AlbumID) *world {
	w := &world{t: t, log: newMemLog(ids...)}
	bus := membroker.NewBus(0)
	for range nodes {
		b := bus.Join()
		w.brokers = append(w.brokers, b)
		w.hubs = append(w.hubs, realtime.NewHub(b, w.log, o))
	}
	return w
}

func (w *world) close() {
	for i, h := range w.hubs {
		if err := h.Close(); err != nil {
			w.t.Errorf("Hub.Close: %v", err)
		}
		if err := w.brokers[i].Close(); err != nil {
			w.t.Errorf("Broker.Close: %v", err)
		}
	}
}

// publish sends entries from the last node.
func (w *world) publish(entries ...*album.Entry) {
	w.hubs[len(w.hubs)-1].PublishEntries(context.Background(), entries...)
}

// change commits n entries and publishes them.
func (w *world) change(n int) { w.publish(w.log.commit(one, n)...) }

// loseAll commits n entries whose messages nobody gets.
func (w *world) loseAll(n int) { w.log.commit(one, n) }

func (w *world) watch(after int64) *realtime.Reader {
	w.t.Helper()
	s, err := w.hubs[0].Read(context.Background(), one, after)
	if err != nil {
		w.t.Fatalf("Watch after %d: %v", after, err)
	}
	return s
}

// sink reads a stream to its end.
type sink struct {
	stream *realtime.Reader
	done   chan struct{}

	mu    sync.Mutex
	items []string // "7" an entry, "resync 9", "like med_1 3 v8"
	at    []int64  // Item.Seq of each
	err   error
}

func read(s *realtime.Reader) *sink { return readSlowly(s, func() {}) }

// readSlowly calls wait before each item.
func readSlowly(s *realtime.Reader, wait func()) *sink {
	k := &sink{stream: s, done: make(chan struct{})}
	go func() {
		defer close(k.done)
		for {
			wait()
			item, err := s.Next(context.Background())
			k.mu.Lock()
			if err != nil {
				k.err = err
				k.mu.Unlock()
				return
			}
			k.items, k.at = append(k.items, describe(item)), append(k.at, item.Seq)
			k.mu.Unlock()
		}
	}()
	return k
}

func describe(i realtime.Item) string {
	switch {
	case i.Entry != nil && i.Like == nil && !i.Resync && i.Entry.Seq == i.Seq:
		return fmt.Sprint(i.Seq)
	case i.Like != nil && i.Entry == nil && !i.Resync:
		return fmt.Sprintf("like %s %d v%d", i.Like.MediaID, i.Like.Count, i.Like.Version)
	case i.Resync && i.Entry == nil && i.Like == nil:
		return fmt.Sprintf("resync %d", i.Seq)
	}
	return fmt.Sprintf("not exactly one thing: %+v", i)
}

func (k *sink) got() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.items)
}

func (k *sink) error() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// close ends the stream and waits for its reader.
func (k *sink) close() {
	k.stream.Close()
	<-k.done
}

// expect checks what has come once everything is idle, without time passing.
func (k *sink) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := k.got(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// within checks what has come when that much time has passed.
func (k *sink) within(t *testing.T, d time.Duration, want ...string) {
	t.Helper()
	<-time.After(d)
	k.expect(t, want...)
}

// seqs are the entries from..to as a sink shows them.
func seqs(from, to int) []string {
	var s []string
	for i := from; i <= to; i++ {
		s = append(s, fmt.Sprint(i))
	}
	return s
}

func wantCode(t *testing.T, what string, err error, code album.Code) {
	t.Helper()
	if got := album.CodeOf(err); got != code {
		t.Errorf("%s: error %v, want %s", what, err, code)
	}
}
