package storetest

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func logs() []promise {
	return []promise{
		{"what a write returns is what the log has", returnedEntries},
		{"entries page without a hole", pagedEntries},
		{"a place beyond the log is RESYNC", beyondLog},
		{"the time of an entry never goes back", steadyTime},
		{"a trimmed log answers RESYNC where it was cut", trimmedLog},
		{"TrimLogs keeps each album's newest entries", trimLogs},
		{"Heads and SeqsAt find the newest entries", seqsAt},
		{"SeqsAt of a trimmed log is -1 where it was cut", trimmedSeqsAt},
		{"the log of a DELETING album can be read to its end", lastEntries},
	}
}

// returnedEntries goes through every kind of entry in one album.
func returnedEntries(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, s, ctx := f.NewAlbum(owner), f.s, f.ctx
	var want []*album.Entry
	add := func(entries ...*album.Entry) { want = append(want, entries...) }
	add2 := func(e *album.Entry, err error) { t.Helper(); wantCode(t, "write", err, ""); add(e) }
	add(f.create(a))
	_, e, err := s.UpdateAlbum(ctx, a.ID, album.AlbumPatch{Title: new("x")}, f.Change(owner))
	add2(e, err)
	_, e, err = s.AddMember(ctx, album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Viewer, JoinedAt: f.Now()}, f.Change(guest))
	add2(e, err)
	_, e, err = s.SetRole(ctx, a.ID, guest, album.Viewer, album.Editor, f.Change(owner))
	add2(e, err)
	add(must(s.TransferAlbum(ctx, a.ID, owner, guest, f.Change(owner)))(t)...)
	add2(s.RemoveMember(ctx, a.ID, owner, album.Editor, f.Change(owner)))
	add2(s.RevokeShare(ctx, f.Share(a.ID, guest).ID, f.Change(guest)))
	m := f.Processing(a.ID, guest)
	_, e, err = s.PublishMedia(ctx, m.ID, Made(m.ID), f.Change(guest))
	add2(e, err)
	_, e, err = s.ImproveMedia(ctx, m.ID, album.MediaMade{Width: 1, Height: 1}, f.Change(""))
	add2(e, err)
	add2(s.FailMedia(ctx, f.Pending(a.ID, guest).ID, album.CodeMediaCorrupt, f.Change("")))
	second := f.Processing(a.ID, guest)
	_, e, err = s.PublishMedia(ctx, second.ID, Made(second.ID), f.Change(guest))
	add2(e, err)
	add(must(s.ArrangeMedia(ctx, a.ID, []album.MediaID{m.ID}, "", f.Change(guest)))(t)...)
	_, e, err = s.EditMedia(ctx, m.ID, album.MediaPatch{Caption: new("x")}, f.Change(guest))
	add2(e, err)
	c, e, err := s.AddComment(ctx, f.NewComment(m.ID, guest, "x"))
	add2(e, err)
	_, e, err = s.EditComment(ctx, c.ID, "y", f.Change(guest))
	add2(e, err)
	_, e, err = s.RemoveComment(ctx, c.ID, f.Change(guest))
	add2(e, err)
	add(f.trash(a.ID, m.ID)...)
	add(must(s.RestoreMedia(ctx, a.ID, []album.MediaID{m.ID}, f.Change(guest)))(t)...)
	add2(s.SetAlbumState(ctx, a.ID, album.Trashed, f.Change(guest)))
	add2(s.SetAlbumState(ctx, a.ID, album.Active, f.Change(guest)))
	add(f.discard(a.ID, m.ID)...)
	CheckAlbum(t, s, a.ID)
	add2(s.SetAlbumState(ctx, a.ID, album.Deleting, f.Change(""))) // by the service itself

	equal(t, "kinds", kinds(want), []album.EntryKind{
		album.AlbumCreated, album.AlbumEdited, album.MemberJoined, album.MemberRoleChanged, album.MemberRoleChanged,
		album.MemberRoleChanged, album.MemberRemoved, album.AccessChanged, album.MediaAdded,
		album.MediaProcessed, album.MediaFailed, album.MediaAdded, album.MediaArranged, album.MediaEdited,
		album.CommentAdded, album.CommentEdited, album.CommentRemoved, album.MediaRemoved, album.MediaRestored,
		album.AlbumTrashed, album.AlbumRestored, album.MediaRemoved, album.AlbumDeleted,
	})
	equal(t, "log", CheckLog(t, s, a.ID), values(want))
}

