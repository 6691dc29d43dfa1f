package realtime_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

func (w *world) like(media string, count int, version int64) {
	w.hubs[len(w.hubs)-1].PublishLike(context.Background(), album.LikeState{
		AlbumID: one, MediaID: album.MediaID(media), Count: count, Version: version,
	})
}

// pace is how often a medium's likes go out.
const pace = 250 * time.Millisecond

func TestLikes(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		fast, slow := read(w.watch(0)), w.watch(0)
		defer fast.close()
		w.like("a", 1, 1)
		fast.expect(t, "like a 1 v1") // at once
		for i := range 100 {
			w.like("a", i+2, int64(i+2))
			synctest.Wait()
		}
		w.like("b", 1, 1)
		w.like("a", 99, 99) // late
		w.like("b", 1, 1)   // again
		w.like("a", 0, 102)
		synctest.Wait()
		w.change(2)
		fast.expect(t, "like a 1 v1", "like b 1 v1", "1", "2")
		fast.within(t, pace, "like a 1 v1", "like b 1 v1", "1", "2", "like a 0 v102") // the newest
		fast.within(t, 4*pace, "like a 1 v1", "like b 1 v1", "1", "2", "like a 0 v102")
		w.like("c", 1, 1)
		synctest.Wait()
		late := read(w.watch(2))
		defer late.close()
		k := read(slow)
		defer k.close()
		k.expect(t, "1", "2", "like b 1 v1", "like a 0 v102", "like c 1 v1")
		w.like("c", 2, 2)
		late.within(t, pace, "like c 2 v2") // only what changed since it began
		w.change(1)
		late.expect(t, "like c 2 v2", "3")
		if k.at[4] != 2 {
			t.Errorf("Seq of a like is %d, want the position 2", k.at[4])
		}
	})
}

// A hundred changes a second of one medium are four that go out, and the last of
// them is the last.
func TestLikesKeepPace(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0))
		defer k.close()
		for i := range 1000 {
			w.like("a", i, int64(i+1))
			<-time.After(10 * time.Millisecond)
		}
		<-time.After(pace)
		synctest.Wait()
		got := k.got()
		if len(got) < 38 || len(got) > 42 || got[len(got)-1] != "like a 999 v1000" {
			t.Errorf("in ten seconds came %d, the last %s", len(got), got[len(got)-1])
		}
	})
}

// A like state that the broker does not take comes when it answers again.
func TestLikesAreSentLater(t *testing.T) {
	inWorld(t, 2, nil, func(t *testing.T, w *world) {
		k := read(w.watch(0)) // at the first node; the last one publishes
		defer k.close()
		w.brokers[1].Refuse(true)
		w.like("a", 1, 1)
		w.like("a", 2, 2)
		w.like("b", 1, 1)
		k.within(t, 3*time.Second)
		if n := w.hubs[1].Stats().Unsent; n != 2 { // the newest of each medium
			t.Errorf("%d messages wait", n)
		}
		w.brokers[1].Refuse(false)
		<-time.After(2 * time.Second)
		synctest.Wait()
		if n := w.hubs[1].Stats().Unsent; n != 0 {
			t.Errorf("%d messages wait still", n)
		}
		got := k.got()
		slices.Sort(got)
		if want := []string{"like a 2 v2", "like b 1 v1"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// Likes wait for the entries before them, also while those are read from the log.
func TestEntriesGoBeforeLikes(t *testing.T) {
	inWorld(t, 1, &realtime.HubOptions{Queue: 8}, func(t *testing.T, w *world) {
		s := w.watch(0)
		w.like("a", 1, 1)
		w.change(30)
		w.like("a", 2, 2)
		<-time.After(pace)
		synctest.Wait()
		k := read(s)
		defer k.close()
		k.expect(t, append(seqs(1, 30), "like a 2 v2")...)
	})
}

// Beyond 1,024 media with a waiting state a stream is told to resume.
func TestTooManyLikes(t *testing.T) {
	inWorld(t, 1, nil, func(t *testing.T, w *world) {
		fast, slow, slower := read(w.watch(0)), w.watch(0), w.watch(0)
		defer fast.close()
		defer slower.Close()
		for i := range 1024 {
			w.like(fmt.Sprint(i), 1, 1)
			synctest.Wait()
		}
		<-time.After(pace)
		for i := range 1024 {
			w.like(fmt.Sprint(i), 2, 2)
			synctest.Wait()
		}
		k := read(slow)
		defer k.close()
		synctest.Wait()
		if got := len(k.got()); got != 1024 || k.error() != nil {
			t.Errorf("with 1,024 waiting: %d items, %v", got, k.error())
		}
		w.like("one more", 1, 1)
		w.change(1)
		synctest.Wait()
		item, err := slower.Next(t.Context())
		if err != nil || item.Entry == nil {
			t.Errorf("before the end: %+v, %v", item, err)
		}
		for range 2 {
			_, err = slower.Next(t.Context())
			wantCode(t, "Next of a stream that is too slow", err, album.CodeUnavailable)
		}
		if s := w.hubs[0].Stats(); s.TooSlow != 1 {
			t.Errorf("stats %+v", s)
		}
		if got := fast.got(); len(got) != 2*1024+2 {
			t.Errorf("the fast one got %d items", len(got))
		}
	})
}
