package realtime_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

func TestWatchFrom(t *testing.T) {
	tests := map[string]struct {
		commit, trim int // before Watch; how many the log keeps, 0: all
		after        int64
		want         []string // before and after one more change
	}{
		"the beginning":             {commit: 3, after: 0, want: seqs(1, 4)},
		"the beginning of nothing":  {commit: 0, after: 0, want: seqs(1, 1)},
		"the middle":                {commit: 3, after: 2, want: seqs(3, 4)},
		"the end":                   {commit: 3, after: 3, want: seqs(4, 4)},
		"now":                       {commit: 3, after: -1, want: seqs(4, 4)},
		"now, of nothing":           {commit: 0, after: -1, want: seqs(1, 1)},
		"pages ago":                 {commit: 1000, after: 10, want: seqs(11, 1001)},
		"exactly a page ago":        {commit: 128, after: 0, want: seqs(1, 129)},
		"the last that is kept":     {commit: 10, trim: 5, after: 5, want: seqs(6, 11)},
		"one before that":           {commit: 10, trim: 5, after: 4, want: []string{"resync 10", "11"}},
		"the beginning, not kept":   {commit: 10, trim: 5, after: 0, want: []string{"resync 10", "11"}},
		"a place that is not there": {commit: 3, after: 4, want: []string{"resync 3", "4"}},
	}
	for name, test := range tests {
		for _, watched := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", of a topic that is there"}[watched], func(t *testing.T) {
				inWorld(t, 1, nil, func(t *testing.T, w *world) {
					if watched {
						k := read(w.watch(0))
						defer k.close()
					}
					w.change(test.commit)
					if test.trim > 0 {
						w.log.trim(one, test.trim)
					}
					synctest.Wait()
					k := read(w.watch(test.after))
					defer k.close()
					synctest.Wait()
					w.change(1)
					want := test.want
					if watched && slices.Contains(want, "resync 10") {
						want = seqs(int(test.after)+1, 11) // the topic still has them
					}
					k.expect(t, want...)
					for i := 1; i < len(k.at); i++ {
						if k.at[i] <= k.at[i-1] {
							t.Errorf("Seq %d after %d", k.at[i], k.at[i-1])
						}
					}
				})
			})
		}
	}
}

func TestWatchErrors(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		for _, after := range []int64{-1, 0, 7} {
			_, err := w.hubs[0].Read(t.Context(), albumID(404), after)
			wantCode(t, "an album that does not exist", err, album.CodeNotFound)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.hubs[0].Read(ctx, one, 0)
		wantCode(t, "an ended context", err, album.CodeUnavailable)
		w.log.set(func() { w.log.slow = time.Hour })
		_, err = w.hubs[0].Read(t.Context(), one, 0)
		wantCode(t, "a store that hangs", err, album.CodeUnavailable)
		synctest.Wait()
		if s := w.hubs[0].Stats(); s.Topics != 0 || s.Streams != 0 {
			t.Errorf("failed watches left %+v", s)
		}
	})
}

// A client that has seen more than this node yet gets nothing twice.
func TestWatchAheadOfTheNode(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		first := read(w.watch(0))
		defer first.close()
		synctest.Wait()
		w.loseAll(5)
		second := read(w.watch(5))
		defer second.close()
		synctest.Wait()
		// What the second one knows helps the first.
		first.within(t, soon, seqs(1, 5)...)
		second.expect(t)
		w.change(1)
		first.expect(t, seqs(1, 6)...)
		second.expect(t, seqs(6, 6)...)
	})
}

// A reader that falls behind loses nothing, and costs the others nothing.
func TestOverflow(t *testing.T) {
	inWorld(t, 1, &realtime.HubOptions{Queue: 16}, func(t *testing.T, w *world) {
		fast := read(w.watch(0))
		defer fast.close()
		slow := w.watch(0)
		defer slow.Close()
		for range 2 {
			item, err := func() (realtime.Item, error) { w.change(1); return slow.Next(t.Context()) }()
			if err != nil || item.Entry == nil {
				t.Fatalf("Next: %+v, %v", item, err)
			}
		}
		synctest.Wait()
		w.log.reads()
		for range 100 {
			w.change(1)
			synctest.Wait()
		}
		fast.expect(t, seqs(1, 102)...)
		if reads, _ := w.log.reads(); reads != 0 {
			t.Errorf("the log was read %d times before the slow one asked", reads)
		}
		k := read(slow)
		k.expect(t, seqs(3, 102)...)
		if reads, _ := w.log.reads(); reads > 100/16+1 {
			t.Errorf("the slow one read the log %d times", reads)
		}
		if s := w.hubs[0].Stats(); s.Overflows != 1 || s.Resyncs != 0 {
			t.Errorf("stats %+v", s)
		}
		w.change(1)
		k.expect(t, seqs(3, 103)...)
		k.close()
	})
}

