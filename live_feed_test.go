package main

import (
	"fmt"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/service"
)

func credentials(p person) service.Credentials {
	return service.Credentials{Name: p.name, Secret: password}
}

// expectKinds reads events of a feed until it has those kinds in those albums,
// in that order, and returns the last one's cursor.
func expectKinds(t *testing.T, sub *subscription, want ...[2]string) (cursor string) {
	t.Helper()
	for _, w := range want {
		e := sub.event(t, "feedEvents")
		if kindOf(e) != w[0] || dig(e, "albumId") != w[1] {
			t.Fatalf("the feed gave %s of %v, want %s of %s", kindOf(e), dig(e, "albumId"), w[0], w[1])
		}
		cursor = dig(e, "cursor").(string)
	}
	return cursor
}

// TestFeedFollowsWhoJoinsAndLeaves with the stream open, and with it closed.
func TestFeedFollowsWhoJoinsAndLeaves(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	owner, stranger := w.people["owner"].token, w.people["stranger"].token
	shared := w.get("album")
	join := w.fill(`mutation{joinAlbum(input:{token:$invitationToken$}){membership{role}}}`)
	leave := w.fill(`mutation{leaveAlbum(input:{albumId:$album$}){leftAlbumId}}`)
	comment := func(text string) { s.want(t, owner, addOne, "m", w.get("photo"), "t", text) }

	start := s.want(t, stranger, `{feed{cursor}}`).str("feed.cursor")
	sub := s.dial(t, stranger).start(t, watchFeed, "after", start)
	comment("before they joined")
	own := s.want(t, stranger, `mutation{createAlbum(input:{title:"mine"}){album{id}}}`).str("createAlbum.album.id")
	expectKinds(t, sub, [2]string{"ALBUM_CREATED", own})
	s.want(t, stranger, join)
	expectKinds(t, sub, [2]string{"MEMBER_JOINED", shared})
	comment("while they are in")
	cursor := expectKinds(t, sub, [2]string{"COMMENT_ADDED", shared})
	s.want(t, stranger, leave)
	expectKinds(t, sub, [2]string{"ACCESS_REVOKED", shared})
	comment("after they left")
	s.want(t, stranger, `mutation($id:ID!){updateAlbum(input:{albumId:$id,title:"mine still"}){album{id}}}`, "id", own)
	expectKinds(t, sub, [2]string{"ALBUM_EDITED", own})
	s.want(t, stranger, join)
	// A member again sees the log whole, so what happened meanwhile comes too.
	expectKinds(t, sub, [2]string{"MEMBER_REMOVED", shared}, [2]string{"COMMENT_ADDED", shared}, [2]string{"MEMBER_JOINED", shared})

	// The same by the cursor.
	sub = s.dial(t, stranger).start(t, watchFeed, "after", cursor)
	got := map[string]int{}
	for range 4 {
		e := sub.event(t, "feedEvents")
		got[fmt.Sprint(kindOf(e), dig(e, "albumId") == shared)]++
	}
	for _, want := range []string{"MEMBER_REMOVEDtrue", "COMMENT_ADDEDtrue", "ALBUM_EDITEDfalse", "MEMBER_JOINEDtrue"} {
		if got[want] != 1 {
			t.Errorf("resuming gave %v, want %s once", got, want)
		}
	}
	comment("and now")
	expectKinds(t, sub, [2]string{"COMMENT_ADDED", shared})
}

// TestFeedResumes at each of its events, over two albums, without loss.
func TestFeedResumes(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	owner := w.people["owner"].token
	s.want(t, owner, w.fill(`mutation{moveMedia(input:{albumId:$album$,mediaIds:[$video$],toAlbumId:$other$}){results{media{id}}}}`))
	cursor := s.want(t, owner, `{feed{cursor}}`).str("feed.cursor")
	for i := range 12 {
		medium := []string{"photo", "video"}[i%2]
		s.want(t, owner, addOne, "m", w.get(medium), "t", fmt.Sprint(i))
	}
	seen := map[string]int{}
	for range 12 {
		c := s.dial(t, owner)
		e := c.start(t, watchFeed, "after", cursor).event(t, "feedEvents")
		seen[fmt.Sprint(dig(e, "comment.text"))]++
		cursor = dig(e, "cursor").(string)
		c.close()
	}
	for i := range 12 {
		if seen[fmt.Sprint(i)] != 1 {
			t.Errorf("comment %d came %d times", i, seen[fmt.Sprint(i)])
		}
	}
}

// TestResync: who was away for longer than the log reaches back reads the page
// again and goes on from there.
func TestResync(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_LOG_KEEP=3", "KEEPSAKE_SWEEP_EVERY=24h"}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	owner, id := w.people["owner"].token, w.get("album")
	before, feedBefore := w.head(t), s.want(t, owner, `{feed{cursor}}`).str("feed.cursor")
	for i := range 10 {
		s.want(t, owner, addOne, "m", w.get("photo"), "t", fmt.Sprint(i))
	}
	must(t, s.service.Sweep(t.Context()))
	head := w.head(t)
	for name, c := range map[string]struct{ document, after, field string }{
		"album":    {watchAlbum, before, "albumEvents"},
		"comments": {watchComments, before, "commentAdded"},
		"future":   {watchAlbum, string(album.LogCursor(album.AlbumID(id), 1<<40)), "albumEvents"},
	} {
		sub := s.dial(t, owner).start(t, c.document, "id", id, "after", c.after)
		e := sub.event(t, c.field)
		if kindOf(e) != "RESYNC" || dig(e, "cursor") != head {
			t.Fatalf("%s: got %v, want a RESYNC to %s", name, e, head)
		}
		again := s.dial(t, owner).start(t, c.document, "id", id, "after", dig(e, "cursor"))
		s.want(t, owner, addOne, "m", w.get("photo"), "t", name)
		for _, sub := range []*subscription{sub, again} {
			if e := sub.event(t, c.field); dig(e, "comment.text") != name {
				t.Errorf("%s: after the RESYNC came %v", name, e)
			}
		}
		head = w.head(t)
	}
	feed := s.dial(t, owner).start(t, watchFeed, "after", feedBefore)
	e := feed.event(t, "feedEvents")
	if kindOf(e) != "RESYNC" || dig(e, "albumId") != id { // its cursor names the album, so only that is lost
		t.Fatalf("the feed gave %v", e)
	}
	again := s.dial(t, owner).start(t, watchFeed, "after", dig(e, "cursor"))
	// A cursor of long ago names no album.
	old := album.FeedPosition{Since: time.Now().Add(-time.Hour)}.Cursor()
	whole := s.dial(t, owner).start(t, watchFeed, "after", old)
	if e := whole.event(t, "feedEvents"); kindOf(e) != "RESYNC" || dig(e, "albumId") != nil {
		t.Fatalf("the whole feed gave %v", e)
	}
	s.want(t, owner, addOne, "m", w.get("photo"), "t", "and on")
	expectKinds(t, feed, [2]string{"COMMENT_ADDED", id})
	expectKinds(t, again, [2]string{"COMMENT_ADDED", id})
	expectKinds(t, whole, [2]string{"COMMENT_ADDED", id})
}
