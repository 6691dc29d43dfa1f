package storetest

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func trash() []promise {
	return []promise{
		{"media go into the trash and come back", trashMedia},
		{"those that are there already are passed over", trashAgain},
		{"a batch is refused whole", refusedTrash},
		{"an empty batch changes nothing", emptyTrash},
		{"a medium in the trash takes no likes and comments", quietTrash},
	}
}

func trashMedia(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	all := f.Media(a.ID, owner, 4)
	f.Like(all[1], guest)
	f.Comment(all[1], guest, "kept")
	before := f.album(a.ID)
	want := f.medium(all[1])

	c := f.Change(guest)
	entries := must(f.s.TrashMedia(f.ctx, a.ID, []album.MediaID{all[2], all[1], all[2]}, c))(t)
	entry := func(seq int64, c store.Change, kind album.EntryKind, id album.MediaID) *album.Entry {
		return &album.Entry{AlbumID: a.ID, Seq: before.Seq + seq, At: c.At, Kind: kind, ActorID: guest, MediaID: id}
	}
	equal(t, "entries", entries, []*album.Entry{
		entry(1, c, album.MediaRemoved, all[2]), entry(2, c, album.MediaRemoved, all[1]),
	})
	want.TrashedAt = c.At
	equal(t, "medium", f.medium(all[1]), want)
	equal(t, "MediaCount", f.album(a.ID).MediaCount, 2)
	CheckAlbum(t, f.s, a.ID)

	c = f.Change(guest)
	entries = must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{all[1], all[1], all[2]}, c))(t)
	equal(t, "entries", entries, []*album.Entry{
		entry(3, c, album.MediaRestored, all[1]), entry(4, c, album.MediaRestored, all[2]),
	})
	want.TrashedAt = time.Time{}
	equal(t, "medium", f.medium(all[1]), want)
	after := f.album(a.ID)
	if after.MediaCount != 4 || after.Seq != before.Seq+4 || !after.UpdatedAt.Equal(c.At) {
		t.Errorf("the album is %+v", after)
	}
	CheckAlbum(t, f.s, a.ID)
}

func trashAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	all := f.Media(a.ID, owner, 3)
	f.trash(a.ID, all[0])
	binned := f.medium(all[0]).TrashedAt
	f.unchanged(t, a.ID, func() {
		equal(t, "trashed again", f.trash(a.ID, all[0]), []*album.Entry(nil))
		entries := must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{all[1], all[2]}, f.Change(owner)))(t)
		equal(t, "restored again", entries, []*album.Entry(nil))
	})
	equal(t, "trashed with another", ids(f.trash(a.ID, all[0], all[1]), entryMedia), []album.MediaID{all[1]})
	equal(t, "TrashedAt", f.medium(all[0]).TrashedAt, binned)
	entries := must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{all[2], all[0]}, f.Change(owner)))(t)
	equal(t, "restored with another", ids(entries, entryMedia), []album.MediaID{all[0]})
	CheckAlbum(t, f.s, a.ID)
}

func refusedTrash(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	good := f.Media(a.ID, owner, 2)
	binned := f.Ready(a.ID, owner)
	f.trash(a.ID, binned.ID)
	elsewhere := f.Ready(other.ID, owner)
	pending, failed, gone := f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.discard(a.ID, gone.ID)
	unknown := album.MediaID(f.NewID(album.MediaPrefix))
	f.unchanged(t, a.ID, func() {
		for what, bad := range map[string]album.MediaID{
			"of another album": elsewhere.ID, "deleted": gone.ID, "unknown": unknown, "without an ID": "",
		} {
			batch := []album.MediaID{good[0], bad, good[1]}
			wantCode(t, "trash: "+what, errOf(f.s.TrashMedia(f.ctx, a.ID, batch, f.Change(owner))), album.CodeNotFound)
			wantCode(t, "delete: "+what, errOf(f.s.DeleteMedia(f.ctx, a.ID, batch, f.Change(owner))), album.CodeNotFound)
			batch = []album.MediaID{binned.ID, bad}
			wantCode(t, "restore: "+what, errOf(f.s.RestoreMedia(f.ctx, a.ID, batch, f.Change(owner))), album.CodeNotFound)
		}
		for what, bad := range map[string]album.MediaID{"PENDING": pending.ID, "FAILED": failed.ID} {
			batch := []album.MediaID{good[0], bad, good[1]}
			wantCode(t, "trash: "+what, errOf(f.s.TrashMedia(f.ctx, a.ID, batch, f.Change(owner))), album.CodeNotFound)
		}
	})
	CheckAlbum(t, f.s, a.ID)
	CheckAlbum(t, f.s, other.ID)
}

func emptyTrash(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.Ready(a.ID, owner)
	f.unchanged(t, a.ID, func() {
		for _, batch := range [][]album.MediaID{nil, {}} {
			equal(t, "TrashMedia", must(f.s.TrashMedia(f.ctx, a.ID, batch, f.Change(owner)))(t), []*album.Entry(nil))
			equal(t, "RestoreMedia", must(f.s.RestoreMedia(f.ctx, a.ID, batch, f.Change(owner)))(t), []*album.Entry(nil))
			equal(t, "DeleteMedia", must(f.s.DeleteMedia(f.ctx, a.ID, batch, f.Change(owner)))(t), []*album.Entry(nil))
		}
	})
}

func quietTrash(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	binned, pending, failed := f.Ready(a.ID, owner), f.Pending(a.ID, owner), f.Pending(a.ID, owner)
	f.Like(binned.ID, owner)
	f.trash(a.ID, binned.ID)
	f.fail(failed.ID)
	f.unchanged(t, a.ID, func() {
		for what, id := range map[string]album.MediaID{"in the trash": binned.ID, "PENDING": pending.ID, "FAILED": failed.ID} {
			err := errOf2(f.s.AddComment(f.ctx, f.NewComment(id, owner, "late")))
			wantCode(t, what+": AddComment", err, album.CodeNotFound)
			for _, liked := range []bool{true, false} {
				err = errOf2(f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: owner, At: f.Tick()}, liked))
				wantCode(t, what+": SetLike", err, album.CodeNotFound)
			}
		}
	})
}
