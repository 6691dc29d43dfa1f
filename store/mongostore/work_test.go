package mongostore

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store"
	"keepsake/store/storetest"
)

// TestWorkBehindOthers: as many due media as one claim looks at stand below an
// album in the trash. They are put off, so that the next claim sees what is
// behind them, and done once the album is back.
func TestWorkBehindOthers(t *testing.T) {
	t.Parallel()
	s := openClosed(t, mongoserver.Start(t), &Options{Timeout: patience})
	f := storetest.NewFixture(t, s)
	owner := f.User("owner")
	trashed, active := f.Album(owner), f.Album(owner)
	now := f.Now()
	until := now.Add(time.Minute)
	var docs []mediaDoc
	for i := range maxLooked {
		m := f.NewMedia(trashed.ID, owner)
		m.Work = album.Work{Lane: album.Quick, DueAt: now.Add(-time.Hour + time.Duration(i/10)*time.Millisecond)}
		docs = append(docs, pendingDoc(m))
	}
	_, err := s.media.InsertMany(t.Context(), docs)
	must(t, err)
	m := f.NewMedia(active.ID, owner)
	m.Work = album.Work{Lane: album.Quick, DueAt: now}
	must(t, s.CreateMedia(t.Context(), []*album.Media{m}, 1<<40))
	_, err = s.SetAlbumState(t.Context(), trashed.ID, album.Trashed, store.Change{At: now})
	must(t, err)

	claim := func(at time.Time, limit int) []*album.Media {
		t.Helper()
		got, err := s.ClaimWork(t.Context(), album.Quick, at, until, limit)
		must(t, err)
		return got
	}
	if got := claim(now, 2); len(got) != 0 {
		t.Errorf("claimed %d, the first of them %s", len(got), got[0].ID)
	}
	next, err := s.NextWork(t.Context(), album.Quick)
	must(t, err)
	if got := claim(now, 2); len(got) != 1 || got[0].ID != m.ID || !next.Equal(now) {
		t.Errorf("then claimed %v, and %v is next", got, next)
	}
	_, err = s.SetAlbumState(t.Context(), trashed.ID, album.Active, store.Change{At: now})
	must(t, err)
	if got := claim(now, 2); len(got) != 0 {
		t.Errorf("claimed %d of what was put off", len(got))
	}
	if got := claim(until, 2*workPage); len(got) != 2*workPage || got[0].Work.Attempts != 1 {
		t.Errorf("claimed %d of what was put off, when its time has come", len(got))
	}
}

// TestWorkBehindFew: what is passed over keeps its time where there is less of
// it than a claim looks at.
func TestWorkBehindFew(t *testing.T) {
	t.Parallel()
	s := openClosed(t, mongoserver.Start(t), nil)
	f := storetest.NewFixture(t, s)
	owner := f.User("owner")
	trashed, active := f.Album(owner), f.Album(owner)
	now := f.Now()
	for i := range workPage + 5 {
		m := f.NewMedia(trashed.ID, owner)
		if i == workPage+4 {
			m = f.NewMedia(active.ID, owner)
		}
		m.Work = album.Work{Lane: album.Long, DueAt: now.Add(time.Duration(i-workPage) * time.Second)}
		must(t, s.CreateMedia(t.Context(), []*album.Media{m}, 1<<40))
	}
	f.Tick()
	_, err := s.SetAlbumState(t.Context(), trashed.ID, album.Trashed, f.Change(owner))
	must(t, err)
	later := now.Add(time.Hour)
	for want := range 2 {
		got, err := s.ClaimWork(t.Context(), album.Long, later, later.Add(time.Minute), 3)
		must(t, err)
		if len(got) != 1-want {
			t.Errorf("claim %d gave %d media", want, len(got))
		}
	}
	next, err := s.NextWork(t.Context(), album.Long)
	must(t, err)
	if want := now.Add(-workPage * time.Second); !next.Equal(want) {
		t.Errorf("next is %v, want %v: they were put off", next, want)
	}
}
