package storetest

import (
	"slices"
	"testing"
	"time"

	"keepsake/album"
)

func raceAlbums() []promise {
	return []promise{
		{"an album is trashed in 16 calls at once", raceTrashAlbum},
		{"a medium moves to one of two albums", raceMove},
		{"media move both ways under comments and likes", raceMoveBoth},
		{"a medium is trashed, restored and deleted at once", raceMedium},
		{"a cover is chosen while it is trashed", raceCover},
		{"a comment is removed in 16 calls at once", raceRemoveComment},
		{"a medium is restored or accepted while it is found too old", raceDoomed},
		{"sweeps run at once", raceSweeps},
	}
}

func raceTrashAlbum(t *testing.T, f *Fixture) {
	a := f.Album(f.User("owner"))
	c := f.Change("")
	for _, state := range []album.State{album.Trashed, album.Active, album.Trashed} {
		seq := f.album(a.ID).Seq
		errs := together(16, func(int) error { return errOf(f.s.SetAlbumState(f.ctx, a.ID, state, c)) })
		wantAll(t, "SetAlbumState", errs, "")
		equal(t, "Seq", f.album(a.ID).Seq, seq+1)
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceMove(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	from := f.Album(owner)
	to := []*album.Album{f.Album(owner), f.Album(owner)}
	media := f.Media(from.ID, owner, 3)
	c := f.Change(owner)
	errs := together(8, func(i int) error {
		return errOf(f.s.MoveMedia(f.ctx, from.ID, to[i%2].ID, media, c))
	})
	wantAll(t, "MoveMedia", errs, "", album.CodeNotFound)
	equal(t, "winners", count(errs, ""), 1)
	equal(t, "media where they went", f.album(to[0].ID).MediaCount+f.album(to[1].ID).MediaCount, 3)
	for _, a := range append(to, from) {
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceMoveBoth(t *testing.T, f *Fixture) {
	users := f.Users(12)
	owner := users[0]
	one, two := f.Album(owner), f.Album(owner)
	m, n := f.Ready(one.ID, owner), f.Ready(two.ID, owner)
	comments := make([]album.Comment, len(users))
	for i := range comments {
		comments[i] = f.NewComment([]album.MediaID{m.ID, n.ID}[i%2], users[i], "x")
	}
	c := f.Change(owner)
	errs := together(3*len(users), func(i int) error {
		user, id := users[i%len(users)], []album.MediaID{m.ID, n.ID}[i%2]
		switch i / len(users) {
		case 0:
			return errOf2(f.s.AddComment(f.ctx, comments[i]))
		case 1:
			return errOf2(f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: user, At: c.At}, true))
		}
		from, to := one.ID, two.ID
		if i%4 > 1 {
			from, to = to, from
		}
		if err := errOf(f.s.MoveMedia(f.ctx, from, to, []album.MediaID{id}, c)); album.CodeOf(err) != album.CodeNotFound {
			return err
		}
		return nil // it was in the other one
	})
	wantAll(t, "comments, likes and moves", errs, "")
	for _, id := range []album.MediaID{m.ID, n.ID} {
		got := f.medium(id)
		equal(t, "comments and likes", []int{got.CommentCount, got.LikeCount}, []int{len(users) / 2, len(users) / 2})
	}
	CheckAlbum(t, f.s, one.ID)
	CheckAlbum(t, f.s, two.ID)
}

func raceMedium(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.Ready(a.ID, owner)
	for _, deleting := range []bool{false, true, true} {
		id := []album.MediaID{f.Ready(a.ID, owner).ID}
		c := f.Change(owner)
		errs := together(24, func(i int) error {
			switch {
			case deleting && i == 12:
				return errOf(f.s.DeleteMedia(f.ctx, a.ID, id, c))
			case i%2 == 0:
				return errOf(f.s.TrashMedia(f.ctx, a.ID, id, c))
			}
			return errOf(f.s.RestoreMedia(f.ctx, a.ID, id, c))
		})
		if deleting {
			wantAll(t, "calls with a deletion", errs, "", album.CodeNotFound)
			wantCode(t, "DeleteMedia", errs[12], "")
			wantCode(t, "Media", errOf(f.s.Media(f.ctx, id[0])), album.CodeNotFound)
		} else {
			wantAll(t, "calls", errs, "")
		}
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceCover(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for range 4 {
		m := f.Ready(a.ID, owner)
		c := f.Change(owner)
		errs := together(6, func(i int) error {
			if i == 3 {
				return errOf(f.s.TrashMedia(f.ctx, a.ID, []album.MediaID{m.ID}, c))
			}
			return errOf2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{CoverID: &m.ID}, c))
		})
		wantAll(t, "UpdateAlbum and TrashMedia", errs, "", album.CodeNotFound)
		wantCode(t, "TrashMedia", errs[3], "")
		equal(t, "CoverID", f.album(a.ID).CoverID, album.MediaID(""))
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceRemoveComment(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	root := f.Comment(m.ID, owner, "root")
	reply := f.Reply(root, owner, "reply")
	f.Reply(root, owner, "kept")
	seq := f.album(a.ID).Seq
	c := f.Change(owner)
	errs := together(16, func(i int) error {
		return errOf2(f.s.RemoveComment(f.ctx, []album.CommentID{root.ID, reply.ID}[i%2], c))
	})
	wantAll(t, "RemoveComment", errs, "")
	equal(t, "Seq", f.album(a.ID).Seq, seq+2)
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, 1)
	equal(t, "ReplyCount", f.comment(root.ID).ReplyCount, 1)
	CheckAlbum(t, f.s, a.ID)
}

// raceDoomed: what Doomed returned nobody brings back, for its bytes go.
func raceDoomed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for range 4 {
		binned, pending := f.Ready(a.ID, owner), f.Pending(a.ID, owner)
		f.trash(a.ID, binned.ID)
		c := f.Change(owner)
		var doomed []*album.Media
		errs := together(3, func(i int) (err error) {
			switch i {
			case 0:
				doomed, err = f.s.Doomed(f.ctx, c.At, c.At.Add(2*time.Hour), 10)
			case 1:
				err = errOf(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{binned.ID}, c))
			case 2:
				err = f.accept(pending.ID)
			}
			return err
		})
		wantAll(t, "Doomed, RestoreMedia and AcceptMedia", errs, "", album.CodeNotFound)
		wantCode(t, "Doomed", errs[0], "")
		for i, id := range []album.MediaID{binned.ID, pending.ID} {
			lost := slices.Contains(ids(doomed, mediaID), id)
			if lost == (errs[i+1] == nil) {
				t.Errorf("%s: doomed %t, brought back: %v", id, lost, errs[i+1])
			}
		}
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, ids(doomed, mediaID)), "")
		CheckAlbum(t, f.s, a.ID)
	}
}

