package realtime_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// fired reports whether the signal has fired, and takes that.
func fired(s *realtime.Alarm) bool {
	synctest.Wait()
	select {
	case <-s.C():
		return true
	default:
		return false
	}
}

func TestSignals(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		mine, mine2, other := w.hubs[0].AlarmFor("usr_1"), w.hubs[0].AlarmFor("usr_1"), w.hubs[0].AlarmFor("usr_2")
		check := func(what string, want1, want2, wantOther bool) {
			t.Helper()
			if a, b, c := fired(mine), fired(mine2), fired(other); a != want1 || b != want2 || c != wantOther {
				t.Errorf("%s: fired %v, %v, %v; want %v, %v, %v", what, a, b, c, want1, want2, wantOther)
			}
		}
		check("first confirmation", true, true, true)
		check("nothing", false, false, false)
		for range 3 {
			w.hubs[1].NotifyUser(ctx, "usr_1")
		}
		check("a few notifications", true, true, false)
		check("were one", false, false, false)
		w.hubs[0].NotifyUser(ctx, "usr_2")
		check("from the same node", false, false, true)

		<-time.After(time.Minute)
		check("a quiet minute", false, false, false)
		w.brokers[0].Cut()
		<-time.After(verified)
		check("no link", true, true, true)
		w.brokers[0].Mend()
		check("relink", true, true, true)
		w.brokers[0].Refuse(true)
		w.hubs[0].NotifyUser(ctx, "usr_1")
		check("not sent, but known here", true, true, false)
		w.brokers[0].Refuse(false)

		mine2.Close()
		mine2.Close()
		w.hubs[1].NotifyUser(ctx, "usr_1")
		check("one of two closed", true, false, false)
		mine.Close()
		other.Close()
		w.hubs[1].NotifyUser(ctx, "usr_1")
		check("all closed", false, false, false)
		mine = w.hubs[0].AlarmFor("usr_1")
		check("watched again", true, false, false)
		mine.Close()
		if s := w.hubs[0].Stats(); s.Signals != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// deafBroker takes no message until its context ends.
type deafBroker struct {
	realtime.Broker
	mu       sync.Mutex
	payloads int
}

func (b *deafBroker) Attach(realtime.Receiver) {}

func (b *deafBroker) Publish(ctx context.Context, _ string, _ []byte) error {
	b.mu.Lock()
	b.payloads++
	b.mu.Unlock()
	<-ctx.Done()
	return album.ErrUnavailable.Wrap(ctx.Err())
}

// Publishing neither fails nor holds up the mutation, and is not dropped
// because who asked for it has gone.
func TestPublishIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &deafBroker{}
		h := realtime.NewHub(b, newMemLog(one), nil)
		closeLater(t, h)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for what, publish := range map[string]func(){
			"one entry": func() { h.PublishEntries(ctx, &album.Entry{AlbumID: one, Seq: 1, Kind: album.MediaAdded}) },
			"many entries": func() {
				h.PublishEntries(ctx, &album.Entry{AlbumID: one, Seq: 2, Kind: album.MediaAdded}, nil, &album.Entry{AlbumID: one, Seq: 3, Kind: album.MediaAdded})
			},
			"a like": func() { h.PublishLike(ctx, album.LikeState{AlbumID: one, MediaID: "med_1", Version: 1}) },
			"a user": func() { h.NotifyUser(ctx, "usr_1") },
		} {
			begin := time.Now()
			publish()
			if d := time.Since(begin); d != 250*time.Millisecond {
				t.Errorf("%s took %v", what, d)
			}
		}
		begin := time.Now()
		h.PublishEntries(ctx)
		h.PublishEntries(ctx, nil, nil)
		h.PublishEntries(ctx, &album.Entry{AlbumID: one})
		if d := time.Since(begin); d != 0 {
			t.Errorf("nothing took %v", d)
		}
		if s := h.Stats(); b.payloads != 5 || s.PublishFailures != 6 || s.Published != 0 {
			t.Errorf("%d messages reached the broker, stats %+v", b.payloads, s)
		}
	})
}