// edits makes n entries of one album.
func (f *Fixture) edits(t *testing.T, id album.AlbumID, n int) {
	t.Helper()
	for range n {
		title := f.NewID("title")
		must2(f.s.UpdateAlbum(f.ctx, id, album.AlbumPatch{Title: &title}, f.Change("")))(t)
	}
}

func pagedEntries(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	for range 5 { // two logs that grow side by side
		f.edits(t, a.ID, 2)
		f.edits(t, other.ID, 1)
	}
	want := CheckLog(t, f.s, a.ID)
	equal(t, "entries", len(want), 11)
	for limit := 1; limit <= len(want)+1; limit++ {
		for after := range len(want) + 1 {
			got := must(f.s.Entries(f.ctx, a.ID, int64(after), limit))(t)
			equal(t, "entries", got, want[after:min(after+limit, len(want))])
		}
	}
}

func beyondLog(t *testing.T, f *Fixture) {
	a := f.Album(f.User("owner"))
	f.edits(t, a.ID, 2)
	equal(t, "at the head", must(f.s.Entries(f.ctx, a.ID, 3, 10))(t), []album.Entry(nil))
	for _, after := range []int64{4, 5, 1 << 40} {
		wantCode(t, "beyond the head", errOf(f.s.Entries(f.ctx, a.ID, after, 10)), album.CodeResync)
	}
	unknown := album.AlbumID(f.NewID(album.AlbumPrefix))
	for _, after := range []int64{0, 7} {
		wantCode(t, "no album", errOf(f.s.Entries(f.ctx, unknown, after, 10)), album.CodeNotFound)
	}
}

func steadyTime(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	early := f.Tick()
	pending := f.Processing(a.ID, owner)
	late := f.Tick().Add(time.Hour)
	title := func(text string, at time.Time) *album.Entry {
		_, e := must2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: &text}, store.Change{Actor: owner, At: at}))(t)
		return e
	}
	equal(t, "the clock goes on", title("late", late).At, late)
	equal(t, "the clock goes back", title("early", early).At, late)
	equal(t, "UpdatedAt", f.album(a.ID).UpdatedAt, late)

	m, e := must2(f.s.PublishMedia(f.ctx, pending.ID, Made(pending.ID), store.Change{Actor: owner, At: early}))(t)
	equal(t, "a medium's entry", e.At, late)
	equal(t, "AddedAt", m.AddedAt, late)
	c := f.NewComment(m.ID, owner, "x")
	c.CreatedAt = early
	_, e = must2(f.s.AddComment(f.ctx, c))(t)
	equal(t, "a comment's entry", e.At, late)
	equal(t, "the clock goes on again", title("later", late.Add(time.Millisecond)).At, late.Add(time.Millisecond))

	// Another album's clock is its own, and a medium that moves takes the time of where it goes.
	other := f.Album(owner)
	f.edits(t, other.ID, 1)
	moved := must(f.s.MoveMedia(f.ctx, a.ID, other.ID, []album.MediaID{m.ID}, store.Change{Actor: owner, At: early}))(t)
	equal(t, "where it left", byAlbum(moved, a.ID)[0].At, late.Add(time.Millisecond))
	equal(t, "where it went", byAlbum(moved, other.ID)[0].At, f.Now())
	equal(t, "AddedAt where it went", f.medium(m.ID).AddedAt, f.Now())
	CheckAlbum(t, f.s, a.ID)
	CheckAlbum(t, f.s, other.ID)
}

func trimmedLog(t *testing.T, f *Fixture) {
	a := f.Album(f.User("owner"))
	f.edits(t, a.ID, 9)
	all := CheckLog(t, f.s, a.ID)
	equal(t, "entries taken away", must(f.s.TrimLogs(f.ctx, 4))(t), 6)
	for after := range int64(11) {
		got, err := f.s.Entries(f.ctx, a.ID, after, 100)
		if after < 6 {
			wantCode(t, "before the cut", err, album.CodeResync)
			continue
		}
		wantCode(t, "after the cut", err, "")
		equal(t, "entries", got, all[after:])
	}
	wantCode(t, "beyond the head", errOf(f.s.Entries(f.ctx, a.ID, 11, 100)), album.CodeResync)
	f.edits(t, a.ID, 1)
	got := must(f.s.Entries(f.ctx, a.ID, 10, 100))(t)
	equal(t, "a new entry goes on", ids(got, entryKind), []album.EntryKind{album.AlbumEdited})
	equal(t, "its Seq", got[0].Seq, int64(11))
	CheckAlbum(t, f.s, a.ID)
}