// raceSweeps runs two janitors beside people who like and comment.
func raceSweeps(t *testing.T, f *Fixture) {
	users := f.Users(8)
	owner := users[0]
	kept, lost := f.Album(owner), f.Album(owner)
	m := f.Ready(kept.ID, owner)
	gone := f.Media(kept.ID, owner, 4)
	f.Media(lost.ID, owner, 4)
	for _, id := range gone {
		f.Comment(id, owner, "x")
		f.Like(id, owner)
	}
	f.discard(kept.ID, gone...)
	f.state(lost.ID, album.Deleting)
	comments := make([]album.Comment, len(users))
	for i, u := range users {
		comments[i] = f.NewComment(m.ID, u, "x")
	}
	purged := make([][]album.AlbumID, 2)
	errs := together(2+len(users), func(i int) error {
		if i >= 2 {
			return errOf2(f.s.AddComment(f.ctx, comments[i-2]))
		}
		for range 8 {
			rows, err := f.s.Doomed(f.ctx, never(), never(), 3)
			if err != nil {
				return err
			}
			if err := f.s.RemoveMedia(f.ctx, ids(rows, mediaID)); err != nil {
				return err
			}
			more, err := f.s.PurgeAlbums(f.ctx, never())
			if err != nil {
				return err
			}
			purged[i] = append(purged[i], more...)
		}
		return nil
	})
	wantAll(t, "sweeps and comments", errs, "")
	equal(t, "albums purged, each once", append(purged[0], purged[1]...), []album.AlbumID{lost.ID})
	f.wantDoomed(t, "media left to remove", never(), never())
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, len(users))
	CheckAlbum(t, f.s, kept.ID)
}
