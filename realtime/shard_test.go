package realtime_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"keepsake/realtime"
)

// slowBroker notes the calls about each topic, and takes its time over one.
type slowBroker struct {
	realtime.Broker
	slow string
	gate chan struct{}

	mu    sync.Mutex
	calls map[string][]string
}

func (b *slowBroker) Attach(realtime.Receiver) {}
func (b *slowBroker) Subscribe(topic string)   { b.note(topic, "subscribe") }
func (b *slowBroker) Unsubscribe(topic string) { b.note(topic, "unsubscribe") }

func (b *slowBroker) note(topic, call string) {
	if topic == b.slow {
		<-b.gate
	}
	b.mu.Lock()
	b.calls[topic] = append(b.calls[topic], call)
	b.mu.Unlock()
}

// While a call of the broker takes long, nobody waits for it, and the calls
// about other topics of its shard come after it, in the order of what happened:
// a topic that took the place of another is subscribed anew.
func TestBrokerIsToldInOrder(t *testing.T) {
	const albums = 1000
	synctest.Test(t, func(t *testing.T) {
		b := &slowBroker{slow: realtime.AlbumTopic(one), gate: make(chan struct{}), calls: map[string][]string{}}
		log := newMemLog(one)
		h := realtime.NewHub(b, log, nil)
		closeLater(t, h)
		watch := func(i int) *realtime.Reader {
			id := albumID(1000 + i)
			log.set(func() { log.albums[id] = &albumLog{} })
			s, err := h.Read(t.Context(), id, 0)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		var streams []*realtime.Reader
		for i := range albums {
			streams = append(streams, watch(i))
		}
		go func() {
			s, err := h.Read(t.Context(), one, 0)
			if err != nil {
				t.Errorf("Watch: %v", err)
				return
			}
			s.Close()
		}()
		synctest.Wait()
		waiting := 0
		for i, s := range streams {
			s.Close()
			streams[i] = watch(i)
			if len(b.calls[realtime.AlbumTopic(albumID(1000+i))]) == 1 {
				waiting++
			}
		}
		if waiting == 0 || waiting > albums/8 {
			t.Errorf("%d of %d topics wait for the slow one", waiting, albums)
		}
		close(b.gate)
		synctest.Wait()
		for i, s := range streams {
			calls := b.calls[realtime.AlbumTopic(albumID(1000+i))]
			if !slices.Equal(calls, []string{"subscribe", "unsubscribe", "subscribe"}) {
				t.Fatalf("calls: %v", calls)
			}
			s.Close()
		}
		if calls := b.calls[b.slow]; !slices.Equal(calls, []string{"subscribe", "unsubscribe"}) {
			t.Errorf("calls about the slow one: %v", calls)
		}
	})
}
