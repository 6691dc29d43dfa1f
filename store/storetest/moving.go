package storetest

import (
	"slices"
	"testing"

	"keepsake/album"
)

func moving() []promise {
	return []promise{
		{"media move with their likes and comments", moveMedia},
		{"entries come in the order of ids, a repeated one once", movedOrder},
		{"a batch moves whole or not at all", refusedMove},
		{"media move there and back", moveBack},
		{"moving nothing is no change", moveNothing},
	}
}

func moveMedia(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	from, to := f.Album(owner), f.Album(owner)
	f.Media(from.ID, owner, 2)
	m := f.Ready(from.ID, owner)
	root := f.Comment(m.ID, guest, "root")
	reply := f.Reply(root, owner, "reply")
	f.Reply(reply, guest, "reply to the reply")
	removed := f.Comment(m.ID, guest, "removed")
	must2(f.s.RemoveComment(f.ctx, removed.ID, f.Change(guest)))(t)
	f.Like(m.ID, guest)
	state := f.Like(m.ID, owner)
	must2(f.s.UpdateAlbum(f.ctx, from.ID, album.AlbumPatch{CoverID: &m.ID}, f.Change(owner)))(t)
	want := f.medium(m.ID)
	from, to = f.album(from.ID), f.album(to.ID)

	c := f.Change(owner)
	entries := must(f.s.MoveMedia(f.ctx, from.ID, to.ID, []album.MediaID{m.ID}, c))(t)
	equal(t, "entries", byAlbum(entries, from.ID), []*album.Entry{{
		AlbumID: from.ID, Seq: from.Seq + 1, At: c.At, Kind: album.MediaRemoved, ActorID: owner, MediaID: m.ID,
	}})
	equal(t, "entries", byAlbum(entries, to.ID), []*album.Entry{{
		AlbumID: to.ID, Seq: to.Seq + 1, At: c.At, Kind: album.MediaAdded, ActorID: owner, MediaID: m.ID,
	}})
	want.AlbumID, want.AddedAt, want.Rank = to.ID, c.At, album.RankAt(c.At)
	equal(t, "medium", f.medium(m.ID), want)
	after := f.album(from.ID)
	if after.MediaCount != 2 || after.CoverID != "" {
		t.Errorf("the album it left has %d media and the cover %q", after.MediaCount, after.CoverID)
	}
	equal(t, "MediaCount where it went", f.album(to.ID).MediaCount, 1)
	state.AlbumID = to.ID
	equal(t, "likes", must(f.s.LikeStates(f.ctx, []album.MediaID{m.ID}))(t)[m.ID], state)
	for _, id := range []album.CommentID{root.ID, reply.ID, removed.ID} {
		equal(t, "the comment's album", f.comment(id).AlbumID, to.ID)
	}
	CheckAlbum(t, f.s, from.ID)
	CheckAlbum(t, f.s, to.ID)

	// What happens to it from now on is told where it is.
	seq := f.album(to.ID).Seq
	_, e := must2(f.s.EditComment(f.ctx, root.ID, "edited", f.Change(guest)))(t)
	equal(t, "where an edit is logged", []any{e.AlbumID, e.Seq}, []any{to.ID, seq + 1})
}

func byAlbum(entries []*album.Entry, id album.AlbumID) []*album.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *album.Entry) bool { return e.AlbumID != id })
}

func movedOrder(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	from, to := f.Album(owner), f.Album(owner)
	all := f.Media(from.ID, owner, 5)
	order := []album.MediaID{all[3], all[0], all[4]}
	batch := []album.MediaID{all[3], all[0], all[3], all[4], all[0]}
	entries := must(f.s.MoveMedia(f.ctx, from.ID, to.ID, batch, f.Change(owner)))(t)
	equal(t, "number of entries", len(entries), 2*len(order))
	for id, kind := range map[album.AlbumID]album.EntryKind{from.ID: album.MediaRemoved, to.ID: album.MediaAdded} {
		mine := byAlbum(entries, id)
		equal(t, string(kind), ids(mine, entryMedia), order)
		equal(t, "kinds", kinds(mine), []album.EntryKind{kind, kind, kind})
		log := CheckLog(t, f.s, id)
		equal(t, "log", log[len(log)-len(order):], values(mine))
		CheckAlbum(t, f.s, id)
	}
}

func values(entries []*album.Entry) []album.Entry {
	out := make([]album.Entry, len(entries))
	for i, e := range entries {
		out[i] = *e
	}
	return out
}

func refusedMove(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	from, to, binned, deleted := f.Album(owner), f.Album(owner), f.Album(owner), f.Album(owner)
	good := f.Media(from.ID, owner, 2)
	elsewhere := f.Ready(to.ID, owner)
	pending, failed, trashed := f.Pending(from.ID, owner), f.Pending(from.ID, owner), f.Ready(from.ID, owner)
	gone := f.Ready(from.ID, owner)
	f.fail(failed.ID)
	f.trash(from.ID, trashed.ID)
	f.discard(from.ID, gone.ID)
	f.state(binned.ID, album.Trashed)
	f.state(deleted.ID, album.Deleting)
	unknown := album.MediaID(f.NewID(album.MediaPrefix))
	nowhere := album.AlbumID(f.NewID(album.AlbumPrefix))
	f.unchanged(t, from.ID, func() {
		f.unchanged(t, to.ID, func() {
			for _, c := range []struct {
				name     string
				from, to album.AlbumID
				bad      album.MediaID
			}{
				{"of another album", from.ID, to.ID, elsewhere.ID},
				{"PENDING", from.ID, to.ID, pending.ID},
				{"FAILED", from.ID, to.ID, failed.ID},
				{"in the trash", from.ID, to.ID, trashed.ID},
				{"deleted", from.ID, to.ID, gone.ID},
				{"unknown", from.ID, to.ID, unknown},
				{"to a trashed album", from.ID, binned.ID, good[1]},
				{"to a deleted album", from.ID, deleted.ID, good[1]},
				{"to no album", from.ID, nowhere, good[1]},
				{"from no album", nowhere, to.ID, good[1]},
			} {
				batch := []album.MediaID{good[0], c.bad, good[1]}
				entries, err := f.s.MoveMedia(f.ctx, c.from, c.to, batch, f.Change(owner))
				wantCode(t, c.name, err, album.CodeNotFound)
				equal(t, c.name+": entries", entries, []*album.Entry(nil))
			}
		})
	})
	CheckAlbum(t, f.s, from.ID)
	CheckAlbum(t, f.s, to.ID)
	CheckAlbum(t, f.s, binned.ID)
}

func moveBack(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	one, two := f.Album(owner), f.Album(owner)
	all := f.Media(one.ID, owner, 3)
	from, to := one.ID, two.ID
	for range 4 {
		must(f.s.MoveMedia(f.ctx, from, to, all, f.Change(owner)))(t)
		from, to = to, from
		CheckAlbum(t, f.s, one.ID)
		CheckAlbum(t, f.s, two.ID)
	}
	equal(t, "MediaCount", f.album(one.ID).MediaCount, 3)
}

func moveNothing(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	from, to := f.Album(owner), f.Album(owner)
	f.unchanged(t, from.ID, func() {
		entries := must(f.s.MoveMedia(f.ctx, from.ID, to.ID, nil, f.Change(owner)))(t)
		equal(t, "entries", entries, []*album.Entry(nil))
	})
}
