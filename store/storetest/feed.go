package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func feed() []promise {
	return []promise{
		{"the feed pages media and comments by time, the latest first", pagedFeed},
		{"the feed keeps its order when a clock goes back", skewedFeed},
		{"the feed shows what its viewer may see now", feedContents},
	}
}

func mediaItem(m *album.Media) album.FeedItem {
	return album.FeedItem{AlbumID: m.AlbumID, MediaID: m.ID, At: m.AddedAt.UnixMilli()}
}

func commentItem(c *album.Comment) album.FeedItem {
	return album.FeedItem{AlbumID: c.AlbumID, MediaID: c.MediaID, CommentID: c.ID, At: c.CreatedAt.UnixMilli()}
}

func feedID(i album.FeedItem) string { return i.Position().ID }

func pagedFeed(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	albums := []*album.Album{f.Album(owner), f.Album(owner), f.Album(guest)}
	f.Join(albums[0].ID, guest, album.Viewer)
	f.Join(albums[1].ID, guest, album.Viewer)
	f.Ready(f.Album(owner).ID, owner) // of an album that the guest is not in
	var want []album.FeedItem
	for i, at := range ties(f, 12) {
		m := f.readyAt(albums[i%3].ID, owner, at, epoch)
		want = append(want, mediaItem(m))
		c := f.NewComment(m.ID, owner, "x")
		c.CreatedAt = at // the same key as its medium
		got, _ := must2(f.s.AddComment(f.ctx, c))(t)
		want = append(want, commentItem(got))
		if i%5 == 0 {
			want = append(want, commentItem(f.Reply(got, guest, "y")))
		}
	}
	want = descending(want, feedPosition)
	l := feedOf(f.ctx, f.s, guest)
	equal(t, "feed", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, feedID))
}

func feedContents(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, b := f.Album(owner), f.Album(owner)
	f.Join(a.ID, guest, album.Viewer)
	m, n := f.Ready(a.ID, owner), f.Ready(b.ID, owner)
	c := f.Comment(m.ID, guest, "root")
	f.Pending(a.ID, owner)
	failed := f.Pending(a.ID, owner)
	f.fail(failed.ID)

	check := func(what string, want ...album.FeedItem) {
		t.Helper()
		equal(t, what, must(f.s.FeedOf(f.ctx, guest, firstRows(20)))(t), descending(want, feedPosition))
	}
	check("at first", mediaItem(m), commentItem(c))
	f.Join(b.ID, guest, album.Viewer)
	check("after joining", mediaItem(m), commentItem(c), mediaItem(n))
	r := f.Reply(c, owner, "reply")
	must2(f.s.RemoveComment(f.ctx, c.ID, f.Change(guest)))(t)
	check("after a comment was removed", mediaItem(m), commentItem(r), mediaItem(n))
	f.trash(a.ID, m.ID)
	check("with the medium in the trash", mediaItem(n))
	must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{m.ID}, f.Change(owner)))(t)
	check("with the medium restored", mediaItem(m), commentItem(r), mediaItem(n))
	must(f.s.MoveMedia(f.ctx, a.ID, b.ID, []album.MediaID{m.ID}, f.Change(owner)))(t)
	m, r = f.medium(m.ID), f.comment(r.ID)
	check("with the medium moved", mediaItem(m), commentItem(r), mediaItem(n))
	f.state(b.ID, album.Trashed)
	check("with the album in the trash")
	f.state(b.ID, album.Active)
	check("with the album restored", mediaItem(m), commentItem(r), mediaItem(n))
	f.discard(b.ID, n.ID)
	check("with a medium deleted", mediaItem(m), commentItem(r))
	must(f.s.RemoveMember(f.ctx, b.ID, guest, album.Viewer, f.Change(guest)))(t)
	check("after leaving")
	equal(t, "the feed of nobody", must(f.s.FeedOf(f.ctx, album.UserID(f.NewID(album.UserPrefix)), firstRows(5)))(t),
		[]album.FeedItem(nil))
}

// skewedFeed: a comment may be newer than all entries of the album that its
// medium has moved to.
func skewedFeed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	from, to := f.Album(owner), f.Album(owner)
	m, n := f.Ready(from.ID, owner), f.Ready(to.ID, owner)
	early := f.Change(owner)
	late := f.NewComment(m.ID, owner, "from the future")
	late.CreatedAt = f.Now().Add(time.Hour)
	c, _ := must2(f.s.AddComment(f.ctx, late))(t)
	must(f.s.MoveMedia(f.ctx, from.ID, to.ID, []album.MediaID{m.ID}, early))(t)
	m, c = f.medium(m.ID), f.comment(c.ID)
	want := descending([]album.FeedItem{mediaItem(m), mediaItem(n), commentItem(c)}, feedPosition)
	l := feedOf(f.ctx, f.s, owner)
	equal(t, "feed", must(l.walk(10))(t), want)
	wantPages(t, l, ids(want, feedID))
	CheckAlbum(t, f.s, to.ID)
}
