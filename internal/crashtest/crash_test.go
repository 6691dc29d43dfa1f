package crashtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/client"
	"keepsake/internal/launch"
)

const (
	rounds = 3
	people = 4
	// roundAcks is how much is acknowledged in a round before the server is killed.
	roundAcks = 120
	// storyTimeout bounds everything after the build.
	storyTimeout = 2 * time.Minute
	// stopTimeout is how long the server may take to end in order.
	stopTimeout = 10 * time.Second
)

// story is one run.
type story struct {
	t       *testing.T
	ctx     context.Context
	program string
	data    string
	server  *launch.Server // that runs now; nil for a cluster
	url     string         // where people call

	ledger   *ledger
	people   []*person
	albumID  album.AlbumID
	token    string       // of the link to join by
	origin   album.Cursor // of the new album
	watchers []*subscriber
}

// A server that is killed loses nothing that it acknowledged.
func TestKilledServerLosesNothing(t *testing.T) {
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTimeout)
	defer cancel()
	s := &story{t: t, ctx: ctx, program: program, data: t.TempDir(), ledger: newLedger()}
	s.start()
	s.settle()

	watcher := s.newWatcher()
	watching := make(chan struct{})
	go func() { defer close(watching); watcher.run(ctx, t) }()
	defer func() {
		close(watcher.servers)
		cancel()
		<-watching
	}()
	watcher.servers <- s.url

	for round := range rounds {
		s.crash(uint64(round))
		s.start()
		watcher.servers <- s.url
		s.finishUploads()
		s.audit()
	}
	watcher.stopped.Store(true)
	began := time.Now()
	limit, stop := context.WithTimeout(ctx, stopTimeout)
	defer stop()
	if err := s.server.Stop(limit); err != nil {
		t.Error(err)
	}
	t.Logf("the server ended on SIGTERM after %v", time.Since(began))
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// start starts the server on the data that are there.
func (s *story) start() {
	s.t.Helper()
	began := time.Now()
	var err error
	// It has the test's context, so that it is gone whatever happens here.
	s.server, err = launch.Start(s.ctx, s.program, s.data, s.t.Output())
	s.must(err)
	s.t.Logf("a server started in %v", time.Since(began))
	s.url = s.server.URL
	s.t.Cleanup(func() { _ = s.server.Kill() })
}

// newWatcher makes a subscriber from the album's beginning, who is not watching yet.
func (s *story) newWatcher() *subscriber {
	w := &subscriber{
		api: s.people[1].as(s.url), albumID: s.albumID, cursor: s.origin,
		servers: make(chan string, 1), changed: make(chan struct{}, 1),
	}
	s.watchers = append(s.watchers, w)
	return w
}

func (s *story) owner() *client.Client { return s.people[0].as(s.url) }

// settle makes the album, its first members and media.
func (s *story) settle() {
	s.t.Helper()
	for i := range people {
		p, err := signUp(s.ctx, s.url, i)
		s.must(err)
		s.people = append(s.people, p)
		s.ledger.members[p.id] = &asked{acked: true}
	}
	made, err := client.Ask[struct {
		CreateAlbum struct {
			Album struct {
				ID     album.AlbumID
				Cursor album.Cursor
			}
		}
	}](s.ctx, s.owner(), `mutation { createAlbum(input: {title: "Crash"}) { album { id cursor } } }`, nil)
	s.must(err)
	s.albumID, s.origin = made.CreateAlbum.Album.ID, made.CreateAlbum.Album.Cursor
	shared, err := client.Ask[struct{ CreateShare struct{ Token string } }](s.ctx, s.owner(), `
		mutation($a: ID!) { createShare(input: {albumId: $a, joinRole: CONTRIBUTOR}) { token } }`, client.Vars{"a": s.albumID})
	s.must(err)
	s.token = shared.CreateShare.Token
	w := s.writers()
	for _, p := range s.people {
		if p.index > 0 {
			s.must(joinAlbum(s.ctx, p.as(s.url), s.token))
		}
		s.must(w.upload(s.ctx, p.as(s.url), p, true))
	}
}

