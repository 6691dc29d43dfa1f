package storetest

import (
	"sync"
	"testing"

	"keepsake/album"
)

func raceLog() []promise {
	return []promise{
		{"readers of a log that grows never see a hole", raceComments},
		{"logs of many albums grow at once", raceAlbumsLogs},
		{"a reader of a log that is being trimmed sees RESYNC or no hole", raceTrim},
		{"16 publish one medium with one entry", racePublish},
		{"many media are published at once", racePublishMany},
		{"comments on a medium on its way into the trash", raceTrashComment},
		{"comments in an album that is being deleted", raceDeleteComment},
		{"replies to a comment that is being removed", raceRemoveReply},
	}
}

// follow reads a log as a subscriber does until done is closed and the log is
// at its end, and fails the test if an entry was passed over.
func (f *Fixture) follow(t *testing.T, id album.AlbumID, done <-chan struct{}) {
	seen := int64(0)
	for {
		ending := false
		select {
		case <-done:
			ending = true
		default:
		}
		heads, err := f.s.Heads(f.ctx, []album.AlbumID{id})
		if err != nil {
			t.Errorf("Heads: %v", err)
			return
		}
		page, err := f.s.Entries(f.ctx, id, seen, 7)
		if err != nil {
			t.Errorf("Entries after %d: %v", seen, err)
			return
		}
		for _, e := range page {
			if seen++; e.Seq != seen {
				t.Errorf("found entry %d at place %d", e.Seq, seen)
				return
			}
		}
		if len(page) == 0 && seen < heads[id] {
			t.Errorf("nothing after %d, where the head was %d before", seen, heads[id])
			return
		}
		if all, err := f.s.Entries(f.ctx, id, 0, int(seen)); err != nil || int64(len(all)) != seen {
			t.Errorf("entry %d was seen, but only %d can be read (%v)", seen, len(all), err)
			return
		}
		if ending && len(page) == 0 {
			return
		}
	}
}

func raceComments(t *testing.T, f *Fixture) {
	const writers, each = 16, 6
	users := f.Users(writers)
	a := f.Album(users[0])
	media := f.Media(a.ID, users[0], 3)
	before := f.album(a.ID).Seq
	comments := make([][]album.Comment, writers)
	for i := range comments {
		for n := range each {
			comments[i] = append(comments[i], f.NewComment(media[n%len(media)], users[i], "x"))
		}
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() { f.follow(t, a.ID, done) })
	}
	errs := together(writers, func(i int) error {
		last := int64(0)
		for _, c := range comments[i] {
			_, e, err := f.s.AddComment(f.ctx, c)
			if err != nil {
				return err
			}
			// What a writer was told is there for everyone at once.
			if got, err := f.s.Entries(f.ctx, a.ID, e.Seq-1, 1); err != nil || len(got) != 1 || got[0].CommentID != c.ID {
				t.Errorf("entry %d cannot be read once it was returned: %v, %v", e.Seq, got, err)
			}
			if e.Seq <= last {
				t.Errorf("a later write of one writer has entry %d after %d", e.Seq, last)
			}
			last = e.Seq
		}
		return nil
	})
	close(done)
	readers.Wait()
	wantAll(t, "AddComment", errs, "")
	equal(t, "Seq", f.album(a.ID).Seq, before+writers*each)
	total := 0
	for _, id := range media {
		total += f.medium(id).CommentCount
	}
	equal(t, "comments", total, writers*each)
	CheckAlbum(t, f.s, a.ID)
}

func raceAlbumsLogs(t *testing.T, f *Fixture) {
	const each = 5
	users := f.Users(12)
	albums := []*album.Album{f.Album(users[0]), f.Album(users[0]), f.Album(users[0])}
	c := f.Change(users[0])
	errs := together(len(users), func(i int) error {
		id := albums[i%len(albums)].ID
		for n := range each {
			text := string(users[i]) + string(rune('a'+n))
			if err := errOf2(f.s.UpdateAlbum(f.ctx, id, album.AlbumPatch{Title: &text}, c)); err != nil {
				return err
			}
		}
		return nil
	})
	wantAll(t, "UpdateAlbum", errs, "")
	for _, a := range albums {
		equal(t, "Seq", f.album(a.ID).Seq, int64(1+each*len(users)/len(albums)))
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceTrim(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	c := f.Change(owner)
	const edits = 40
	errs := together(3, func(i int) error {
		switch i {
		case 0:
			for n := range edits {
				text := string(rune('A' + n))
				if err := errOf2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: &text}, c)); err != nil {
					return err
				}
			}
		case 1:
			for range edits / 4 {
				if _, err := f.s.TrimLogs(f.ctx, 3); err != nil {
					return err
				}
			}
		default:
			return f.followTrimmed(t, a.ID, edits+1)
		}
		return nil
	})
	wantAll(t, "writer, trimmer and reader", errs, "")
	CheckAlbum(t, f.s, a.ID)
}

