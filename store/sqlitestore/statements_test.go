package sqlitestore

import (
	"sync/atomic"
	"testing"

	"keepsake/album"
)

// TestReadsAreOneStatement counts the statements of each read method.
func TestReadsAreOneStatement(t *testing.T) {
	var statements atomic.Int64
	s := openTemp(t, &Options{OnStatement: func(string) { statements.Add(1) }})
	seedOne(t, s)
	for n := 2; n <= 30; n++ {
		seedMedia(t, s, n, 1, 1)
	}
	var (
		ctx    = t.Context()
		r      = album.Range{Limit: 20}
		albums = []album.AlbumID{alb(1), alb(2), alb(3)}
		media  []album.MediaID
		users  = []album.UserID{usr(1), usr(2), usr(3)}
		cmts   = []album.CommentID{cmt(1), cmt(2), cmt(3)}
	)
	for n := range 20 {
		media = append(media, med(n))
	}
	reads := map[string]func() error{
		"Ping":            func() error { return s.Ping(ctx) },
		"User":            func() error { return last(s.User(ctx, usr(1))) },
		"UsersByID":       func() error { return last(s.UsersByID(ctx, users)) },
		"Identity":        func() error { return last(s.Identity(ctx, "local", "user1")) },
		"IdentityOf":      func() error { return last(s.IdentityOf(ctx, usr(1), "local")) },
		"Album":           func() error { return last(s.Album(ctx, alb(1))) },
		"AlbumsByID":      func() error { return last(s.AlbumsByID(ctx, albums)) },
		"AlbumsOf":        func() error { return last(s.AlbumsOf(ctx, usr(1), r)) },
		"PublicAlbumsOf":  func() error { return last(s.PublicAlbumsOf(ctx, usr(1), r)) },
		"TrashedAlbumsOf": func() error { return last(s.TrashedAlbumsOf(ctx, usr(1), r)) },
		"Membership":      func() error { return last(s.Membership(ctx, alb(1), usr(1))) },
		"MembershipsIn":   func() error { return last(s.MembershipsIn(ctx, usr(1), albums)) },
		"MembersOf":       func() error { return last(s.MembersOf(ctx, alb(1), r)) },
		"SharesOf":        func() error { return last(s.SharesOf(ctx, alb(1), r)) },
		"Media":           func() error { return last(s.Media(ctx, med(1))) },
		"MediaByID":       func() error { return last(s.MediaByID(ctx, media)) },
		"MediaOf":         func() error { return last(s.MediaOf(ctx, albums, album.ByAdded, r)) },
		"MediaOf by taken": func() error {
			return last(s.MediaOf(ctx, albums, album.ByTaken, r))
		},
		"MediaOf by hand": func() error {
			return last(s.MediaOf(ctx, albums, album.ByHand, r))
		},
		"Duplicates": func() error {
			return last(s.Duplicates(ctx, alb(1), usr(1), []string{facts(1).SHA256, facts(2).SHA256, "none"}))
		},
		"NextWork":     func() error { return last(s.NextWork(ctx, album.Quick)) },
		"KnownMedia":   func() error { return last(s.KnownMedia(ctx, media)) },
		"TrashOf":      func() error { return last(s.TrashOf(ctx, alb(1), "", r)) },
		"Covers":       func() error { return last(s.Covers(ctx, albums)) },
		"FeedOf":       func() error { return last(s.FeedOf(ctx, usr(1), r)) },
		"CommentsByID": func() error { return last(s.CommentsByID(ctx, cmts)) },
		"CommentsOf":   func() error { return last(s.CommentsOf(ctx, media, r)) },
		"RepliesOf":    func() error { return last(s.RepliesOf(ctx, cmts, r)) },
		"Liked":        func() error { return last(s.Liked(ctx, usr(1), media)) },
		"LikesOf":      func() error { return last(s.LikesOf(ctx, media, r)) },
		"LikeStates":   func() error { return last(s.LikeStates(ctx, media)) },
		"Entries":      func() error { return last(s.Entries(ctx, alb(1), 0, 10)) },
		"Heads":        func() error { return last(s.Heads(ctx, albums)) },
		"SeqsAt":       func() error { return last(s.SeqsAt(ctx, albums, at(20))) },
	}
	for name, run := range reads {
		before := statements.Load()
		if err := run(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := statements.Load() - before; got != 1 {
			t.Errorf("%s ran %d statements, want 1", name, got)
		}
	}
}

func last[T any](_ T, err error) error { return err }