// Only a reader whose place the log has lost gets a resync.
func TestResyncOfASlowReader(t *testing.T) {
	inWorld(t, 1, &realtime.HubOptions{Queue: 4}, func(t *testing.T, w *world) {
		fast, slow := read(w.watch(0)), w.watch(0)
		defer fast.close()
		for range 30 {
			w.change(1)
			synctest.Wait()
		}
		w.log.trim(one, 10)
		k := read(slow)
		defer k.close()
		k.expect(t, "resync 30")
		w.change(2)
		k.expect(t, "resync 30", "31", "32")
		fast.expect(t, seqs(1, 32)...)
		if s := w.hubs[0].Stats(); s.Resyncs != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

// A node that was cut off for longer than the log reaches back.
func TestResyncOfATopic(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		w.change(1)
		k.expect(t, "1")
		w.loseAll(300)
		w.log.trim(one, 10)
		k.within(t, verified, "1", "resync 301")
		w.change(1)
		k.expect(t, "1", "resync 301", "302")
	})
}

// A store that lost its newest entries, as a restored backup has, makes streams
// begin anew rather than hang or pass over what has come since.
func TestResyncAfterRollback(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k, slow, slower := read(w.watch(0)), w.watch(0), w.watch(0)
		defer k.close()
		w.change(5)
		k.expect(t, seqs(1, 5)...)
		for range 5 {
			if _, err := slow.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.log.rollBack(one, 2)
		k.within(t, verified, append(seqs(1, 5), "resync 3")...)
		w.change(4)
		k.expect(t, append(seqs(1, 5), "resync 3", "4", "5", "6", "7")...)
		// Who has not looked since finds it out, too.
		k2 := read(slow)
		defer k2.close()
		k2.expect(t, "resync 3", "4", "5", "6", "7")
		// Who has not come that far has missed nothing.
		k3 := read(slower)
		defer k3.close()
		k3.expect(t, seqs(1, 7)...)
	})
}

// A reader that is behind waits for the store.
func TestCatchUpWhileStoreAway(t *testing.T) {
	inWorld(t, 1, &realtime.HubOptions{Queue: 4}, func(t *testing.T, w *world) {
		s := w.watch(0)
		for range 20 {
			w.change(1)
		}
		synctest.Wait()
		w.log.setAway(true)
		k := read(s)
		defer k.close()
		<-time.After(30 * time.Second)
		k.expect(t)
		if reads, _ := w.log.reads(); reads > 60 {
			t.Errorf("the store was asked %d times in 30 s", reads)
		}
		w.log.setAway(false)
		k.within(t, polled, seqs(1, 20)...)
	})
}

// Many streams that are behind leave the store to others.
func TestFewReadAtOneTime(t *testing.T) {
	inWorld(t, 1, &realtime.HubOptions{Queue: 4}, func(t *testing.T, w *world) {
		streams := make([]*realtime.Reader, 100)
		for i := range streams {
			streams[i] = w.watch(0)
		}
		w.change(20)
		synctest.Wait()
		w.log.set(func() { w.log.slow = time.Millisecond; w.log.widest = 0 })
		var sinks []*sink
		for _, s := range streams {
			sinks = append(sinks, read(s))
		}
		<-time.After(time.Second)
		for _, k := range sinks {
			k.expect(t, seqs(1, 20)...)
			k.close()
		}
		if w.log.widest != 16 {
			t.Errorf("%d streams read at one time, want 16", w.log.widest)
		}
	})
}

// When an album's rows are gone its streams end, after all that came before.
func TestAlbumGone(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k, late := read(w.watch(0)), w.watch(0)
		defer late.Close()
		w.change(1)
		deleted := w.log.commit(one, 1)[0]
		deleted.Kind = album.AlbumDeleted
		w.publish(deleted)
		k.expect(t, "1", "2")
		w.log.remove(one)
		<-time.After(verified)
		<-k.done
		wantCode(t, "Next", k.error(), album.CodeNotFound)
		_, err := late.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		item, err := late.Next(t.Context())
		if err != nil || item.Entry.Kind != album.AlbumDeleted {
			t.Errorf("the last item is %+v, %v", item, err)
		}
		for range 2 {
			_, err = late.Next(t.Context())
			wantCode(t, "Next", err, album.CodeNotFound)
		}
		if s := w.hubs[0].Stats(); s.Topics != 0 {
			t.Errorf("stats %+v", s)
		}
		k.close()
	})
}

func TestNextAndItsContext(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		s := w.watch(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Next: %v", err)
		}
		w.change(1)
		if item, err := s.Next(t.Context()); err != nil || item.Seq != 1 {
			t.Errorf("Next after an ended context: %+v, %v", item, err)
		}
		go func() { <-time.After(time.Second); s.Close() }()
		if _, err := s.Next(t.Context()); !errors.Is(err, realtime.ErrClosed) {
			t.Errorf("Next during Close: %v", err)
		}
		s.Close()
		if _, err := s.Next(t.Context()); !errors.Is(err, realtime.ErrClosed) {
			t.Errorf("Next after Close: %v", err)
		}
	})
}

// A topic lives as long as it has streams; the next one is as good.
func TestDropAndWatchAgain(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		for i := range 5 {
			a, b := read(w.watch(int64(i))), read(w.watch(int64(i)))
			a.close()
			synctest.Wait()
			received := w.hubs[0].Stats().Received
			w.change(1)
			b.expect(t, seqs(i+1, i+1)...)
			if s := w.hubs[0].Stats(); s.Topics != 1 || s.Streams != 1 || s.Received != received+1 {
				t.Errorf("with a stream: %+v", s)
			}
			b.close()
			synctest.Wait()
			w.hubs[1].PublishLike(t.Context(), album.LikeState{AlbumID: one, MediaID: "med_1", Version: 1})
			synctest.Wait()
			if s := w.hubs[0].Stats(); s.Topics != 0 || s.Streams != 0 || s.Received != received+1 {
				t.Errorf("without: %+v", s)
			}
		}
	})
}
