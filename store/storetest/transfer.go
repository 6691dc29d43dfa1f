package storetest

import (
	"testing"

	"keepsake/album"
)

func transfers() []promise {
	return []promise{
		{"TransferAlbum swaps the roles with two entries", transferAlbum},
		{"a refused transfer changes nothing", refusedTransfer},
	}
}

func transferAlbum(t *testing.T, f *Fixture) {
	owner, heir := f.User("owner"), f.User("heir")
	a := f.Album(owner)
	f.Join(a.ID, heir, album.Viewer)
	joined := must(f.s.Membership(f.ctx, a.ID, heir))(t).JoinedAt

	c := f.Change(owner)
	entries := must(f.s.TransferAlbum(f.ctx, a.ID, owner, heir, c))(t)
	entry := func(seq int64, user album.UserID) *album.Entry {
		return &album.Entry{
			AlbumID: a.ID, Seq: seq, At: c.At, Kind: album.MemberRoleChanged, ActorID: owner, UserID: user,
		}
	}
	equal(t, "entries", entries, []*album.Entry{entry(3, heir), entry(4, owner)})
	got := f.album(a.ID)
	if got.OwnerID != heir || got.Seq != 4 || got.MemberCount != 2 || !got.UpdatedAt.Equal(c.At) {
		t.Errorf("the album is %+v", got)
	}
	equal(t, "the heir", must(f.s.Membership(f.ctx, a.ID, heir))(t),
		&album.Membership{AlbumID: a.ID, UserID: heir, Role: album.Owner, JoinedAt: joined})
	equal(t, "the old owner", must(f.s.Membership(f.ctx, a.ID, owner))(t),
		&album.Membership{AlbumID: a.ID, UserID: owner, Role: album.Editor, JoinedAt: a.CreatedAt})
	CheckAlbum(t, f.s, a.ID)

	// The old owner is a member like any other now, and the album can go back.
	must2(f.s.SetRole(f.ctx, a.ID, owner, album.Editor, album.Viewer, f.Change(heir)))(t)
	must(f.s.TransferAlbum(f.ctx, a.ID, heir, owner, f.Change(heir)))(t)
	must(f.s.RemoveMember(f.ctx, a.ID, heir, album.Editor, f.Change(owner)))(t)
	CheckAlbum(t, f.s, a.ID)
}

func refusedTransfer(t *testing.T, f *Fixture) {
	owner, editor, viewer, stranger := f.User("owner"), f.User("editor"), f.User("viewer"), f.User("stranger")
	a := f.Album(owner)
	f.Join(a.ID, editor, album.Editor)
	f.Join(a.ID, viewer, album.Viewer)
	f.unchanged(t, a.ID, func() {
		for _, c := range []struct {
			name     string
			id       album.AlbumID
			from, to album.UserID
			code     album.Code
		}{
			{"from an editor", a.ID, editor, viewer, album.CodeConflict},
			{"from a stranger", a.ID, stranger, viewer, album.CodeConflict},
			{"to a stranger", a.ID, owner, stranger, album.CodeNotFound},
			{"to nobody", a.ID, owner, album.UserID(f.NewID(album.UserPrefix)), album.CodeNotFound},
			{"of no album", album.AlbumID(f.NewID(album.AlbumPrefix)), owner, editor, album.CodeNotFound},
		} {
			entries, err := f.s.TransferAlbum(f.ctx, c.id, c.from, c.to, f.Change(owner))
			wantCode(t, c.name, err, c.code)
			equal(t, c.name+": entries", entries, []*album.Entry(nil))
		}
	})
}
