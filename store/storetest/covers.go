package storetest

import (
	"testing"

	"keepsake/album"
)

func covers() []promise {
	return []promise{
		{"the cover is the chosen medium, else the newest", chosenCover},
		{"the newest of equal times has the greatest ID", tiedCover},
		{"a cover that goes out of sight is unset", lostCover},
		{"covers of many albums come at once", manyCovers},
	}
}

func (f *Fixture) cover(t *testing.T, id album.AlbumID) album.MediaID {
	t.Helper()
	m, ok := must(f.s.Covers(f.ctx, []album.AlbumID{id}))(t)[id]
	if !ok {
		return ""
	}
	equal(t, "the cover", m, f.medium(m.ID))
	return m.ID
}

func (f *Fixture) choose(t *testing.T, id album.AlbumID, cover album.MediaID) {
	t.Helper()
	must2(f.s.UpdateAlbum(f.ctx, id, album.AlbumPatch{CoverID: &cover}, f.Change("")))(t)
}

func chosenCover(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	equal(t, "an empty album's", f.cover(t, a.ID), album.MediaID(""))
	f.Pending(a.ID, owner)
	equal(t, "with a PENDING one", f.cover(t, a.ID), album.MediaID(""))
	first := f.Ready(a.ID, owner).ID
	equal(t, "with one", f.cover(t, a.ID), first)
	second := f.Ready(a.ID, owner).ID
	equal(t, "with a newer one", f.cover(t, a.ID), second)
	f.choose(t, a.ID, first)
	equal(t, "chosen", f.cover(t, a.ID), first)
	f.Ready(a.ID, owner)
	equal(t, "chosen, with a newer one", f.cover(t, a.ID), first)
	f.choose(t, a.ID, "")
	third := f.Ready(a.ID, owner).ID
	equal(t, "not chosen any more", f.cover(t, a.ID), third)
}

func tiedCover(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	var all []*album.Media
	for range 6 {
		all = append(all, f.readyAt(a.ID, owner, at, epoch))
	}
	equal(t, "cover", f.cover(t, a.ID), descending(all, addedPosition)[0].ID)
}

func lostCover(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	other := f.Album(owner)
	for what, lose := range map[string]func(id album.AlbumID, cover album.MediaID){
		"trashed": func(id album.AlbumID, cover album.MediaID) { f.trash(id, cover) },
		"deleted": func(id album.AlbumID, cover album.MediaID) { f.discard(id, cover) },
		"moved": func(id album.AlbumID, cover album.MediaID) {
			must(f.s.MoveMedia(f.ctx, id, other.ID, []album.MediaID{cover}, f.Change(owner)))(t)
		},
	} {
		a := f.Album(owner)
		all := f.Media(a.ID, owner, 3)
		f.choose(t, a.ID, all[0])
		lose(a.ID, all[1])
		equal(t, "another one "+what, f.cover(t, a.ID), all[0])
		equal(t, "another one "+what+": CoverID", f.album(a.ID).CoverID, all[0])
		lose(a.ID, all[0])
		equal(t, what, f.cover(t, a.ID), all[2])
		equal(t, what+": CoverID", f.album(a.ID).CoverID, album.MediaID(""))
		lose(a.ID, all[2])
		equal(t, "all "+what, f.cover(t, a.ID), album.MediaID(""))
		CheckAlbum(t, f.s, a.ID)
	}
	// A restored medium is no cover again by itself.
	a := f.Album(owner)
	all := f.Media(a.ID, owner, 2)
	f.choose(t, a.ID, all[0])
	f.trash(a.ID, all...)
	must(f.s.RestoreMedia(f.ctx, a.ID, all, f.Change(owner)))(t)
	equal(t, "restored", f.cover(t, a.ID), all[1])
}

func manyCovers(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	want := map[album.AlbumID]album.MediaID{}
	var asked []album.AlbumID
	for i := range 6 {
		a := f.Album(owner)
		asked = append(asked, a.ID)
		if all := f.Media(a.ID, owner, i%3); len(all) > 0 {
			want[a.ID] = all[len(all)-1]
		}
	}
	asked = append(asked, asked[1], album.AlbumID(f.NewID(album.AlbumPrefix)))
	got := map[album.AlbumID]album.MediaID{}
	for id, m := range must(f.s.Covers(f.ctx, asked))(t) {
		got[id] = m.ID
	}
	equal(t, "covers", got, want)
}
