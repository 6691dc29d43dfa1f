package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func sweeps() []promise {
	return []promise{
		{"Doomed finds what is to be removed and nothing else", doomed},
		{"what Doomed found too old is out of reach", doomedForGood},
		{"Doomed returns at most limit media", doomedLimit},
		{"KnownMedia knows every row", knownMedia},
		{"PROCESSING media outlive their tickets", doomedProcessing},
		{"RemoveMedia takes doomed media away with all that hangs on them", removeMedia},
	}
}

// never is a time before everything in a Fixture.
func never() time.Time { return epoch.Add(-1000 * time.Hour) }

// wantDoomed checks what is to be removed, in any order, and returns it by ID.
func (f *Fixture) wantDoomed(t *testing.T, what string, trashed, expired time.Time, want ...album.MediaID) map[album.MediaID]*album.Media {
	t.Helper()
	rows := must(f.s.Doomed(f.ctx, trashed, expired, 100))(t)
	equal(t, what, sorted(ids(rows, mediaID)), sorted(want))
	byID := map[album.MediaID]*album.Media{}
	for _, m := range rows {
		byID[m.ID] = m
	}
	return byID
}

func doomed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.Ready(a.ID, owner)
	f.wantDoomed(t, "at first", f.Now().Add(time.Hour), f.Now().Add(2*time.Hour))
	var want []album.MediaID

	// Tickets run out, whether the upload failed or never came.
	pending, failed, later := f.Pending(a.ID, owner), f.NewMedia(a.ID, owner), f.NewMedia(a.ID, owner)
	expires := pending.Upload.ExpiresAt
	failed.Upload.ExpiresAt, later.Upload.ExpiresAt = expires, expires.Add(time.Millisecond)
	f.add(failed, later)
	f.fail(failed.ID)
	f.wantDoomed(t, "at the moment the ticket expires", never(), expires)
	equal(t, "a medium whose ticket has not expired", f.medium(pending.ID), pending)
	want = append(want, pending.ID, failed.ID)
	f.wantDoomed(t, "a moment later", never(), expires.Add(time.Millisecond), want...)
	equal(t, "a medium whose ticket has not expired", f.medium(later.ID), later)

	// The trash is kept for a while, whatever became of the ticket.
	binned := f.Ready(a.ID, owner)
	f.trash(a.ID, binned.ID)
	since := f.Now()
	f.wantDoomed(t, "in the trash since then", since, never(), want...)
	wantCode(t, "Media", errOf(f.s.Media(f.ctx, binned.ID)), "")
	want = append(want, binned.ID)
	f.wantDoomed(t, "in the trash since before", since.Add(time.Millisecond), never(), want...)

	// What is marked goes at once, whatever its status.
	gone := []*album.Media{f.Ready(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner)}
	marked := f.medium(gone[0].ID)
	f.trash(a.ID, gone[2].ID)
	f.discard(a.ID, ids(gone, mediaID)...)
	want = append(want, ids(gone, mediaID)...)
	got := f.wantDoomed(t, "marked", never(), never(), want...)[marked.ID]
	equal(t, "the keys of a marked one", []string{got.Key, got.Upload.Key}, []string{marked.Key, marked.Upload.Key})

	// So does all that is below an album that is being deleted.
	lost := f.Album(owner)
	below := append(f.Media(lost.ID, owner, 2), f.Pending(lost.ID, owner).ID, f.Ready(lost.ID, owner).ID)
	f.trash(lost.ID, below[3])
	f.state(lost.ID, album.Trashed)
	f.wantDoomed(t, "with an album in the trash", never(), never(), want...)
	f.state(lost.ID, album.Deleting)
	want = append(want, below...)
	f.wantDoomed(t, "with an album being deleted", never(), never(), want...)
	CheckAlbum(t, f.s, a.ID)
}

// doomedForGood: what Doomed found too old is out of everyone's reach, without
// an entry.
func doomedForGood(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, failed, binned := f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner)
	c := f.Comment(binned.ID, owner, "x")
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	before := f.album(a.ID)
	log := CheckLog(t, f.s, a.ID)
	all := []album.MediaID{pending.ID, failed.ID, binned.ID}
	f.wantDoomed(t, "too old", f.Now().Add(time.Hour), f.Now().Add(2*time.Hour), all...)
	f.wantDoomed(t, "once found too old", never(), never(), all...)
	for what, err := range map[string]error{
		"RestoreMedia": errOf(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{binned.ID}, f.Change(owner))),
		"AcceptMedia":  f.accept(pending.ID),
		"PublishMedia": errOf2(f.s.PublishMedia(f.ctx, pending.ID, Made(pending.ID), f.Change(owner))),
		"ImproveMedia": errOf2(f.s.ImproveMedia(f.ctx, binned.ID, Made(binned.ID), f.Change(owner))),
		"FailMedia":    errOf(f.s.FailMedia(f.ctx, pending.ID, album.CodeMediaCorrupt, f.Change(owner))),
		"DeleteMedia":  errOf(f.s.DeleteMedia(f.ctx, a.ID, []album.MediaID{failed.ID}, f.Change(owner))),
		"Comment":      errOf(f.s.Comment(f.ctx, c.ID)),
		"Media":        errOf(f.s.Media(f.ctx, binned.ID)),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
	equal(t, "media", len(must(f.s.MediaByID(f.ctx, all))(t)), 0)
	equal(t, "trash", must(trashOf(f.ctx, f.s, a.ID, "").walk(10))(t), []*album.Media(nil))
	equal(t, "album", f.album(a.ID), before)
	equal(t, "log", CheckLog(t, f.s, a.ID), log)
	CheckAlbum(t, f.s, a.ID)
}