// followTrimmed reads a log up to an entry; where the log was cut it goes on at
// its head, as a client does after a RESYNC.
func (f *Fixture) followTrimmed(t *testing.T, id album.AlbumID, last int64) error {
	for seen := int64(0); seen < last; {
		page, err := f.s.Entries(f.ctx, id, seen, 5)
		if album.CodeOf(err) == album.CodeResync {
			a, err := f.s.Album(f.ctx, id)
			if err != nil {
				return err
			}
			if a.Seq <= seen {
				t.Errorf("RESYNC after %d, though the album is at %d", seen, a.Seq)
			}
			seen = a.Seq
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range page {
			if seen++; e.Seq != seen {
				t.Errorf("found entry %d at place %d", e.Seq, seen)
				seen = e.Seq
			}
		}
	}
	return nil
}

func racePublish(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Processing(a.ID, owner)
	c := f.Change(owner)
	entries := make([]*album.Entry, 16)
	errs := together(len(entries), func(i int) error {
		got, e, err := f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), c)
		if err == nil && got.Status != album.Ready {
			t.Errorf("call %d returned a medium that is %s", i, got.Status)
		}
		entries[i] = e
		return err
	})
	wantAll(t, "PublishMedia", errs, "")
	made := 0
	for _, e := range entries {
		if e != nil {
			made++
		}
	}
	equal(t, "entries", made, 1)
	equal(t, "Seq", f.album(a.ID).Seq, int64(2))
	CheckAlbum(t, f.s, a.ID)
}

func racePublishMany(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	media := make([]*album.Media, 24)
	for i := range media {
		media[i] = f.Processing(a.ID, owner)
	}
	c := f.Change(owner)
	errs := together(len(media), func(i int) error {
		if i%8 == 7 {
			return errOf(f.s.FailMedia(f.ctx, media[i].ID, album.CodeUploadMismatch, c))
		}
		return errOf2(f.s.PublishMedia(f.ctx, media[i].ID, Made(media[i].ID), c))
	})
	wantAll(t, "PublishMedia", errs, "")
	equal(t, "MediaCount", f.album(a.ID).MediaCount, 21)
	CheckAlbum(t, f.s, a.ID)
}

// raceAgainst adds 16 comments to a medium while stop runs among them, and
// checks that none was logged after the entry that stop makes.
func (f *Fixture) raceAgainst(t *testing.T, a album.AlbumID, comment func(i int) album.Comment, kind album.EntryKind, stop func() error, refused album.Code) {
	t.Helper()
	const calls = 16
	comments := make([]album.Comment, calls)
	for i := range comments {
		comments[i] = comment(i)
	}
	before := len(CheckLog(t, f.s, a))
	errs := together(calls+1, func(i int) error {
		if i == calls {
			return stop()
		}
		return errOf2(f.s.AddComment(f.ctx, comments[i]))
	})
	wantCode(t, string(kind), errs[calls], "")
	wantAll(t, "AddComment", errs[:calls], "", refused)
	added, stopped := 0, false
	for _, e := range CheckLog(t, f.s, a)[before:] {
		switch e.Kind {
		case kind:
			stopped = true
		case album.CommentAdded:
			added++
			if stopped {
				t.Errorf("a comment was added after %s", kind)
			}
		}
	}
	equal(t, "comments logged", added, count(errs[:calls], ""))
}

func raceTrashComment(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for range 3 {
		m := f.Ready(a.ID, owner)
		c := f.Change(owner)
		f.raceAgainst(t, a.ID, func(int) album.Comment { return f.NewComment(m.ID, owner, "x") }, album.MediaRemoved,
			func() error { return errOf(f.s.TrashMedia(f.ctx, a.ID, []album.MediaID{m.ID}, c)) }, album.CodeNotFound)
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceDeleteComment(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	for _, state := range []struct {
		set  album.State
		kind album.EntryKind
	}{{album.Deleting, album.AlbumDeleted}, {album.Trashed, album.AlbumTrashed}, {album.Deleting, album.AlbumDeleted}} {
		a := f.Album(owner)
		m := f.Ready(a.ID, owner)
		c := f.Change(owner)
		f.raceAgainst(t, a.ID, func(int) album.Comment { return f.NewComment(m.ID, owner, "x") }, state.kind,
			func() error { return errOf(f.s.SetAlbumState(f.ctx, a.ID, state.set, c)) }, album.CodeNotFound)
		log := CheckLog(t, f.s, a.ID)
		equal(t, "the log's last entry", log[len(log)-1].Kind, state.kind)
		if state.set == album.Trashed {
			CheckAlbum(t, f.s, a.ID)
		}
	}
}

func raceRemoveReply(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	for range 3 {
		root := f.Comment(m.ID, owner, "root")
		c := f.Change(owner)
		reply := func(int) album.Comment {
			r := f.NewComment(m.ID, owner, "reply")
			r.ParentID = root.ID
			return r
		}
		f.raceAgainst(t, a.ID, reply, album.CommentRemoved,
			func() error { return errOf2(f.s.RemoveComment(f.ctx, root.ID, c)) }, album.CodeConflict)
		CheckAlbum(t, f.s, a.ID)
	}
}
