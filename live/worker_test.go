package live

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"keepsake/album"
)

// TestWorker: one step at a time, a step after each wake, and none without.
func TestWorker(t *testing.T) {
	e := New(Deps{Logger: slog.New(slog.DiscardHandler)})
	var w worker
	var running, steps, seen, woken atomic.Int64
	w.step = func() {
		if running.Add(1) > 1 {
			t.Error("two steps at a time")
		}
		steps.Add(1)
		seen.Store(woken.Load()) // what a wake announced before this step
		running.Add(-1)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				woken.Add(1)
				w.wake(e)
			}
		})
	}
	all.Wait()
	if err := e.Close(); err != nil { // waits for the steps
		t.Error(err)
	}
	if seen.Load() != 8000 || steps.Load() < 1 || steps.Load() > 8000 {
		t.Errorf("%d steps, the last of which saw %d of 8000", steps.Load(), seen.Load())
	}
	before := steps.Load()
	w.wake(e)
	if steps.Load() != before {
		t.Error("a step after the engine was closed")
	}
}

// TestWorkerFails: a step that panics ends that worker, and nothing else.
func TestWorkerFails(t *testing.T) {
	e := New(Deps{Logger: slog.New(slog.DiscardHandler)})
	failed := make(chan struct{})
	w := worker{step: func() { panic("a fault") }, failed: func() { close(failed) }}
	w.wake(e)
	<-failed
	w.wake(e)
	w.wake(e)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestFollows(t *testing.T) {
	comment := album.Entry{Kind: album.CommentAdded, MediaID: "med_1"}
	for _, c := range []struct {
		subject subject
		entry   album.Entry
		want    bool
	}{
		{subject{field: fieldAlbum}, comment, true},
		{subject{field: fieldComments}, comment, true},
		{subject{field: fieldComments, mediaID: "med_1"}, comment, true},
		{subject{field: fieldComments, mediaID: "med_2"}, comment, false},
		{subject{field: fieldComments}, album.Entry{Kind: album.CommentEdited}, false},
		{subject{field: fieldComments, mediaID: "med_2"}, album.Entry{Kind: album.Resync}, true},
		{subject{field: fieldComments, mediaID: "med_2"}, album.Entry{Kind: album.AccessLost}, true},
		{subject{field: fieldLikes}, comment, false},
	} {
		if got := c.subject.follows(&c.entry); got != c.want {
			t.Errorf("%+v follows %s: %v", c.subject, c.entry.Kind, got)
		}
	}
}