func trimLogs(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	lengths := []int{9, 2, 0, 3, 5}
	var all []album.AlbumID
	for _, n := range lengths {
		a := f.Album(owner)
		f.edits(t, a.ID, n)
		all = append(all, a.ID)
	}
	f.state(all[4], album.Deleting)
	heads := must(f.s.Heads(f.ctx, all))(t)
	for _, c := range []struct{ keep, taken int }{
		{100, 0}, {4, 6 + 3}, {4, 0}, {1, 3 + 2 + 3 + 3}, {1, 0},
	} {
		equal(t, "entries taken away", must(f.s.TrimLogs(f.ctx, c.keep))(t), c.taken)
		equal(t, "heads", must(f.s.Heads(f.ctx, all))(t), heads)
		for i, id := range all {
			equal(t, "entries left", len(CheckLog(t, f.s, id)), min(int(heads[id]), c.keep))
			if i < 4 {
				CheckAlbum(t, f.s, id)
			}
		}
	}
}

func seqsAt(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other, gone := f.Album(owner), f.Album(owner), f.Album(owner)
	f.edits(t, a.ID, 2)
	same := f.Tick()
	for _, text := range []string{"1", "2", "3"} { // three of one time
		must2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: &text}, store.Change{At: same}))(t)
	}
	f.state(gone.ID, album.Deleting)
	all := []album.AlbumID{a.ID, other.ID, gone.ID, a.ID, album.AlbumID(f.NewID(album.AlbumPrefix))}
	equal(t, "heads", must(f.s.Heads(f.ctx, all))(t), map[album.AlbumID]int64{a.ID: 6, other.ID: 1, gone.ID: 2})

	log := CheckLog(t, f.s, a.ID)
	for _, c := range []struct {
		at             time.Time
		a, other, gone int64
	}{
		{epoch, 0, 0, 0},
		{a.CreatedAt.Add(-time.Millisecond), 0, 0, 0},
		{a.CreatedAt, 1, 0, 0},
		{other.CreatedAt, 1, 1, 0},
		{log[1].At.Add(-time.Millisecond), 1, 1, 1},
		{log[1].At, 2, 1, 1},
		{same.Add(-time.Millisecond), 3, 1, 1},
		{same, 6, 1, 1},
		{f.Now(), 6, 1, 2},
		{f.Now().Add(time.Hour), 6, 1, 2},
	} {
		got := must(f.s.SeqsAt(f.ctx, all, c.at))(t)
		equal(t, "SeqsAt "+c.at.String(), got, map[album.AlbumID]int64{a.ID: c.a, other.ID: c.other, gone.ID: c.gone})
	}
}

func trimmedSeqsAt(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	short, long := f.Album(owner), f.Album(owner)
	f.edits(t, long.ID, 7)
	log := CheckLog(t, f.s, long.ID)
	must(f.s.TrimLogs(f.ctx, 3))(t) // 6, 7 and 8 are left
	for _, c := range []struct {
		at          time.Time
		short, long int64
	}{
		{epoch, 0, -1},
		{log[3].At, 1, -1},
		{log[5].At.Add(-time.Millisecond), 1, -1},
		{log[5].At, 1, 6},
		{log[6].At, 1, 7},
		{f.Now().Add(time.Hour), 1, 8},
	} {
		got := must(f.s.SeqsAt(f.ctx, []album.AlbumID{short.ID, long.ID}, c.at))(t)
		equal(t, "SeqsAt "+c.at.String(), got, map[album.AlbumID]int64{short.ID: c.short, long.ID: c.long})
	}
}

func lastEntries(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.edits(t, a.ID, 3)
	f.state(a.ID, album.Deleting)
	got := must(f.s.Entries(f.ctx, a.ID, 3, 10))(t)
	equal(t, "kinds", ids(got, entryKind), []album.EntryKind{album.AlbumEdited, album.AlbumDeleted})
	wantCode(t, "beyond the head", errOf(f.s.Entries(f.ctx, a.ID, 6, 10)), album.CodeResync)
	equal(t, "entries", len(CheckLog(t, f.s, a.ID)), 5)
}
