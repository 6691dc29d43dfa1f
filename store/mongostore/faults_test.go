package mongostore

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/internal/testenv/proxy"
	"keepsake/store/storetest"
)

// TestNetwork breaks the connection to the database under writers in every way.
// Each call ends within its time, with UNAVAILABLE or done; once the connection
// is whole again they go on by themselves; what was acknowledged is there once.
func TestNetwork(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	for name, fault := range map[string]func(p *proxy.Proxy) error{
		"cut":       (*proxy.Proxy).Cut,
		"half-open": (*proxy.Proxy).Hang,
		"reset":     (*proxy.Proxy).Reset,
		"cut short": func(p *proxy.Proxy) error { return p.Truncate(1_500) },
		"slow":      func(p *proxy.Proxy) error { return p.Delay(150 * time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			p, err := proxy.Start(hostOf(server.URI))
			must(t, err)
			t.Cleanup(p.Close)
			const timeout = time.Second
			s, err := Open(t.Context(), "mongodb://"+p.Addr+"/?directConnection=true",
				&Options{Database: server.NewDatabase(t), Timeout: timeout})
			must(t, err)
			t.Cleanup(func() { must(t, s.Close()) })
			f := storetest.NewFixture(t, s)
			users := f.Users(10)
			a := f.Album(users[0])
			w := newProgress(&writers{s: s, album: a.ID, media: f.Media(a.ID, users[0], 4), users: users})

			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { w.run(ctx, 6); close(done) }()
			w.reach(t, 40)
			must(t, fault(p))
			// Readers see what the writers do: an answer in time.
			for range 3 {
				start := time.Now()
				_, err := s.Album(t.Context(), a.ID)
				if code := album.CodeOf(err); code != "" && code != album.CodeUnavailable {
					t.Errorf("reading: %v", err)
				}
				if took := time.Since(start); took > 3*timeout {
					t.Errorf("reading took %v", took)
				}
			}
			must(t, p.Heal())
			w.reach(t, 80)
			stop()
			<-done
			check(t, s, a.ID, w.lines)
			if wrong := s.misheld(t); len(wrong) > 0 {
				t.Error(wrong)
			}
		})
	}
}

// TestNetworkWithoutLimit takes away the limit of time, without which a half-open
// connection holds a call for as long as its caller waits.
func TestNetworkWithoutLimit(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	p, err := proxy.Start(hostOf(server.URI))
	must(t, err)
	t.Cleanup(p.Close)
	s, err := Open(t.Context(), "mongodb://"+p.Addr+"/?directConnection=true",
		&Options{Database: server.NewDatabase(t), Timeout: time.Hour})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	f := storetest.NewFixture(t, s)
	a := f.Album(f.User("Anna"))
	must(t, p.Hang())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := s.Album(ctx, a.ID); ended <- err }()
	select {
	case err := <-ended:
		t.Errorf("a call ended by itself: %v", err)
	case <-time.After(3 * time.Second): // what TestNetwork allows
		cancel()
		if err := <-ended; err == nil {
			t.Error("it was answered after all")
		}
	}
	cancel()
	must(t, p.Heal())
}

// hostOf is the host:port of a server's connection string.
func hostOf(uri string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "/")
	return host
}

// progress is writers whose answers can be waited for.
type progress struct {
	*writers
	lines []string
	more  chan int // how many lines there are, the latest
}

func newProgress(w *writers) *progress {
	p := &progress{writers: w, more: make(chan int, 1)}
	w.acknowledged = func(line string) {
		p.lines = append(p.lines, line)
		select {
		case <-p.more:
		default:
		}
		p.more <- len(p.lines)
	}
	return p
}

// reach waits until n more writes were acknowledged.
func (p *progress) reach(t *testing.T, n int) {
	t.Helper()
	first := -1
	for deadline := time.After(time.Minute); ; {
		select {
		case got := <-p.more:
			if first < 0 {
				first = got
			}
			if got >= first+n {
				return
			}
		case <-deadline:
			t.Fatalf("fewer than %d writes in a minute", n)
		}
	}
}

// TestLabels: the server's word that a transaction may be tried again is heard,
// also where a commit may have happened already. Without the tries the same
// faults reach the caller.
func TestLabels(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	if !server.Can.FailPoints.Able {
		t.Logf("no errors on order: %s", server.Can.FailPoints.Why)
		return
	}
	s := openClosed(t, server, nil)
	f := storetest.NewFixture(t, s)
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	for name, labels := range map[string]bson.A{
		"insert":            {"TransientTransactionError"},
		"commitTransaction": {"UnknownTransactionCommitResult"},
		"findAndModify":     {"TransientTransactionError"},
	} {
		for _, tries := range []int{0, 1} {
			s.tries = tries
			must(t, s.client.Database("admin").RunCommand(t.Context(), bson.D{
				{Key: "configureFailPoint", Value: "failCommand"},
				{Key: "mode", Value: eq("times", 2)},
				{Key: "data", Value: bson.D{
					{Key: "failCommands", Value: bson.A{name}}, {Key: "errorCode", Value: 251}, {Key: "errorLabels", Value: labels},
				}},
			}).Err())
			before, err := s.Album(t.Context(), a.ID)
			must(t, err)
			_, e, err := s.AddComment(t.Context(), f.NewComment(m.ID, owner, "x"))
			want := album.Code("")
			if tries == 1 {
				want = album.CodeUnavailable
			}
			if album.CodeOf(err) != want || err == nil && e.Seq != before.Seq+1 {
				t.Errorf("%s with %d tries: %+v, %v", name, tries, e, err)
			}
			must(t, s.client.Database("admin").RunCommand(t.Context(), bson.D{
				{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: "off"},
			}).Err())
			storetest.CheckAlbum(t, s, a.ID)
		}
	}
}

// TestFewGroups: 64 people who like one photo at once take a few transactions.
func TestFewGroups(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	commits := 0
	s := openClosed(t, mongoserver.Start(t), &Options{OnCommand: func(name string) {
		if name == "commitTransaction" {
			mu.Lock()
			defer mu.Unlock()
			commits++
		}
	}})
	f := storetest.NewFixture(t, s)
	users := f.Users(64)
	a := f.Album(users[0])
	m := f.Ready(a.ID, users[0])
	before := commits
	var wg sync.WaitGroup
	for _, u := range users {
		wg.Go(func() { f.Like(m.ID, u) })
	}
	wg.Wait()
	if n := commits - before; n > 16 {
		t.Errorf("64 likes took %d transactions", n)
	}
	storetest.CheckAlbum(t, s, a.ID)
}
