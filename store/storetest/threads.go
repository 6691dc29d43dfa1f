package storetest

import (
	"fmt"
	"testing"

	"keepsake/album"
)

func threads() []promise {
	return []promise{
		{"a reply to a reply stands in the same thread", threadRules},
		{"comments and replies page by CreatedAt, the first first", pagedThreads},
		{"many threads page together", manyThreads},
		{"a removed comment is listed while it has replies", removedThread},
	}
}

func threadRules(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	root := f.Comment(m.ID, owner, "root")
	first := f.Reply(root, owner, "first")
	second := f.Reply(first, owner, "second")
	third := f.Reply(second, owner, "third")
	for _, c := range []struct {
		got            *album.Comment
		parent, thread album.CommentID
	}{
		{root, "", ""}, {first, root.ID, root.ID}, {second, first.ID, root.ID}, {third, second.ID, root.ID},
	} {
		equal(t, c.got.Text+": parent", c.got.ParentID, c.parent)
		equal(t, c.got.Text+": thread", c.got.ThreadID, c.thread)
		read := f.comment(c.got.ID)
		equal(t, c.got.Text+", read", []album.CommentID{read.ParentID, read.ThreadID}, []album.CommentID{c.parent, c.thread})
	}
	equal(t, "ReplyCount", f.comment(root.ID).ReplyCount, 3)
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, 4)

	// A reply that is removed takes its answers' place away from nobody.
	must2(f.s.RemoveComment(f.ctx, first.ID, f.Change(owner)))(t)
	equal(t, "ReplyCount after a removal", f.comment(root.ID).ReplyCount, 2)
	equal(t, "CommentCount after a removal", f.medium(m.ID).CommentCount, 3)
	replies := must(repliesOf(f.ctx, f.s, root.ID).walk(10))(t)
	equal(t, "replies", ids(replies, commentID), []album.CommentID{second.ID, third.ID})
	late := f.NewComment(m.ID, owner, "late")
	late.ParentID = first.ID
	wantCode(t, "a reply to the removed one", errOf2(f.s.AddComment(f.ctx, late)), album.CodeConflict)
	f.Reply(second, owner, "fourth")
	equal(t, "ReplyCount at last", f.comment(root.ID).ReplyCount, 3)
	CheckAlbum(t, f.s, a.ID)
}

func pagedThreads(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m, other := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	var roots, replies []*album.Comment
	add := func(c album.Comment) *album.Comment {
		got, _ := must2(f.s.AddComment(f.ctx, c))(t)
		return got
	}
	for _, at := range ties(f, 10) {
		c := f.NewComment(m.ID, owner, "root")
		c.CreatedAt = at
		roots = append(roots, add(c))
	}
	f.Comment(other.ID, owner, "elsewhere")
	thread := roots[4]
	for i, at := range ties(f, 10) {
		c := f.NewComment(m.ID, owner, "reply")
		c.CreatedAt, c.ParentID = at, thread.ID
		if i > 3 && i%2 == 0 {
			c.ParentID = replies[i-1].ID
		}
		replies = append(replies, add(c))
	}
	roots[4] = f.comment(thread.ID) // with its ReplyCount

	l := commentsOf(f.ctx, f.s, m.ID)
	want := ascending(roots, commentPosition)
	equal(t, "comments", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, commentID))
	l = repliesOf(f.ctx, f.s, thread.ID)
	want = ascending(replies, commentPosition)
	equal(t, "replies", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, commentID))
	CheckAlbum(t, f.s, a.ID)
}

func manyThreads(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	media := f.Media(a.ID, owner, 4)
	comments := map[album.MediaID][]album.CommentID{}
	replies := map[album.CommentID][]album.CommentID{}
	var threads []album.CommentID
	var first *album.Comment
	for i, id := range media[:3] { // the last has none
		for range i + 2 {
			root := f.Comment(id, owner, "root")
			if first == nil {
				first = root
			}
			comments[id] = append(comments[id], root.ID)
			threads = append(threads, root.ID)
			for n := range len(comments[id]) % 3 {
				replies[root.ID] = append(replies[root.ID], f.Reply(root, owner, fmt.Sprint(n)).ID)
			}
		}
	}
	asked := append([]album.MediaID{media[1], album.MediaID(f.NewID(album.MediaPrefix))}, media...)
	for limit := 1; limit <= 5; limit++ {
		got := map[album.MediaID][]album.CommentID{}
		for id, rows := range must(f.s.CommentsOf(f.ctx, asked, firstRows(limit)))(t) {
			got[id] = ids(rows, commentID)
		}
		equal(t, fmt.Sprintf("the first %d comments", limit), got, firstOf(comments, limit))

		gotReplies := map[album.CommentID][]album.CommentID{}
		for id, rows := range must(f.s.RepliesOf(f.ctx, append(threads, threads...), firstRows(limit)))(t) {
			gotReplies[id] = ids(rows, commentID)
		}
		equal(t, fmt.Sprintf("the first %d replies", limit), gotReplies, firstOf(replies, limit))
	}
	// One position holds for each of them: what is after the first comment of all.
	got := map[album.MediaID][]album.CommentID{}
	after := album.Range{After: commentPosition(first), Limit: 10}
	for id, rows := range must(f.s.CommentsOf(f.ctx, media, after))(t) {
		got[id] = ids(rows, commentID)
	}
	comments[media[0]] = comments[media[0]][1:]
	equal(t, "comments after a position", got, comments)
}

func firstOf[K comparable, V any](all map[K][]V, limit int) map[K][]V {
	out := map[K][]V{}
	for k, rows := range all {
		out[k] = rows[:min(limit, len(rows))]
	}
	return out
}

func removedThread(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	before, root, after := f.Comment(m.ID, owner, "before"), f.Comment(m.ID, owner, "root"), f.Comment(m.ID, owner, "after")
	one, two := f.Reply(root, owner, "one"), f.Reply(root, owner, "two")
	remove := func(id album.CommentID) {
		t.Helper()
		must2(f.s.RemoveComment(f.ctx, id, f.Change(owner)))(t)
		CheckAlbum(t, f.s, a.ID)
	}
	listed := func(want ...album.CommentID) {
		t.Helper()
		wantPages(t, commentsOf(f.ctx, f.s, m.ID), want)
	}
	remove(root.ID)
	listed(before.ID, root.ID, after.ID)
	equal(t, "the removed comment", must(commentsOf(f.ctx, f.s, m.ID).walk(10))(t)[1], f.comment(root.ID))
	remove(one.ID)
	listed(before.ID, root.ID, after.ID)
	remove(two.ID)
	listed(before.ID, after.ID)
	remove(before.ID)
	listed(after.ID)
	equal(t, "CommentCount", f.medium(m.ID).CommentCount, 1)

	// One may still answer a reply in the thread of a removed comment.
	root = f.Comment(m.ID, owner, "root")
	one = f.Reply(root, owner, "one")
	remove(root.ID)
	f.Reply(one, owner, "two")
	equal(t, "ReplyCount", f.comment(root.ID).ReplyCount, 2)
	listed(after.ID, root.ID)
	CheckAlbum(t, f.s, a.ID)
}
