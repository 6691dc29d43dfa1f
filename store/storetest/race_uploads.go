package storetest

import (
	"slices"
	"testing"
	"time"

	"keepsake/album"
)

func raceUploads() []promise {
	return []promise{
		{"16 accept two media of the same bytes and one is a duplicate", raceTwins},
		{"16 accept as many media of the same bytes and one stays", raceManyTwins},
		{"a medium is accepted, refused and deleted at once", raceAccept},
		{"a medium is improved in 16 calls at once with one entry", raceImprove},
		{"work is claimed while albums come and go", raceClaimAlbums},
	}
}

func raceTwins(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for range 3 {
		two := []*album.Media{f.Pending(a.ID, owner), f.Pending(a.ID, owner)}
		w := album.Work{Lane: album.Quick, DueAt: f.Tick()}
		errs := together(16, func(i int) error {
			facts := Facts(two[i%2].ID)
			facts.SHA256 = Facts(two[0].ID).SHA256
			return errOf(f.s.AcceptMedia(f.ctx, two[i%2].ID, facts, w))
		})
		wantAll(t, "AcceptMedia", errs, "")
		first, second := f.medium(two[0].ID), f.medium(two[1].ID)
		if first.Status == album.Failed {
			first, second = second, first
		}
		equal(t, "statuses", []album.MediaStatus{first.Status, second.Status}, []album.MediaStatus{album.Processing, album.Failed})
		equal(t, "DuplicateOf", second.DuplicateOf, first.ID)
		must2(f.s.PublishMedia(f.ctx, first.ID, Made(first.ID), f.Change(owner)))(t)
	}
	equal(t, "StorageUsed", f.used(t, owner), int64(3000))
	CheckAlbum(t, f.s, a.ID)
}

func raceManyTwins(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	media := f.due(a.ID, owner, album.Quick, f.Tick(), 16)
	errs := together(len(media), func(i int) error {
		facts := Facts(media[i])
		facts.SHA256 = Facts(media[0]).SHA256
		return errOf(f.s.AcceptMedia(f.ctx, media[i], facts, album.Work{}))
	})
	wantAll(t, "AcceptMedia", errs, "")
	var kept []album.MediaID
	of := map[album.MediaID]int{}
	for id, m := range must(f.s.MediaByID(f.ctx, media))(t) {
		if m.Status == album.Processing {
			kept = append(kept, id)
			continue
		}
		of[m.DuplicateOf]++
	}
	if len(kept) != 1 || of[kept[0]] != len(media)-1 {
		t.Errorf("%d stay, duplicates are of %v", len(kept), of)
	}
	equal(t, "StorageUsed", f.used(t, owner), int64(1000))
}

func raceAccept(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for _, deleting := range []bool{false, true} {
		m := f.Pending(a.ID, owner)
		c := f.Change(owner)
		errs := together(16, func(i int) error {
			switch {
			case deleting && i == 8:
				return errOf(f.s.DeleteMedia(f.ctx, a.ID, []album.MediaID{m.ID}, c))
			case i%4 == 3:
				return errOf(f.s.FailMedia(f.ctx, m.ID, album.CodeUploadMismatch, c))
			case i%4 == 2:
				err := errOf2(f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), c))
				if album.CodeOf(err) == album.CodeConflict {
					return nil // it is not accepted yet, or refused
				}
				return err
			}
			return f.accept(m.ID)
		})
		if deleting {
			wantAll(t, "calls with a deletion", errs, "", album.CodeNotFound)
			wantCode(t, "DeleteMedia", errs[8], "")
			wantCode(t, "Media", errOf(f.s.Media(f.ctx, m.ID)), album.CodeNotFound)
		} else {
			wantAll(t, "calls", errs, "")
			if got := f.medium(m.ID); got.Status != album.Ready && got.Status != album.Failed {
				t.Errorf("it is %s in the end", got.Status)
			}
		}
		CheckAlbum(t, f.s, a.ID)
		CheckStorage(t, f.s)
	}
}

func raceImprove(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	c := f.Change("")
	entries := make([]*album.Entry, 16)
	errs := together(len(entries), func(i int) (err error) {
		_, entries[i], err = f.s.ImproveMedia(f.ctx, m.ID, album.MediaMade{Color: "#010203", Progress: 100}, c)
		return err
	})
	wantAll(t, "ImproveMedia", errs, "")
	equal(t, "calls without an entry", len(slices.DeleteFunc(entries, func(e *album.Entry) bool { return e != nil })), 15)
	CheckAlbum(t, f.s, a.ID)
}

func raceClaimAlbums(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	kept, binned, lost := f.Album(owner), f.Album(owner), f.Album(owner)
	at := f.Tick()
	var all []album.MediaID
	for _, a := range []*album.Album{kept, binned, lost} {
		all = append(all, f.due(a.ID, owner, album.Quick, at, 4)...)
	}
	c := f.Change(owner)
	claimed := make([][]*album.Media, 4)
	errs := together(len(claimed)+2, func(i int) error {
		switch i - len(claimed) {
		case 0:
			if err := errOf(f.s.SetAlbumState(f.ctx, binned.ID, album.Trashed, c)); err != nil {
				return err
			}
			return errOf(f.s.SetAlbumState(f.ctx, binned.ID, album.Active, c))
		case 1:
			return errOf(f.s.SetAlbumState(f.ctx, lost.ID, album.Deleting, c))
		}
		for range 4 {
			got, err := f.s.ClaimWork(f.ctx, album.Quick, at.Add(time.Minute), at.Add(time.Hour), 2)
			if err != nil {
				return err
			}
			claimed[i] = append(claimed[i], got...)
		}
		return nil
	})
	wantAll(t, "ClaimWork and SetAlbumState", errs, "")
	got := ids(slices.Concat(claimed...), mediaID)
	equal(t, "media handed out twice", len(got)-len(distinctIDs(got)), 0)
	// What was passed over is there for the next.
	got = append(got, ids(f.claim(t, at.Add(time.Minute), 100), mediaID)...)
	equal(t, "media handed out twice", len(got)-len(distinctIDs(got)), 0)
	for _, id := range all[:8] {
		if !slices.Contains(got, id) {
			t.Errorf("%s was not handed out", id)
		}
	}
	got = ids(f.claim(t, at.Add(24*time.Hour), 100), mediaID)
	equal(t, "media once the leases ended", sorted(got), sorted(all[:8]))
}
