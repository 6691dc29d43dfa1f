package mongostore

import (
	"sync/atomic"
	"testing"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store/storetest"
)

// TestReadsAreFewCommands counts the commands of each read method: one, and not
// more with more rows. The feed takes three for each 100 albums that can have a
// row on the page: their memberships once, then media and comments.
func TestReadsAreFewCommands(t *testing.T) {
	t.Parallel()
	var commands atomic.Int64
	s := openClosed(t, mongoserver.Start(t), &Options{OnCommand: func(string) { commands.Add(1) }})
	f := storetest.NewFixture(t, s)
	users := f.Users(3)
	var albums []album.AlbumID
	var media []album.MediaID
	var threads []album.CommentID
	for range 5 {
		a := f.Album(users[0])
		albums = append(albums, a.ID)
		for _, id := range f.Media(a.ID, users[0], 4) {
			media = append(media, id)
			c := f.Comment(id, users[1], "x")
			f.Reply(c, users[2], "y")
			threads = append(threads, c.ID)
			f.Like(id, users[2])
		}
	}
	share := f.Share(albums[0], users[0])
	ctx, r := t.Context(), album.Range{Limit: 20}
	reads := map[string]func() error{
		"Ping":            func() error { return s.Ping(ctx) },
		"User":            func() error { return last(s.User(ctx, users[0])) },
		"UsersByID":       func() error { return last(s.UsersByID(ctx, users)) },
		"IdentityOf":      func() error { return last(s.IdentityOf(ctx, users[0], "local")) },
		"Album":           func() error { return last(s.Album(ctx, albums[0])) },
		"AlbumsByID":      func() error { return last(s.AlbumsByID(ctx, albums)) },
		"AlbumsOf":        func() error { return last(s.AlbumsOf(ctx, users[0], r)) },
		"PublicAlbumsOf":  func() error { return last(s.PublicAlbumsOf(ctx, users[0], r)) },
		"TrashedAlbumsOf": func() error { return last(s.TrashedAlbumsOf(ctx, users[0], r)) },
		"Membership":      func() error { return last(s.Membership(ctx, albums[0], users[0])) },
		"MembershipsIn":   func() error { return last(s.MembershipsIn(ctx, users[0], albums)) },
		"MembersOf":       func() error { return last(s.MembersOf(ctx, albums[0], r)) },
		"Share":           func() error { return last(s.Share(ctx, share.ID)) },
		"ShareByToken":    func() error { return last(s.ShareByToken(ctx, share.TokenHash)) },
		"SharesOf":        func() error { return last(s.SharesOf(ctx, albums[0], r)) },
		"Media":           func() error { return last(s.Media(ctx, media[0])) },
		"MediaByID":       func() error { return last(s.MediaByID(ctx, media)) },
		"MediaOf":         func() error { return last(s.MediaOf(ctx, albums, album.ByAdded, r)) },
		"MediaOf by time": func() error { return last(s.MediaOf(ctx, albums, album.ByTaken, r)) },
		"MediaOf by hand": func() error { return last(s.MediaOf(ctx, albums, album.ByHand, r)) },
		"Duplicates":      func() error { return last(s.Duplicates(ctx, albums[0], users[0], []string{"a", "b"})) },
		"KnownMedia":      func() error { return last(s.KnownMedia(ctx, media)) },
		"NextWork":        func() error { return last(s.NextWork(ctx, album.Quick)) },
		"ClaimWork":       func() error { return last(s.ClaimWork(ctx, album.Long, f.Now(), f.Now(), 5)) }, // of nothing
		"TrashOf":         func() error { return last(s.TrashOf(ctx, albums[0], "", r)) },
		"Covers":          func() error { return last(s.Covers(ctx, albums)) },
		"Comment":         func() error { return last(s.Comment(ctx, threads[0])) },
		"CommentsByID":    func() error { return last(s.CommentsByID(ctx, threads)) },
		"CommentsOf":      func() error { return last(s.CommentsOf(ctx, media, r)) },
		"RepliesOf":       func() error { return last(s.RepliesOf(ctx, threads, r)) },
		"Liked":           func() error { return last(s.Liked(ctx, users[2], media)) },
		"LikesOf":         func() error { return last(s.LikesOf(ctx, media, r)) },
		"LikeStates":      func() error { return last(s.LikeStates(ctx, media)) },
		"Entries":         func() error { return last(s.Entries(ctx, albums[0], 0, 10)) },
		"Heads":           func() error { return last(s.Heads(ctx, albums)) },
		"SeqsAt":          func() error { return last(s.SeqsAt(ctx, albums, f.Now())) },
		"FeedOf":          func() error { return last(s.FeedOf(ctx, users[0], r)) },
	}
	for name, run := range reads {
		want := int64(1)
		if name == "FeedOf" {
			want = 3
		}
		before := commands.Load()
		must(t, run())
		if got := commands.Load() - before; got != want {
			t.Errorf("%s sent %d commands, want %d", name, got, want)
		}
	}
}

func last[T any](_ T, err error) error { return err }
