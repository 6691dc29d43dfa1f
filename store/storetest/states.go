package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func states() []promise {
	return []promise{
		{"an album moves between ACTIVE and TRASHED with entries", trashedAlbum},
		{"setting the state it has changes nothing", sameState},
		{"DELETING cannot be undone", finalState},
		{"an album that is not ACTIVE takes no writes", stoppedWrites},
		{"an album that is DELETING is missing", missingAlbum},
		{"an album in the trash can be read", readableTrash},
	}
}

func trashedAlbum(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	for _, last := range []album.State{album.Active, album.Trashed} {
		want := f.Album(owner)
		for _, step := range []struct {
			state album.State
			kind  album.EntryKind
		}{
			{album.Trashed, album.AlbumTrashed},
			{album.Active, album.AlbumRestored},
			{album.Trashed, album.AlbumTrashed},
			{album.Active, album.AlbumRestored},
		} {
			c := f.Change(owner)
			want.State, want.UpdatedAt, want.TrashedAt = step.state, c.At, time.Time{}
			want.Seq++
			if step.state == album.Trashed {
				want.TrashedAt = c.At
			}
			e := must(f.s.SetAlbumState(f.ctx, want.ID, step.state, c))(t)
			equal(t, "entry", e, &album.Entry{AlbumID: want.ID, Seq: want.Seq, At: c.At, Kind: step.kind, ActorID: owner})
			equal(t, "album", f.album(want.ID), want)
			CheckAlbum(t, f.s, want.ID)
		}
		if last == album.Trashed {
			f.state(want.ID, last)
		}
		before := must(f.s.Heads(f.ctx, []album.AlbumID{want.ID}))(t)[want.ID]
		c := f.Change(owner)
		e := must(f.s.SetAlbumState(f.ctx, want.ID, album.Deleting, c))(t)
		equal(t, "entry", e, &album.Entry{AlbumID: want.ID, Seq: before + 1, At: c.At, Kind: album.AlbumDeleted, ActorID: owner})
		wantCode(t, "Album", errOf(f.s.Album(f.ctx, want.ID)), album.CodeNotFound)
	}
}

func sameState(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for _, state := range []album.State{album.Active, album.Trashed} {
		f.state(a.ID, state)
		f.unchanged(t, a.ID, func() {
			e := must(f.s.SetAlbumState(f.ctx, a.ID, state, f.Change(owner)))(t)
			equal(t, "entry", e, (*album.Entry)(nil))
		})
	}
}

func finalState(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.state(a.ID, album.Deleting)
	before := CheckLog(t, f.s, a.ID)
	for _, state := range []album.State{album.Active, album.Trashed} {
		wantCode(t, string(state), errOf(f.s.SetAlbumState(f.ctx, a.ID, state, f.Change(owner))), album.CodeNotFound)
	}
	// Deleting it again is the state it has, or an album that is missing: the
	// contract can be read both ways, but nothing may come of it.
	e, err := f.s.SetAlbumState(f.ctx, a.ID, album.Deleting, f.Change(owner))
	wantAll(t, "DELETING again", []error{err}, "", album.CodeNotFound)
	equal(t, "entry", e, (*album.Entry)(nil))
	equal(t, "log", CheckLog(t, f.s, a.ID), before)
}

// furnished is an album with one of everything.
type furnished struct {
	id                     album.AlbumID
	owner, guest, stranger album.UserID
	medium, pending        *album.Media
	processing             *album.Media
	binned                 *album.Media
	comment                *album.Comment
	share                  *album.Share
	elsewhere              *album.Album
	movable                *album.Media // in elsewhere
}

