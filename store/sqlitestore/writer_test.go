package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store/storetest"
)

// hold keeps the writer busy until the returned function is called, so that
// what is written meanwhile waits in the queue.
func hold(t *testing.T, s *Store) (letGo func()) {
	t.Helper()
	running, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := update(context.Background(), s, "hold", func(*conn) error {
			close(running)
			<-free
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-running
	letGo = sync.OnceFunc(func() { close(free); wg.Wait() })
	t.Cleanup(letGo)
	return letGo
}

// waiting polls until n writes wait in the queue.
func waiting(t *testing.T, s *Store, n int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); s.Waiting() != n; {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d writes wait, want %d", s.Waiting(), n)
		}
	}
}

func wantCode(t *testing.T, what string, err error, want album.Code) {
	t.Helper()
	if got := album.CodeOf(err); got != want {
		t.Errorf("%s: %q, want %q: %v", what, got, want, err)
	}
}

func TestWaitingWritesShareACommit(t *testing.T) {
	var commits atomic.Int64
	s := openTemp(t, &Options{OnStatement: func(query string) {
		if query == commit {
			commits.Add(1)
		}
	}})
	seedOne(t, s)
	const n = 3 * groupSize / 2
	for i := range n {
		seedUser(t, s, 100+i)
	}
	letGo := hold(t, s)
	before := commits.Load()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			l := album.Like{MediaID: med(1), UserID: usr(100 + i), At: at(i)}
			if _, changed, err := s.SetLike(context.Background(), l, true); err != nil || !changed {
				t.Error(changed, err)
			}
		})
	}
	waiting(t, s, n)
	letGo()
	wg.Wait()
	if got := commits.Load() - before; got != 3 { // the held one, 128, and the rest
		t.Errorf("%d writes took %d commits, want 3", n, got)
	}
	if got := len(likers(t, s, med(1))); got != n {
		t.Errorf("%d likes, want %d", got, n)
	}
}

// TestOneOfAGroupFails runs good writes around one that fails and one that
// panics, in one transaction.
func TestOneOfAGroupFails(t *testing.T) {
	var commits atomic.Int64
	s := openTemp(t, &Options{OnStatement: func(query string) {
		if query == commit {
			commits.Add(1)
		}
	}})
	seedOne(t, s)
	letGo := hold(t, s)
	before := commits.Load()
	oops := errors.New("oops")
	ends := []func() error{
		func() error { return nil },
		func() error { return oops },
		func() error { panic("oops") },
		func() error { return nil },
	}
	errs := make([]error, len(ends))
	var wg sync.WaitGroup
	for i, end := range ends {
		wg.Go(func() {
			errs[i] = update(context.Background(), s, "test", func(c *conn) error {
				if _, err := c.exec(insertUser, usr(10+i), "Ben", "", 0); err != nil {
					return err
				}
				return end()
			})
		})
		waiting(t, s, i+1)
	}
	letGo()
	wg.Wait()
	if got := commits.Load() - before; got != 2 {
		t.Errorf("%d commits, want 2", got)
	}
	wantCode(t, "first", errs[0], "")
	wantCode(t, "failing", errs[1], album.CodeInternal)
	wantCode(t, "panicking", errs[2], album.CodeInternal)
	wantCode(t, "last", errs[3], "")
	if !errors.Is(errs[1], oops) || !errors.Is(errs[2], errPanic) {
		t.Errorf("the causes are lost: %v; %v", errs[1], errs[2])
	}
	for i, want := range []album.Code{"", album.CodeNotFound, album.CodeNotFound, ""} {
		_, err := s.User(t.Context(), usr(10+i))
		wantCode(t, "user of write", err, want)
	}
}

