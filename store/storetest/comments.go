package storetest

import (
	"testing"

	"keepsake/album"
)

func comments() []promise {
	return []promise{
		{"an added comment takes its medium's album, with one entry", addComment},
		{"what is unknown is NOT_FOUND", unknownComments},
		{"EditComment replaces the text", editComment},
		{"RemoveComment empties a comment and keeps its place", removeComment},
		{"a removed comment takes no more changes", removedComment},
		{"a comment is read as long as its medium is", readableComment},
	}
}

func addComment(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	seq := f.album(a.ID).Seq

	c := f.NewComment(m.ID, guest, "what a sea")
	want := c
	want.AlbumID = a.ID
	got, e := must2(f.s.AddComment(f.ctx, c))(t)
	equal(t, "comment, returned", got, &want)
	equal(t, "comment, read", f.comment(c.ID), &want)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: seq + 1, At: c.CreatedAt, Kind: album.CommentAdded,
		ActorID: guest, MediaID: m.ID, CommentID: c.ID,
	})
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, 1)
	after := f.album(a.ID)
	if after.Seq != seq+1 || !after.UpdatedAt.Equal(c.CreatedAt) {
		t.Errorf("the album is at %d, %v", after.Seq, after.UpdatedAt)
	}

	// What the caller says of the fields that the store sets is ignored.
	c = f.NewComment(m.ID, guest, "forged")
	c.AlbumID, c.ThreadID = f.Album(guest).ID, got.ID
	got, _ = must2(f.s.AddComment(f.ctx, c))(t)
	equal(t, "AlbumID", got.AlbumID, a.ID)
	equal(t, "ThreadID", got.ThreadID, album.CommentID(""))
	CheckAlbum(t, f.s, a.ID)
}

func unknownComments(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m, other := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	elsewhere := f.Comment(other.ID, owner, "on another medium")
	unknown := album.CommentID(f.NewID(album.CommentPrefix))
	f.unchanged(t, a.ID, func() {
		orphan, stray := f.NewComment(m.ID, owner, "x"), f.NewComment(m.ID, owner, "x")
		orphan.ParentID, stray.ParentID = unknown, elsewhere.ID
		for what, err := range map[string]error{
			"Comment":               errOf(f.s.Comment(f.ctx, unknown)),
			"Comment without an ID": errOf(f.s.Comment(f.ctx, "")),
			"EditComment":           errOf2(f.s.EditComment(f.ctx, unknown, "x", f.Change(owner))),
			"RemoveComment":         errOf2(f.s.RemoveComment(f.ctx, unknown, f.Change(owner))),
			"a reply to nothing":    errOf2(f.s.AddComment(f.ctx, orphan)),
			"a reply elsewhere":     errOf2(f.s.AddComment(f.ctx, stray)),
			"a refused reply":       errOf(f.s.Comment(f.ctx, stray.ID)),
		} {
			wantCode(t, what, err, album.CodeNotFound)
		}
	})
}

func editComment(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	want := f.Comment(m.ID, guest, "frist")
	reply := f.Reply(want, owner, "reply")
	want = f.comment(want.ID)
	seq := f.album(a.ID).Seq

	c := f.Change(owner)
	want.Text, want.EditedAt = "first", c.At
	got, e := must2(f.s.EditComment(f.ctx, want.ID, "first", c))(t)
	equal(t, "comment, returned", got, want)
	equal(t, "comment, read", f.comment(want.ID), want)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: seq + 1, At: c.At, Kind: album.CommentEdited,
		ActorID: owner, MediaID: m.ID, CommentID: want.ID,
	})
	f.unchanged(t, a.ID, func() {
		got, e = must2(f.s.EditComment(f.ctx, want.ID, "first", f.Change(guest)))(t)
		equal(t, "with the same text", got, want)
		equal(t, "with the same text: entry", e, (*album.Entry)(nil))
	})
	got, _ = must2(f.s.EditComment(f.ctx, reply.ID, "edited", f.Change(owner)))(t)
	equal(t, "thread of an edited reply", got.ThreadID, want.ID)
	CheckAlbum(t, f.s, a.ID)
}

func removeComment(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	want := f.Comment(m.ID, guest, "regretted")
	f.Comment(m.ID, guest, "kept")
	seq := f.album(a.ID).Seq

	c := f.Change(owner)
	want.Text, want.RemovedAt = "", c.At
	got, e := must2(f.s.RemoveComment(f.ctx, want.ID, c))(t)
	equal(t, "comment, returned", got, want)
	equal(t, "comment, read", f.comment(want.ID), want)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: seq + 1, At: c.At, Kind: album.CommentRemoved,
		ActorID: owner, MediaID: m.ID, CommentID: want.ID,
	})
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, 1)
	CheckAlbum(t, f.s, a.ID)
}

func removedComment(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	root := f.Comment(m.ID, owner, "x")
	must2(f.s.RemoveComment(f.ctx, root.ID, f.Change(owner)))(t)
	want := f.comment(root.ID)
	f.unchanged(t, a.ID, func() {
		got, e := must2(f.s.RemoveComment(f.ctx, root.ID, f.Change(owner)))(t)
		equal(t, "removed again", got, want)
		equal(t, "removed again: entry", e, (*album.Entry)(nil))
		for _, text := range []string{"back", ""} {
			err := errOf2(f.s.EditComment(f.ctx, root.ID, text, f.Change(owner)))
			wantCode(t, "EditComment", err, album.CodeConflict)
		}
		reply := f.NewComment(m.ID, owner, "late")
		reply.ParentID = root.ID
		wantCode(t, "a reply", errOf2(f.s.AddComment(f.ctx, reply)), album.CodeConflict)
		wantCode(t, "the refused reply", errOf(f.s.Comment(f.ctx, reply.ID)), album.CodeNotFound)
	})
}

func readableComment(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	c := f.Comment(m.ID, owner, "x")
	f.trash(a.ID, m.ID)
	equal(t, "in the trash", f.comment(c.ID), c)
	f.discard(a.ID, m.ID)
	wantCode(t, "deleted", errOf(f.s.Comment(f.ctx, c.ID)), album.CodeNotFound)
	equal(t, "deleted, by ID", len(must(f.s.CommentsByID(f.ctx, []album.CommentID{c.ID}))(t)), 0)
}