func furnish(f *Fixture) furnished {
	f.t.Helper()
	x := furnished{owner: f.User("owner"), guest: f.User("guest"), stranger: f.User("stranger")}
	x.id = f.Album(x.owner).ID
	x.elsewhere = f.Album(x.owner)
	f.Join(x.id, x.guest, album.Viewer)
	x.medium, x.binned, x.pending = f.Ready(x.id, x.owner), f.Ready(x.id, x.owner), f.Pending(x.id, x.owner)
	x.processing = f.Processing(x.id, x.owner)
	x.movable = f.Ready(x.elsewhere.ID, x.owner)
	x.comment = f.Comment(x.medium.ID, x.guest, "lovely")
	f.Reply(x.comment, x.owner, "thanks")
	f.Like(x.medium.ID, x.guest)
	x.share = f.Share(x.id, x.owner)
	f.trash(x.id, x.binned.ID)
	return x
}

// writes tries every write below the album and returns its errors. None may
// be let through once the album is not ACTIVE.
func (x furnished) writes(f *Fixture) map[string]error {
	s, ctx := f.s, f.ctx
	one := []album.MediaID{x.medium.ID}
	c := f.Change(x.owner)
	caption := "new"
	return map[string]error{
		"UpdateAlbum": errOf2(s.UpdateAlbum(ctx, x.id, album.AlbumPatch{Title: &caption}, c)),
		"AddMember": errOf2(s.AddMember(ctx,
			album.Membership{AlbumID: x.id, UserID: x.stranger, Role: album.Viewer, JoinedAt: c.At}, c)),
		"SetRole":       errOf2(s.SetRole(ctx, x.id, x.guest, album.Viewer, album.Editor, c)),
		"RemoveMember":  errOf(s.RemoveMember(ctx, x.id, x.guest, album.Viewer, c)),
		"TransferAlbum": errOf(s.TransferAlbum(ctx, x.id, x.owner, x.guest, c)),
		"CreateShare":   s.CreateShare(ctx, f.NewShare(x.id, x.owner)),
		"RevokeShare":   errOf(s.RevokeShare(ctx, x.share.ID, c)),
		"CreateMedia":   s.CreateMedia(ctx, []*album.Media{f.NewMedia(x.id, x.owner)}, plenty),
		"AcceptMedia":   f.accept(x.pending.ID),
		"PublishMedia":  errOf2(s.PublishMedia(ctx, x.processing.ID, Made(x.processing.ID), c)),
		"ImproveMedia":  errOf2(s.ImproveMedia(ctx, x.medium.ID, Made(x.pending.ID), c)),
		"FailMedia":     errOf(s.FailMedia(ctx, x.pending.ID, album.CodeMediaCorrupt, c)),
		"ArrangeMedia":  errOf(s.ArrangeMedia(ctx, x.id, one, "", c)),
		"EditMedia":     errOf2(s.EditMedia(ctx, x.medium.ID, album.MediaPatch{Caption: &caption}, c)),
		"MoveMedia out": errOf(s.MoveMedia(ctx, x.id, x.elsewhere.ID, one, c)),
		"MoveMedia in":  errOf(s.MoveMedia(ctx, x.elsewhere.ID, x.id, []album.MediaID{x.movable.ID}, c)),
		"TrashMedia":    errOf(s.TrashMedia(ctx, x.id, one, c)),
		"RestoreMedia":  errOf(s.RestoreMedia(ctx, x.id, []album.MediaID{x.binned.ID}, c)),
		"DeleteMedia":   errOf(s.DeleteMedia(ctx, x.id, one, c)),
		"AddComment":    errOf2(s.AddComment(ctx, f.NewComment(x.medium.ID, x.guest, "late"))),
		"EditComment":   errOf2(s.EditComment(ctx, x.comment.ID, "late", c)),
		"RemoveComment": errOf2(s.RemoveComment(ctx, x.comment.ID, c)),
		"SetLike":       errOf2(s.SetLike(ctx, album.Like{MediaID: x.medium.ID, UserID: x.owner, At: c.At}, true)),
	}
}

