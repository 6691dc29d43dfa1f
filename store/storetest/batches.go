package storetest

import (
	"maps"
	"slices"
	"testing"

	"keepsake/album"
)

func batches() []promise {
	return []promise{
		{"every batch read takes none, repeated and unknown IDs", oddBatches},
		{"a batch read returns what the single read does", batchValues},
	}
}

// largeBatch is how many IDs every batch read has to take.
const largeBatch = 1000

// wantBatch checks the keys of a batch read of which the store knows only known.
func wantBatch[K ~string, V any](t *testing.T, f *Fixture, name, prefix string, known []K, read func(ids []K) (map[K]V, error)) {
	t.Helper()
	unknown := make([]K, largeBatch-len(known))
	for i := range unknown {
		unknown[i] = K(f.NewID(prefix))
	}
	middle := len(unknown) / 2
	for what, c := range map[string]struct{ ask, want []K }{
		"nil":               {nil, nil},
		"none":              {[]K{}, nil},
		"one":               {known[:1], known[:1]},
		"unknown":           {unknown[:1], nil},
		"empty":             {[]K{""}, nil},
		"repeated":          {slices.Concat(known, unknown[:2], known, unknown[:2]), known},
		"1,000":             {slices.Concat(unknown[:middle], known, unknown[middle:]), known},
		"the same 1,000":    {slices.Repeat(known[:1], largeBatch), known[:1]},
		"unknown, repeated": {slices.Repeat(unknown[:1], largeBatch), nil},
	} {
		rows, err := read(c.ask)
		wantCode(t, name+" of "+what, err, "")
		equal(t, name+" of "+what, slices.Sorted(maps.Keys(rows)), sorted(c.want))
	}
}

func oddBatches(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	users := append(f.Users(3), owner)
	a, b := f.Album(owner), f.Album(owner)
	both := []album.AlbumID{a.ID, b.ID}
	media := []album.MediaID{f.Ready(a.ID, owner).ID, f.Ready(b.ID, owner).ID}
	var roots []album.CommentID
	for _, id := range media {
		root := f.Comment(id, owner, "root")
		f.Reply(root, owner, "reply")
		f.Like(id, owner)
		roots = append(roots, root.ID)
	}
	s, ctx, r := f.s, f.ctx, firstRows(3)
	wantBatch(t, f, "UsersByID", album.UserPrefix, users,
		func(ids []album.UserID) (map[album.UserID]*album.User, error) { return s.UsersByID(ctx, ids) })
	wantBatch(t, f, "AlbumsByID", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID]*album.Album, error) { return s.AlbumsByID(ctx, ids) })
	wantBatch(t, f, "MembershipsIn", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID]*album.Membership, error) {
			return s.MembershipsIn(ctx, owner, ids)
		})
	wantBatch(t, f, "Covers", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID]*album.Media, error) { return s.Covers(ctx, ids) })
	wantBatch(t, f, "MediaOf", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID][]*album.Media, error) {
			return s.MediaOf(ctx, ids, album.ByTaken, r)
		})
	wantBatch(t, f, "Heads", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID]int64, error) { return s.Heads(ctx, ids) })
	wantBatch(t, f, "SeqsAt", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID]int64, error) { return s.SeqsAt(ctx, ids, epoch) })
	wantBatch(t, f, "MediaByID", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID]*album.Media, error) { return s.MediaByID(ctx, ids) })
	wantBatch(t, f, "KnownMedia", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID]bool, error) { return s.KnownMedia(ctx, ids) })
	sums := []string{Facts(media[0]).SHA256}
	wantBatch(t, f, "Duplicates", "sum_", sums,
		func(sums []string) (map[string]*album.Media, error) { return s.Duplicates(ctx, a.ID, owner, sums) })
	wantBatch(t, f, "MediaOf by hand", album.AlbumPrefix, both,
		func(ids []album.AlbumID) (map[album.AlbumID][]*album.Media, error) {
			return s.MediaOf(ctx, ids, album.ByHand, r)
		})
	wantBatch(t, f, "Liked", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID]bool, error) {
			rows, err := s.Liked(ctx, owner, ids)
			maps.DeleteFunc(rows, func(_ album.MediaID, is bool) bool { return !is }) // false says the same as nothing
			return rows, err
		})
	wantBatch(t, f, "LikeStates", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID]album.LikeState, error) { return s.LikeStates(ctx, ids) })
	wantBatch(t, f, "LikesOf", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID][]album.Like, error) { return s.LikesOf(ctx, ids, r) })
	wantBatch(t, f, "CommentsOf", album.MediaPrefix, media,
		func(ids []album.MediaID) (map[album.MediaID][]*album.Comment, error) {
			return s.CommentsOf(ctx, ids, r)
		})
	wantBatch(t, f, "CommentsByID", album.CommentPrefix, roots,
		func(ids []album.CommentID) (map[album.CommentID]*album.Comment, error) {
			return s.CommentsByID(ctx, ids)
		})
	wantBatch(t, f, "RepliesOf", album.CommentPrefix, roots,
		func(ids []album.CommentID) (map[album.CommentID][]*album.Comment, error) {
			return s.RepliesOf(ctx, ids, r)
		})
	wantCode(t, "RemoveMedia of none", s.RemoveMedia(ctx, nil), "")
}

func batchValues(t *testing.T, f *Fixture) {
	x := furnish(f)
	s, ctx := f.s, f.ctx
	f.state(x.elsewhere.ID, album.Trashed)
	deleted := f.Ready(x.id, x.owner)
	f.discard(x.id, deleted.ID)

	for id, u := range must(s.UsersByID(ctx, []album.UserID{x.owner, x.guest}))(t) {
		equal(t, "user", u, must(s.User(ctx, id))(t))
	}
	albums := must(s.AlbumsByID(ctx, []album.AlbumID{x.id, x.elsewhere.ID}))(t)
	equal(t, "albums, one in the trash", len(albums), 2)
	for id, a := range albums {
		equal(t, "album", a, f.album(id))
	}
	memberships := must(s.MembershipsIn(ctx, x.guest, []album.AlbumID{x.id, x.elsewhere.ID}))(t)
	equal(t, "memberships", memberships, map[album.AlbumID]*album.Membership{
		x.id: must(s.Membership(ctx, x.id, x.guest))(t),
	})
	media := must(s.MediaByID(ctx, []album.MediaID{x.medium.ID, x.pending.ID, x.binned.ID, deleted.ID, x.movable.ID}))(t)
	equal(t, "media, one deleted", len(media), 4)
	for id, m := range media {
		equal(t, "medium", m, f.medium(id))
	}
	removed := f.Comment(x.medium.ID, x.guest, "removed")
	must2(s.RemoveComment(ctx, removed.ID, f.Change(x.guest)))(t)
	comments := must(s.CommentsByID(ctx, []album.CommentID{x.comment.ID, removed.ID}))(t)
	equal(t, "comments, one removed", len(comments), 2)
	for id, c := range comments {
		equal(t, "comment", c, f.comment(id))
	}
}