func doomedLimit(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, lost := f.Album(owner), f.Album(owner)
	all := append(f.Media(a.ID, owner, 3), f.Media(lost.ID, owner, 4)...)
	f.discard(a.ID, all[:3]...)
	f.state(lost.ID, album.Deleting)
	var got []album.MediaID
	for _, n := range []int{3, 3, 1, 0} {
		rows := must(f.s.Doomed(f.ctx, never(), never(), 3))(t)
		equal(t, "media in one step", len(rows), n)
		step := ids(rows, mediaID)
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, step), "")
		got = append(got, step...)
	}
	equal(t, "media in all steps", sorted(got), sorted(all))
}

func knownMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, lost := f.Album(owner), f.Album(owner)
	all := []album.MediaID{
		f.Pending(a.ID, owner).ID, f.Processing(a.ID, owner).ID, f.Ready(a.ID, owner).ID, f.Pending(a.ID, owner).ID,
		f.Ready(a.ID, owner).ID, f.Ready(a.ID, owner).ID, f.Ready(lost.ID, owner).ID,
	}
	f.fail(all[3])
	f.trash(a.ID, all[4])
	f.discard(a.ID, all[5])
	f.state(lost.ID, album.Deleting)
	asked := append([]album.MediaID{album.MediaID(f.NewID(album.MediaPrefix)), ""}, all...)
	want := map[album.MediaID]bool{}
	for _, id := range all {
		want[id] = true
	}
	equal(t, "known", must(f.s.KnownMedia(f.ctx, asked))(t), want)
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all[5:]), "")
	delete(want, all[5])
	delete(want, all[6])
	equal(t, "known once some are removed", must(f.s.KnownMedia(f.ctx, asked))(t), want)
}

func doomedProcessing(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Processing(a.ID, owner)
	late := f.Now().Add(1000 * time.Hour)
	f.wantDoomed(t, "accepted in time", late, late)
	equal(t, "medium", f.medium(m.ID), m)
	f.fail(m.ID)
	got := f.wantDoomed(t, "refused afterwards", late, late, m.ID)
	equal(t, "the key of its bytes", got[m.ID].Key, m.Key)
}

func removeMedia(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	kept, marked, binned, pending := f.Ready(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner), f.Pending(a.ID, owner)
	var comments []album.CommentID
	for _, m := range []*album.Media{kept, marked, binned} {
		root := f.Comment(m.ID, guest, "x")
		comments = append(comments, root.ID, f.Reply(f.Reply(root, owner, "y"), guest, "z").ID)
		f.Like(m.ID, guest)
		f.Like(m.ID, owner)
	}
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, marked.ID)
	all := []album.MediaID{album.MediaID(f.NewID(album.MediaPrefix)), marked.ID, binned.ID, pending.ID, kept.ID, marked.ID}

	// Only the one that is doomed goes, and those that are gone are passed over.
	f.unchanged(t, a.ID, func() {
		for range 2 {
			wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
			equal(t, "media", len(must(f.s.MediaByID(f.ctx, all))(t)), 3)
			f.wantDoomed(t, "still to be removed", never(), never())
		}
	})

	gone := []album.MediaID{marked.ID, binned.ID, pending.ID}
	f.wantDoomed(t, "too old", f.Now().Add(time.Hour), f.Now().Add(2*time.Hour), gone[1:]...)
	before := f.album(a.ID)
	log := CheckLog(t, f.s, a.ID)
	for range 2 {
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
		equal(t, "album", f.album(a.ID), before)
		equal(t, "log", CheckLog(t, f.s, a.ID), log)
		equal(t, "media", len(must(f.s.MediaByID(f.ctx, all))(t)), 1)
		equal(t, "comments", len(must(f.s.CommentsByID(f.ctx, comments))(t)), 2)
		equal(t, "threads", len(must(f.s.CommentsOf(f.ctx, gone, firstRows(10)))(t)), 0)
		equal(t, "replies", len(must(f.s.RepliesOf(f.ctx, comments, firstRows(10)))(t)), 1)
		equal(t, "likes", len(must(f.s.LikesOf(f.ctx, gone, firstRows(10)))(t)), 0)
		equal(t, "liked", len(must(f.s.Liked(f.ctx, guest, gone))(t)), 0)
		f.wantDoomed(t, "still to be removed", f.Now().Add(time.Hour), f.Now().Add(2*time.Hour))
	}
	equal(t, "the one kept", f.medium(kept.ID).CommentCount, 3)
	CheckAlbum(t, f.s, a.ID)
}