func stoppedWrites(t *testing.T, f *Fixture) {
	x := furnish(f)
	f.state(x.id, album.Trashed)
	f.unchanged(t, x.elsewhere.ID, func() {
		f.unchanged(t, x.id, func() {
			for what, err := range x.writes(f) {
				wantCode(t, "TRASHED: "+what, err, album.CodeNotFound)
			}
		})
		equal(t, "the pending medium", f.medium(x.pending.ID).Status, album.Pending)

		f.state(x.id, album.Deleting)
		before := CheckLog(t, f.s, x.id)
		for what, err := range x.writes(f) {
			wantCode(t, "DELETING: "+what, err, album.CodeNotFound)
		}
		equal(t, "log", CheckLog(t, f.s, x.id), before)
	})
}

func missingAlbum(t *testing.T, f *Fixture) {
	x := furnish(f)
	f.state(x.id, album.Deleting)
	s, ctx := f.s, f.ctx
	for what, err := range map[string]error{
		"Album":        errOf(s.Album(ctx, x.id)),
		"MembersOf":    errOf(s.MembersOf(ctx, x.id, firstRows(10))),
		"SharesOf":     errOf(s.SharesOf(ctx, x.id, firstRows(10))),
		"Share":        errOf(s.Share(ctx, x.share.ID)),
		"ShareByToken": errOf(s.ShareByToken(ctx, x.share.TokenHash)),
		"Media":        errOf(s.Media(ctx, x.medium.ID)),
		"TrashOf":      errOf(s.TrashOf(ctx, x.id, "", firstRows(10))),
		"Comment":      errOf(s.Comment(ctx, x.comment.ID)),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
	equal(t, "AlbumsByID", len(must(s.AlbumsByID(ctx, []album.AlbumID{x.id}))(t)), 0)
	equal(t, "MediaByID", len(must(s.MediaByID(ctx, []album.MediaID{x.medium.ID}))(t)), 0)
	equal(t, "CommentsByID", len(must(s.CommentsByID(ctx, []album.CommentID{x.comment.ID}))(t)), 0)
	equal(t, "MediaOf", len(must(s.MediaOf(ctx, []album.AlbumID{x.id}, album.ByAdded, firstRows(10)))(t)), 0)
	equal(t, "Covers", len(must(s.Covers(ctx, []album.AlbumID{x.id}))(t)), 0)
	equal(t, "LikeStates", len(must(s.LikeStates(ctx, []album.MediaID{x.medium.ID}))(t)), 0)
	equal(t, "FeedOf", must(s.FeedOf(ctx, x.guest, firstRows(10)))(t), []album.FeedItem(nil))
	equal(t, "AlbumsOf", must(s.AlbumsOf(ctx, x.guest, firstRows(10)))(t), []*album.Membership(nil))
	equal(t, "TrashedAlbumsOf", must(s.TrashedAlbumsOf(ctx, x.owner, firstRows(10)))(t), []*album.Album(nil))

	log := CheckLog(t, s, x.id)
	equal(t, "the log's last entry", log[len(log)-1].Kind, album.AlbumDeleted)
	CheckAlbum(t, s, x.elsewhere.ID)
}

func readableTrash(t *testing.T, f *Fixture) {
	x := furnish(f)
	f.state(x.id, album.Trashed)
	s, ctx := f.s, f.ctx
	equal(t, "MediaOf", ids(must(mediaOf(ctx, s, x.id, album.ByAdded).walk(10))(t), mediaID), []album.MediaID{x.medium.ID})
	equal(t, "TrashOf", ids(must(s.TrashOf(ctx, x.id, "", firstRows(10)))(t), mediaID), []album.MediaID{x.binned.ID})
	equal(t, "Membership", must(s.Membership(ctx, x.id, x.guest))(t).Role, album.Viewer)
	equal(t, "Media", must(s.Media(ctx, x.medium.ID))(t).AlbumID, x.id)
	equal(t, "Comment", f.comment(x.comment.ID).Text, "lovely")
	equal(t, "Share", must(s.Share(ctx, x.share.ID))(t).AlbumID, x.id)
	equal(t, "AlbumsByID", len(must(s.AlbumsByID(ctx, []album.AlbumID{x.id}))(t)), 1)
	CheckAlbum(t, s, x.id)
}
