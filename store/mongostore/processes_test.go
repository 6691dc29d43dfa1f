package mongostore

import (
	"sync"
	"testing"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store/storetest"
)

// processes opens several stores on one database, whose locks know nothing of
// each other, as those of several nodes.
func processes(t *testing.T, n int) []*Store {
	t.Helper()
	server := mongoserver.Start(t)
	stores := []*Store{openClosed(t, server, &Options{Timeout: patience})}
	for range n - 1 {
		s, err := Open(t.Context(), server.URI, &Options{Database: stores[0].db.Name(), Timeout: patience})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		stores = append(stores, s)
	}
	return stores
}

// atOnce calls do for each of n, all at the same time.
func atOnce(n int, do func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-start; do(i) })
	}
	close(start)
	wg.Wait()
}

// TestSameBytesAtOnce: nodes that receive the same bytes of a person at the same
// time accept one of them.
func TestSameBytesAtOnce(t *testing.T) {
	t.Parallel()
	stores := processes(t, 4)
	f := storetest.NewFixture(t, stores[0])
	owner := f.User("owner")
	a := f.Album(owner)
	for range 5 {
		media := make([]*album.Media, 2*len(stores))
		for i := range media {
			media[i] = f.Pending(a.ID, owner)
		}
		facts := storetest.Facts(media[0].ID)
		atOnce(len(media), func(i int) {
			got, err := stores[i%len(stores)].AcceptMedia(t.Context(), media[i].ID, facts, album.Work{Lane: album.Quick, DueAt: f.Now()})
			if err != nil {
				t.Error(err)
				return
			}
			media[i] = got
		})
		var accepted []album.MediaID
		for _, m := range media {
			if m.Status == album.Processing {
				accepted = append(accepted, m.ID)
			}
		}
		for _, m := range media {
			if len(accepted) != 1 || m.Status == album.Failed && m.DuplicateOf != accepted[0] {
				t.Fatalf("%d were accepted; %s is %s, a duplicate of %q", len(accepted), m.ID, m.Status, m.DuplicateOf)
			}
		}
	}
	if wrong := stores[0].misheld(t); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// TestQuotaAtOnce: nodes that are asked for more than a person's quota at the
// same time give out no more than that; what is deleted, refused and swept at
// the same time comes back once.
func TestQuotaAtOnce(t *testing.T) {
	t.Parallel()
	stores := processes(t, 4)
	f := storetest.NewFixture(t, stores[0])
	owner := f.User("owner")
	a := f.Album(owner)
	media := make([]*album.Media, 3*len(stores))
	for i := range media {
		media[i] = f.NewMedia(a.ID, owner)
	}
	const room = 5
	quota := room * media[0].Upload.Bytes
	made := make([]bool, len(media))
	atOnce(len(media), func(i int) {
		err := stores[i%len(stores)].CreateMedia(t.Context(), media[i:i+1], quota)
		if made[i] = err == nil; err != nil && album.CodeOf(err) != album.CodeQuotaExceeded {
			t.Error(err)
		}
	})
	var ids []album.MediaID
	for i, m := range media {
		if made[i] {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) != room {
		t.Fatalf("%d uploads were allowed, there is room for %d", len(ids), room)
	}
	if wrong := stores[0].misheld(t); len(wrong) > 0 {
		t.Error(wrong)
	}
	late := media[0].Upload.ExpiresAt.AddDate(1, 0, 0)
	c := f.Change(owner)
	atOnce(4*len(ids), func(i int) {
		s, id := stores[i%len(stores)], ids[i/4]
		var err error
		switch i % 4 {
		case 0:
			_, err = s.DeleteMedia(t.Context(), a.ID, []album.MediaID{id}, c)
		case 1:
			_, err = s.FailMedia(t.Context(), id, album.CodeMediaCorrupt, c)
		case 2:
			_, err = s.Doomed(t.Context(), late, late, 10)
		case 3:
			err = s.RemoveMedia(t.Context(), []album.MediaID{id})
		}
		if code := album.CodeOf(err); err != nil && code != album.CodeNotFound {
			t.Error(err)
		}
	})
	if u, err := stores[0].User(t.Context(), owner); err != nil || u.StorageUsed != 0 {
		t.Errorf("all were deleted: %+v, %v", u, err)
	}
}
