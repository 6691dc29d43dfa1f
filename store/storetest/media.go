package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func media() []promise {
	return []promise{
		{"created media are PENDING and unseen", createdMedia},
		{"CreateMedia writes all or none", halfMedia},
		{"what is unknown is NOT_FOUND", unknownMedia},
		{"EditMedia changes the fields that are set", editMedia},
		{"an edit that changes nothing makes no entry", sameMedia},
		{"media in another state are not edited", refusedEdit},
		{"DeleteMedia takes media of any status out of sight", deleteMedia},
	}
}

func createdMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	full, plain := f.NewMedia(a.ID, owner), f.NewMedia(a.ID, owner)
	full.Kind, full.FileName, full.ContentType = album.Video, "夏 film.mp4", "video/mp4"
	full.Bytes, full.Upload.Bytes = 1<<40, 1<<40
	full.TakenAt, full.Caption, full.Tags = time.UnixMilli(0).UTC(), "at the sea", []string{"sea", "夏", "a"}
	full.Place = &album.Place{Name: "Null Island"}
	plain.Upload.SHA256 = ""
	f.add(full, plain)
	for _, m := range []*album.Media{full, plain} {
		equal(t, "medium", f.medium(m.ID), m)
	}
	equal(t, "album", f.album(a.ID), a)
	equal(t, "media", must(mediaOf(f.ctx, f.s, a.ID, album.ByAdded).walk(10))(t), []*album.Media(nil))
	equal(t, "trash", must(trashOf(f.ctx, f.s, a.ID, "").walk(10))(t), []*album.Media(nil))
	equal(t, "feed", must(f.s.FeedOf(f.ctx, owner, firstRows(10)))(t), []album.FeedItem(nil))
	CheckAlbum(t, f.s, a.ID)
}

func halfMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	there := f.Pending(a.ID, owner)
	first, last := f.NewMedia(a.ID, owner), f.NewMedia(a.ID, owner)
	again := f.NewMedia(a.ID, owner)
	again.ID = there.ID // cannot be written twice
	err := f.s.CreateMedia(f.ctx, []*album.Media{first, again, last}, plenty)
	if err == nil || !isAlbumError(err) {
		t.Errorf("media with an ID in use: %v, want an *album.Error", err)
	}
	for _, m := range []*album.Media{first, last} {
		wantCode(t, "Media", errOf(f.s.Media(f.ctx, m.ID)), album.CodeNotFound)
	}
	equal(t, "the one in the way", f.medium(there.ID), there)

	stray := f.NewMedia(album.AlbumID(f.NewID(album.AlbumPrefix)), owner)
	wantCode(t, "in no album", f.s.CreateMedia(f.ctx, []*album.Media{stray}, plenty), album.CodeNotFound)
	wantCode(t, "in no album: Media", errOf(f.s.Media(f.ctx, stray.ID)), album.CodeNotFound)
}

func unknownMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	id := album.MediaID(f.NewID(album.MediaPrefix))
	c := f.Change(owner)
	batch := []album.MediaID{id}
	for what, err := range map[string]error{
		"Media":               errOf(f.s.Media(f.ctx, id)),
		"Media without an ID": errOf(f.s.Media(f.ctx, "")),
		"AcceptMedia":         f.accept(id),
		"PublishMedia":        errOf2(f.s.PublishMedia(f.ctx, id, Made(id), c)),
		"ImproveMedia":        errOf2(f.s.ImproveMedia(f.ctx, id, Made(id), c)),
		"FailMedia":           errOf(f.s.FailMedia(f.ctx, id, album.CodeMediaCorrupt, c)),
		"ArrangeMedia":        errOf(f.s.ArrangeMedia(f.ctx, a.ID, batch, "", c)),
		"EditMedia":           errOf2(f.s.EditMedia(f.ctx, id, album.MediaPatch{Caption: new("x")}, c)),
		"MoveMedia":           errOf(f.s.MoveMedia(f.ctx, a.ID, other.ID, batch, c)),
		"TrashMedia":          errOf(f.s.TrashMedia(f.ctx, a.ID, batch, c)),
		"RestoreMedia":        errOf(f.s.RestoreMedia(f.ctx, a.ID, batch, c)),
		"DeleteMedia":         errOf(f.s.DeleteMedia(f.ctx, a.ID, batch, c)),
		"AddComment":          errOf2(f.s.AddComment(f.ctx, f.NewComment(id, owner, "x"))),
		"SetLike":             errOf2(f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: owner, At: c.At}, true)),
		"SetLike, unliked":    errOf2(f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: owner, At: c.At}, false)),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
	CheckAlbum(t, f.s, a.ID)
}