// TestPanicAmidRows panics while a statement still has rows to give, and uses
// the statement again.
func TestPanicAmidRows(t *testing.T) {
	s := openTemp(t, nil)
	seedOne(t, s)
	seedUser(t, s, 2)
	ids, err := array([]album.UserID{usr(1), usr(2)})
	must(t, err)
	err = update(t.Context(), s, "test", func(c *conn) error {
		return c.each(usersByID, []any{ids}, func(*row) { panic("oops") })
	})
	wantCode(t, "panic", err, album.CodeInternal)
	users, err := write(t.Context(), s, "test", func(c *conn) ([]*album.User, error) {
		return list(c, scanUser, usersByID, ids)
	})
	if err != nil || len(users) != 2 {
		t.Errorf("%d users, %v", len(users), err)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	s := openTemp(t, nil)
	seedOne(t, s)
	letGo := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, _, err := s.SetLike(ctx, album.Like{MediaID: med(1), UserID: usr(1), At: at(1)}, true)
		done <- err
	}()
	waiting(t, s, 1)
	cancel()
	err := <-done
	wantCode(t, "cancelled while waiting", err, album.CodeUnavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is lost: %v", err)
	}
	_, err = s.User(ctx, usr(1))
	wantCode(t, "read with a context that has ended", err, album.CodeUnavailable)
	letGo()
	must(t, update(t.Context(), s, "test", func(*conn) error { return nil })) // the queue is behind us
	if got := len(likers(t, s, med(1))); got != 0 {
		t.Errorf("the write that was given up ran: %d likes", got)
	}
}

func TestQueueIsBounded(t *testing.T) {
	s := openTemp(t, nil)
	letGo := hold(t, s)
	var wg sync.WaitGroup
	for range queueSize {
		wg.Go(func() {
			if err := update(context.Background(), s, "test", func(*conn) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	waiting(t, s, queueSize)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := update(ctx, s, "test", func(*conn) error { return nil })
	wantCode(t, "a full queue", err, album.CodeUnavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is lost: %v", err)
	}
	letGo()
	wg.Wait()
}

func TestCloseRunsWhatWaits(t *testing.T) {
	s := openTemp(t, nil)
	letGo := hold(t, s)
	const n = 10
	var ran atomic.Int64
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if err := update(context.Background(), s, "test", func(*conn) error { ran.Add(1); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	waiting(t, s, n)
	wg.Go(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	<-s.writer.closing
	wantCode(t, "write after Close", update(t.Context(), s, "test", func(*conn) error { return nil }), album.CodeUnavailable)
	letGo()
	wg.Wait()
	if ran.Load() != n {
		t.Errorf("%d of %d writes ran", ran.Load(), n)
	}
	_, err := s.User(t.Context(), usr(1))
	wantCode(t, "read after Close", err, album.CodeUnavailable)
	wantCode(t, "ping after Close", s.Ping(t.Context()), album.CodeUnavailable)
	wantCode(t, "Close again", s.Close(), "")
}

// TestFullDisk writes until there is no room, from many callers: what was
// acknowledged is there, and nothing is there by half.
func TestFullDisk(t *testing.T) {
	path := t.TempDir() + "/keepsake.db"
	s := openAt(t, path, nil)
	seedOne(t, s)
	pages, err := one(s.writer.c, (*row).num, "PRAGMA page_count")
	must(t, err)
	must(t, s.Close())

	s = openAt(t, path, &Options{settings: []string{fmt.Sprint("max_page_count = ", pages+20)}})
	comment := func(n int) error {
		_, _, err := s.AddComment(context.Background(), album.Comment{
			ID: cmt(n), MediaID: med(1), AuthorID: usr(1), Text: "lovely", CreatedAt: at(n),
		})
		return err
	}
	var next, added atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if err := comment(n); err != nil {
					wantCode(t, "no room", err, album.CodeStorageFull)
					return
				}
				added.Add(1)
				if _, err := s.Comment(context.Background(), cmt(n)); err != nil {
					t.Error("acknowledged, but", err)
				}
			}
		})
	}
	wg.Wait()
	m, err := s.Media(t.Context(), med(1))
	must(t, err)
	if int64(m.CommentCount) != added.Load() || added.Load() == 0 {
		t.Errorf("%d comments are counted, %d were acknowledged", m.CommentCount, added.Load())
	}
	storetest.CheckAlbum(t, s, alb(1))
	must(t, s.Close())

	s = openAt(t, path, nil)
	must(t, comment(1_000_000))
	storetest.CheckAlbum(t, s, alb(1))
}
