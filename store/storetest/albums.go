package storetest

import (
	"testing"

	"keepsake/album"
	"keepsake/store"
)

func albums() []promise {
	return []promise{
		{"a created album has its owner and one entry", createdAlbum},
		{"an album of nobody is NOT_FOUND and not written", ownerlessAlbum},
		{"what is unknown is NOT_FOUND", unknownAlbums},
		{"UpdateAlbum changes the fields that are set", updateAlbum},
		{"an update that changes nothing makes no entry", sameAlbum},
		{"a refused update changes nothing", refusedUpdate},
	}
}

func createdAlbum(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.NewAlbum(owner)
	a.Visibility = album.Public
	a.Settings = album.Settings{Comments: album.Nobody, Likes: album.Anyone, Downloads: album.Members, Order: album.ByTaken}
	sent := *a
	sent.MediaCount, sent.MemberCount, sent.Seq = 7, 8, 9 // ignored
	e := f.create(&sent)

	equal(t, "entry", e, &album.Entry{AlbumID: a.ID, Seq: 1, At: a.CreatedAt, Kind: album.AlbumCreated, ActorID: owner})
	want := *a
	want.MemberCount, want.Seq, want.UpdatedAt = 1, 1, a.CreatedAt
	equal(t, "album", f.album(a.ID), &want)
	equal(t, "the owner's membership", must(f.s.Membership(f.ctx, a.ID, owner))(t),
		&album.Membership{AlbumID: a.ID, UserID: owner, Role: album.Owner, JoinedAt: a.CreatedAt})
	equal(t, "log", CheckLog(t, f.s, a.ID), []album.Entry{*e})
	CheckAlbum(t, f.s, a.ID)
}

func ownerlessAlbum(t *testing.T, f *Fixture) {
	a := f.NewAlbum(album.UserID(f.NewID(album.UserPrefix)))
	e, err := f.s.CreateAlbum(f.ctx, a, f.Change(a.OwnerID))
	wantCode(t, "CreateAlbum", err, album.CodeNotFound)
	if e != nil {
		t.Errorf("a refused write returned the entry %+v", e)
	}
	wantCode(t, "Album", errOf(f.s.Album(f.ctx, a.ID)), album.CodeNotFound)
	wantCode(t, "Membership", errOf(f.s.Membership(f.ctx, a.ID, a.OwnerID)), album.CodeNotFound)
	wantCode(t, "Entries", errOf(f.s.Entries(f.ctx, a.ID, 0, 10)), album.CodeNotFound)
	equal(t, "albums of nobody", must(f.s.AlbumsOf(f.ctx, a.OwnerID, firstRows(10)))(t), []*album.Membership(nil))
}

func unknownAlbums(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	id := album.AlbumID(f.NewID(album.AlbumPrefix))
	for what, err := range map[string]error{
		"Album":               errOf(f.s.Album(f.ctx, id)),
		"Album without an ID": errOf(f.s.Album(f.ctx, "")),
		"UpdateAlbum":         errOf2(f.s.UpdateAlbum(f.ctx, id, album.AlbumPatch{Title: new("x")}, f.Change(owner))),
		"SetAlbumState":       errOf(f.s.SetAlbumState(f.ctx, id, album.Trashed, f.Change(owner))),
		"Membership":          errOf(f.s.Membership(f.ctx, id, owner)),
		"MembersOf":           errOf(f.s.MembersOf(f.ctx, id, firstRows(10))),
		"SharesOf":            errOf(f.s.SharesOf(f.ctx, id, firstRows(10))),
		"TrashOf":             errOf(f.s.TrashOf(f.ctx, id, "", firstRows(10))),
		"Entries":             errOf(f.s.Entries(f.ctx, id, 0, 10)),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
}

func updateAlbum(t *testing.T, f *Fixture) {
	owner, editor := f.User("owner"), f.User("editor")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	settings := album.Settings{Comments: album.Anyone, Likes: album.Nobody, Downloads: album.Nobody, Order: album.ByHand}
	for what, c := range map[string]struct {
		patch album.AlbumPatch
		apply func(a *album.Album)
	}{
		"title":       {album.AlbumPatch{Title: new("Winter")}, func(a *album.Album) { a.Title = "Winter" }},
		"description": {album.AlbumPatch{Description: new("")}, func(a *album.Album) { a.Description = "" }},
		"cover":       {album.AlbumPatch{CoverID: &m.ID}, func(a *album.Album) { a.CoverID = m.ID }},
		"visibility":  {album.AlbumPatch{Visibility: new(album.Link)}, func(a *album.Album) { a.Visibility = album.Link }},
		"settings":    {album.AlbumPatch{Settings: &settings}, func(a *album.Album) { a.Settings = settings }},
	} {
		want := f.album(a.ID)
		change := f.Change(editor)
		c.apply(want)
		want.Seq++
		want.UpdatedAt = change.At
		got, e := must2(f.s.UpdateAlbum(f.ctx, a.ID, c.patch, change))(t)
		equal(t, what+", returned", got, want)
		equal(t, what+", read", f.album(a.ID), want)
		equal(t, what+", entry", e, &album.Entry{
			AlbumID: a.ID, Seq: want.Seq, At: change.At, Kind: album.AlbumEdited, ActorID: editor,
		})
	}
	// All at once is one entry, and an empty cover goes back to the newest.
	before := f.album(a.ID)
	patch := album.AlbumPatch{Title: new("All"), Description: new("at once"), CoverID: new(album.MediaID(""))}
	got, _ := must2(f.s.UpdateAlbum(f.ctx, a.ID, patch, f.Change(owner)))(t)
	if got.Title != "All" || got.Description != "at once" || got.CoverID != "" || got.Seq != before.Seq+1 {
		t.Errorf("after a patch of three fields the album is %+v", got)
	}
	CheckAlbum(t, f.s, a.ID)
}

func sameAlbum(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	must2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{CoverID: &m.ID}, f.Change(owner)))(t)
	a = f.album(a.ID)
	f.unchanged(t, a.ID, func() {
		for what, patch := range map[string]album.AlbumPatch{
			"an empty patch": {},
			"the same title": {Title: &a.Title},
			"the same of everything": {
				Title: &a.Title, Description: &a.Description, CoverID: &a.CoverID,
				Visibility: &a.Visibility, Settings: &a.Settings,
			},
		} {
			got, e := must2(f.s.UpdateAlbum(f.ctx, a.ID, patch, f.Change(owner)))(t)
			equal(t, what, got, a)
			equal(t, what+": entry", e, (*album.Entry)(nil))
		}
	})
}

func refusedUpdate(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	f.Ready(a.ID, owner)
	pending, failed, binned, deleted := f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, deleted.ID)
	f.unchanged(t, a.ID, func() {
		for what, cover := range map[string]album.MediaID{
			"pending": pending.ID, "failed": failed.ID, "in the trash": binned.ID, "deleted": deleted.ID,
			"of another album": f.Ready(other.ID, owner).ID,
			"unknown":          album.MediaID(f.NewID(album.MediaPrefix)),
		} {
			patch := album.AlbumPatch{Title: new("by half"), CoverID: &cover}
			_, e, err := f.s.UpdateAlbum(f.ctx, a.ID, patch, f.Change(owner))
			wantCode(t, "a cover that is "+what, err, album.CodeNotFound)
			equal(t, "entry", e, (*album.Entry)(nil))
		}
	})
	f.state(a.ID, album.Trashed)
	f.unchanged(t, a.ID, func() {
		err := errOf2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: new("x")}, store.Change{At: f.Tick()}))
		wantCode(t, "an album in the trash", err, album.CodeNotFound)
	})
}