func editMedia(t *testing.T, f *Fixture) {
	owner, editor := f.User("owner"), f.User("editor")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	here, nullIsland := &album.Place{Name: "here", Latitude: 39.9, Longitude: 116.4}, &album.Place{}
	nowhere := (*album.Place)(nil)
	taken, never := epoch.Add(-time.Hour), time.Time{}
	for _, c := range []struct {
		name  string
		patch album.MediaPatch
		apply func(m *album.Media)
	}{
		{"caption", album.MediaPatch{Caption: new("waves")}, func(m *album.Media) { m.Caption = "waves" }},
		{
			"tags",
			album.MediaPatch{Tags: &[]string{"sea", "b", "a"}},
			func(m *album.Media) { m.Tags = []string{"sea", "b", "a"} },
		},
		{
			"tags in another order",
			album.MediaPatch{Tags: &[]string{"a", "b", "sea"}},
			func(m *album.Media) { m.Tags = []string{"a", "b", "sea"} },
		},
		{"no tags", album.MediaPatch{Tags: &[]string{}}, func(m *album.Media) { m.Tags = nil }},
		{"a time", album.MediaPatch{TakenAt: &taken}, func(m *album.Media) { m.TakenAt = taken }},
		{"no time", album.MediaPatch{TakenAt: &never}, func(m *album.Media) { m.TakenAt = never }},
		{"a place", album.MediaPatch{Place: &here}, func(m *album.Media) { m.Place = here }},
		{"a place at 0, 0", album.MediaPatch{Place: &nullIsland}, func(m *album.Media) { m.Place = nullIsland }},
		{"no place", album.MediaPatch{Place: &nowhere}, func(m *album.Media) { m.Place = nil }},
		{
			"all at once",
			album.MediaPatch{Caption: new("x"), Tags: &[]string{"y"}, TakenAt: &taken, Place: &here},
			func(m *album.Media) { m.Caption, m.Tags, m.TakenAt, m.Place = "x", []string{"y"}, taken, here },
		},
	} {
		seq := f.album(a.ID).Seq
		want := f.medium(m.ID)
		change := f.Change(editor)
		c.apply(want)
		want.EditedAt = change.At
		got, e := must2(f.s.EditMedia(f.ctx, m.ID, c.patch, change))(t)
		equal(t, c.name+", returned", got, want)
		equal(t, c.name+", read", f.medium(m.ID), want)
		equal(t, c.name+", entry", e, &album.Entry{
			AlbumID: a.ID, Seq: seq + 1, At: change.At, Kind: album.MediaEdited, ActorID: editor, MediaID: m.ID,
		})
	}
	CheckAlbum(t, f.s, a.ID)
}

func sameMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	place := &album.Place{Name: "here", Latitude: 1.25, Longitude: -1.5}
	patch := album.MediaPatch{Caption: new("x"), Tags: &[]string{"y", "z"}, TakenAt: &epoch, Place: &place}
	want, _ := must2(f.s.EditMedia(f.ctx, m.ID, patch, f.Change(owner)))(t)
	copied := *place
	place = &copied // equal, not the same pointer
	f.unchanged(t, a.ID, func() {
		for what, patch := range map[string]album.MediaPatch{
			"an empty patch": {}, "the same caption": {Caption: new("x")}, "the same of everything": patch,
		} {
			got, e := must2(f.s.EditMedia(f.ctx, m.ID, patch, f.Change(owner)))(t)
			equal(t, what, got, want)
			equal(t, what+": entry", e, (*album.Entry)(nil))
		}
	})
}

func refusedEdit(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, failed, binned, deleted := f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, deleted.ID)
	f.unchanged(t, a.ID, func() {
		for what, id := range map[string]album.MediaID{
			"PENDING": pending.ID, "FAILED": failed.ID, "in the trash": binned.ID, "deleted": deleted.ID,
		} {
			_, e, err := f.s.EditMedia(f.ctx, id, album.MediaPatch{Caption: new("x")}, f.Change(owner))
			wantCode(t, what, err, album.CodeNotFound)
			equal(t, what+": entry", e, (*album.Entry)(nil))
		}
	})
}

func deleteMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	ready, pending, failed, binned := f.Ready(a.ID, owner), f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner)
	left, last := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	comment := f.Comment(ready.ID, owner, "gone with it")
	f.Like(ready.ID, owner)
	before := f.album(a.ID)

	gone := []album.MediaID{last.ID, pending.ID, binned.ID, ready.ID, failed.ID, last.ID}
	c := f.Change(owner)
	entries := must(f.s.DeleteMedia(f.ctx, a.ID, gone, c))(t)
	removed := func(seq int64, id album.MediaID) *album.Entry {
		return &album.Entry{
			AlbumID: a.ID, Seq: before.Seq + seq, At: c.At, Kind: album.MediaRemoved, ActorID: owner, MediaID: id,
		}
	}
	equal(t, "entries", entries, []*album.Entry{removed(1, last.ID), removed(2, ready.ID)})
	equal(t, "MediaCount", f.album(a.ID).MediaCount, 1)
	for _, id := range gone {
		wantCode(t, "Media", errOf(f.s.Media(f.ctx, id)), album.CodeNotFound)
		err := errOf(f.s.DeleteMedia(f.ctx, a.ID, []album.MediaID{left.ID, id}, f.Change(owner)))
		wantCode(t, "deleting it again with another", err, album.CodeNotFound)
	}
	equal(t, "MediaByID", len(must(f.s.MediaByID(f.ctx, gone))(t)), 0)
	equal(t, "LikeStates", len(must(f.s.LikeStates(f.ctx, gone))(t)), 0)
	equal(t, "TrashOf", must(trashOf(f.ctx, f.s, a.ID, "").walk(10))(t), []*album.Media(nil))
	equal(t, "MediaOf", ids(must(mediaOf(f.ctx, f.s, a.ID, album.ByTaken).walk(10))(t), mediaID), []album.MediaID{left.ID})
	equal(t, "FeedOf", len(must(f.s.FeedOf(f.ctx, owner, firstRows(10)))(t)), 1)
	wantCode(t, "Comment", errOf(f.s.Comment(f.ctx, comment.ID)), album.CodeNotFound)
	wantCode(t, "EditComment", errOf2(f.s.EditComment(f.ctx, comment.ID, "x", f.Change(owner))), album.CodeNotFound)
	wantCode(t, "RemoveComment", errOf2(f.s.RemoveComment(f.ctx, comment.ID, f.Change(owner))), album.CodeNotFound)
	CheckAlbum(t, f.s, a.ID)
}