func (s *story) writers() *writers {
	return &writers{
		t: s.t, base: s.url, albumID: string(s.albumID), token: s.token,
		people: s.people, ledger: s.ledger, changed: make(chan struct{}, 1),
	}
}

// crash lets everybody write and kills the server in the middle of it.
func (s *story) crash(round uint64) {
	s.t.Helper()
	w := s.writers()
	goal := s.ledger.acknowledged() + roundAcks
	watcher := s.watchers[0]
	seen := watcher.at()
	writing := w.run(s.ctx, round)
	for s.ledger.acknowledged() < goal || watcher.at() == seen {
		select {
		case <-w.changed:
		case <-watcher.changed:
		case <-s.ctx.Done():
			s.t.Fatalf("%d things were acknowledged, want %d: %v", s.ledger.acknowledged(), goal, s.ctx.Err())
		}
	}
	w.killed.Store(true)
	s.must(s.server.Kill())
	writing.Wait()
	s.t.Logf("round %d: killed after %d acknowledgements", round, s.ledger.acknowledged())
}

// finishUploads finalises what was under way. What was sent must be there.
func (s *story) finishUploads() {
	s.t.Helper()
	finished, incomplete := 0, 0
	for id, u := range s.ledger.unfinished() {
		err := finalizeUpload(s.ctx, s.people[u.owner].as(s.url), id)
		switch {
		case err == nil:
			finished++
			s.ledger.ack(func() { s.ledger.uploads[id].finalized = true })
		case client.Code(err) == "UPLOAD_INCOMPLETE" && !u.sent:
			incomplete++
		default:
			s.t.Errorf("finalise after the restart, sent %v: %v", u.sent, err)
		}
	}
	s.t.Logf("%d uploads were finalised after the restart, %d had not arrived", finished, incomplete)
}

// audit reads everything back and holds it against the ledger.
func (s *story) audit() {
	s.t.Helper()
	for _, p := range s.people {
		me, err := client.Ask[struct{ Me struct{ ID string } }](s.ctx, p.as(s.url), `{ me { id } }`, nil)
		if err != nil || me.Me.ID != p.id {
			s.t.Errorf("the session of %s is that of %q: %v", p.id, me.Me.ID, err)
		}
	}
	for title, a := range s.ledger.createdAlbums() {
		got, err := client.Ask[struct{ Album struct{ Title string } }](s.ctx, s.people[a.owner].as(s.url),
			`query($a: ID!) { album(id: $a) { title } }`, client.Vars{"a": a.id})
		if err != nil || got.Album.Title != title {
			s.t.Errorf("album %s was acknowledged as %q, and is %q: %v", a.id, title, got.Album.Title, err)
		}
	}
	now, err := readState(s.ctx, s.owner(), s.albumID)
	s.must(err)
	log, err := readLog(s.ctx, s.owner(), s.albumID, s.origin, now.cursor)
	s.must(err)
	first, err := album.ParseLogCursor(s.albumID, s.origin)
	s.must(err)
	for i, w := range s.watchers {
		for last := log[len(log)-1].seq; w.at() < last; {
			select {
			case <-w.changed:
			case <-s.ctx.Done():
				s.t.Fatalf("subscriber %d is at %d of %d: %v", i, w.at(), last, s.ctx.Err())
			}
		}
	}
	// The owner did not join: its membership came with the album.
	withoutOwner := *now
	withoutOwner.members = map[string]bool{}
	for id := range now.members {
		if id != s.people[0].id {
			withoutOwner.members[id] = true
		}
	}
	// The writers have ended, so the ledger stands still.
	found := slices.Concat(auditState(s.ledger, now), auditLog(&withoutOwner, log, first))
	for _, w := range s.watchers {
		found = append(found, auditStream(log, w.all())...)
	}
	for _, f := range found {
		s.t.Error(f)
	}
	s.t.Logf("%d media, %d members, %d entries in the log", len(now.media), len(now.members), len(log))
}
