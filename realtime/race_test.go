package realtime_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// These run on real threads and real time, for the race detector and for
// interleavings that a bubble does not have.

// expectNext reads n items and fails if they are not the entries after from.
func expectNext(t *testing.T, s *realtime.Reader, from int64, n int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for i := range int64(n) {
		item, err := s.Next(ctx)
		if err != nil || item.Entry == nil || item.Seq != from+i+1 {
			t.Errorf("after %d: got %s, %v", from+i, describe(item), err)
			return false
		}
	}
	return true
}

// Replay meets live entries from concurrent writers.
func TestReplayAndLive(t *testing.T) {
	const rounds, writers, changes = 30, 4, 40
	for range rounds {
		w := newWorld(t, 2, &realtime.HubOptions{Queue: 16, VerifyEvery: 50 * time.Millisecond}, one)
		w.log.commit(one, rand.IntN(40))
		begin := w.log.head(one)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for range changes {
					w.hubs[i%2].PublishEntries(context.Background(), w.log.commit(one, 1)...)
				}
			})
		}
		for range 6 {
			wg.Go(func() {
				after := rand.Int64N(begin + 1)
				s, err := w.hubs[rand.IntN(2)].Read(context.Background(), one, after)
				if err != nil {
					t.Errorf("Watch: %v", err)
					return
				}
				defer s.Close()
				expectNext(t, s, after, int(begin-after)+writers*changes)
			})
		}
		wg.Wait()
		w.close()
		if t.Failed() {
			return
		}
	}
}

// Streams and signals come and go while messages arrive; the last of them still
// get theirs at once: the broker was told everything in the right order.
func TestChurn(t *testing.T) {
	const rounds = 200
	never := &realtime.HubOptions{VerifyEvery: time.Hour, PollEvery: time.Hour}
	w := newWorld(t, 1, never, one)
	defer w.close()
	h := w.hubs[0]
	stop := make(chan struct{})
	var writer, wg sync.WaitGroup
	writer.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
				h.PublishEntries(context.Background(), w.log.commit(one, 1)...)
			}
		}
	})
	for range 4 {
		wg.Go(func() {
			for range rounds {
				s, err := h.Read(context.Background(), one, -1)
				if err != nil {
					t.Errorf("Watch: %v", err)
					return
				}
				signal := h.AlarmFor("usr_1")
				if rand.IntN(4) == 0 {
					ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
					if _, err := s.Next(ctx); err != nil {
						t.Errorf("Next: %v", err)
					}
					cancel()
				}
				signal.Close()
				s.Close()
			}
		})
	}
	wg.Wait()
	close(stop)
	writer.Wait()

	if s := h.Stats(); s.Topics != 0 || s.Streams != 0 || s.Signals != 0 {
		t.Errorf("left over: %+v", s)
	}
	after := w.log.head(one)
	s, err := h.Read(context.Background(), one, after)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h.PublishEntries(context.Background(), w.log.commit(one, 1)...)
	expectNext(t, s, after, 1)
	signal := h.AlarmFor("usr_1")
	defer signal.Close()
	for range 2 { // the confirmation, then a notification
		select {
		case <-signal.C():
		case <-time.After(10 * time.Second):
			t.Fatal("the signal does not fire")
		}
		h.NotifyUser(context.Background(), "usr_1")
	}
}

// The hub closes while everything is in use.
func TestCloseInUse(t *testing.T) {
	for range 20 {
		w := newWorld(t, 2, &realtime.HubOptions{Queue: 4, VerifyEvery: time.Millisecond, PollEvery: time.Millisecond}, one, albumID(2))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					id := []album.AlbumID{one, albumID(2)}[rand.IntN(2)]
					s, err := w.hubs[0].Read(context.Background(), id, 0)
					if err != nil {
						wantCode(t, "Watch", err, album.CodeUnavailable)
						return
					}
					for err == nil {
						_, err = s.Next(context.Background())
						w.brokers[0].Lose(rand.IntN(3))
					}
					s.Close()
				}
			})
			wg.Go(func() {
				for range 100 {
					id := []album.AlbumID{one, albumID(2)}[rand.IntN(2)]
					w.hubs[rand.IntN(2)].PublishEntries(context.Background(), slices.Clip(w.log.commit(id, 2))...)
				}
			})
		}
		time.AfterFunc(5*time.Millisecond, func() { _ = w.hubs[0].Close() })
		wg.Wait()
		w.close()
	}
}
