package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func archives() []promise {
	return []promise{
		{"records come in pages of any size", pagedRecords},
		{"the store of these tests has every field", everyField},
		{"an import makes the same store", imported},
		{"an imported store goes on as the first", goesOn},
		{"an import replaces what has the same key", replaced},
		{"an import begins in an empty store alone", begun},
	}
}

func pagedRecords(t *testing.T, f *Fixture) {
	f.Everything()
	for _, kind := range store.Kinds() {
		want := Records(t, f.s, kind, 1000)
		if len(want) < 3 {
			t.Errorf("%s: %d records are too few to tell anything", kind, len(want))
		}
		for _, size := range []int{1, 2, 3, 10, len(want)} {
			equal(t, fmt.Sprintf("%s in pages of %d", kind, size), Records(t, f.s, kind, size), want)
		}
		equal(t, "a page of none", len(must(archive(t, f.s).Export(f.ctx, kind, nil, 0))(t)), 0)
	}
}

// everyField fails if a field was added to a record that Everything leaves zero,
// so that no import would be seen to lose it.
func everyField(t *testing.T, f *Fixture) {
	f.Everything()
	for _, kind := range store.Kinds() {
		filled := map[string]bool{}
		for _, r := range Records(t, f.s, kind, 100) {
			noteFields(filled, string(kind), reflect.ValueOf(r))
		}
		for field, is := range filled {
			if !is {
				t.Errorf("%s is zero in all records", field)
			}
		}
	}
}

// noteFields notes for each field below v whether it was not zero anywhere.
func noteFields(filled map[string]bool, path string, v reflect.Value) {
	_, isTime := v.Interface().(time.Time)
	if v.Kind() == reflect.Struct && !isTime {
		for i := range v.NumField() {
			noteFields(filled, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
		return
	}
	filled[path] = filled[path] || !v.IsZero()
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		noteFields(filled, path+".*", v.Elem())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			noteFields(filled, path+"[]", v.Index(i))
		}
	}
}

// copyTo imports all that f's store has into another one.
func (f *Fixture) copyTo(t testing.TB, to store.Store, size int) {
	t.Helper()
	for _, kind := range store.Kinds() {
		for page := range slices.Chunk(Records(t, f.s, kind, size), size) {
			wantCode(t, "import "+string(kind), archive(t, to).Import(f.ctx, page), "")
		}
	}
}

func imported(t *testing.T, f *Fixture) {
	f.Everything()
	to := f.another()
	a := archive(t, to.s)
	wantCode(t, "BeginImport", a.BeginImport(f.ctx, "everything"), "")
	f.copyTo(t, to.s, 100)
	wantCode(t, "EndImport", a.EndImport(f.ctx), "")
	CheckSame(t, to.s, f.s)
}

// goesOn: what a store keeps for itself was made anew as well, since its
// methods rely on it.
func goesOn(t *testing.T, f *Fixture) {
	f.Everything()
	to := f.another()
	f.copyTo(t, to.s, 100)
	now, names := f.Tick(), make([]string, 100)
	for i := range names {
		names[i] = f.NewID(album.CommentPrefix)
	}
	for _, s := range []store.Store{f.s, to.s} {
		for i, r := range Records(t, s, store.KindMedia, 100) {
			m := r.(store.MediaRecord)
			c := store.Change{Actor: m.OwnerID, At: now}
			switch {
			case m.Doomed:
			case !m.TrashedAt.IsZero():
				_, err := s.RestoreMedia(f.ctx, m.AlbumID, []album.MediaID{m.ID}, c)
				wantAll(t, "RestoreMedia", []error{err}, "", album.CodeNotFound)
			case m.Status == album.Pending:
				_, err := s.AcceptMedia(f.ctx, m.ID, Facts(m.ID), album.Work{Lane: album.Long, DueAt: now})
				wantAll(t, "AcceptMedia", []error{err}, "", album.CodeNotFound)
			case m.Status == album.Processing:
				_, _, err := s.PublishMedia(f.ctx, m.ID, Made(m.ID), c)
				wantAll(t, "PublishMedia", []error{err}, "", album.CodeNotFound)
			case m.LikeCount > 0:
				_, err := s.TrashMedia(f.ctx, m.AlbumID, []album.MediaID{m.ID}, c)
				wantAll(t, "TrashMedia", []error{err}, "", album.CodeNotFound)
			default:
				n := album.Comment{
					ID: album.CommentID(names[i]), MediaID: m.ID, AuthorID: m.OwnerID, Text: "later", CreatedAt: now,
				}
				_, _, err := s.AddComment(f.ctx, n)
				wantAll(t, "AddComment", []error{err}, "", album.CodeNotFound)
			}
		}
	}
	CheckSame(t, to.s, f.s)
	for token := range 6 { // the newest is good, the others revoke
		for _, old := range [][]byte{Hash(fmt.Sprint("rotation", 5-token)), Hash("never")} {
			_, errGot := to.s.RotateSession(f.ctx, old, Hash(fmt.Sprint("next", token)), now, now.Add(time.Hour))
			_, errWant := f.s.RotateSession(f.ctx, old, Hash(fmt.Sprint("next", token)), now, now.Add(time.Hour))
			equal(t, "RotateSession", album.CodeOf(errGot), album.CodeOf(errWant))
		}
	}
	// The sweeps find the same, to the end.
	for _, s := range []store.Store{f.s, to.s} {
		late := now.Add(365 * 24 * time.Hour)
		must(s.PurgeAlbums(f.ctx, late))(t)
		for {
			doomed := must(s.Doomed(f.ctx, late, late, 1000))(t)
			if len(doomed) == 0 {
				break
			}
			wantCode(t, "RemoveMedia", s.RemoveMedia(f.ctx, ids(doomed, mediaID)), "")
		}
		must(s.PurgeAlbums(f.ctx, late))(t)
		must(s.TrimLogs(f.ctx, 2))(t)
		wantCode(t, "PurgeSessions", s.PurgeSessions(f.ctx, now.Add(time.Minute)), "")
	}
	CheckSame(t, to.s, f.s)
}

func replaced(t *testing.T, f *Fixture) {
	f.Everything()
	to := f.another()
	f.copyTo(t, to.s, 100)
	// Others in place of some: what an older run may have left.
	for _, kind := range store.Kinds() {
		for _, r := range Records(t, f.s, kind, 100)[:2] {
			wantCode(t, "import "+string(kind), archive(t, to.s).Import(f.ctx, []store.Record{spoilt(r)}), "")
		}
		if kind != store.KindRefreshes {
			first := Records(t, to.s, kind, 1)[0]
			equal(t, "spoilt "+string(kind), first, spoilt(first))
		}
	}
	// A medium that was in another album then.
	moved := Records(t, f.s, store.KindMedia, 1)[0].(store.MediaRecord)
	for _, r := range Records(t, f.s, store.KindAlbums, 100)[:2] {
		moved.AlbumID = r.(store.AlbumRecord).ID
		wantCode(t, "import", archive(t, to.s).Import(f.ctx, []store.Record{moved}), "")
	}
	f.copyTo(t, to.s, 7)
	CheckSame(t, to.s, f.s)
}

// spoilt changes what a record says, but not its key.
func spoilt(r store.Record) store.Record {
	at := time.UnixMilli(1).UTC()
	switch r := r.(type) {
	case store.UserRecord:
		r.DisplayName, r.StorageUsed = "spoilt", 12345
		return r
	case store.IdentityRecord:
		r.Secret = "spoilt"
		return r
	case store.SessionRecord:
		r.RevokedAt = at
		return r
	case store.AlbumRecord:
		r.Title, r.State, r.CoverID = "spoilt", album.Active, ""
		return r
	case store.MemberRecord:
		r.Role, r.ShareID = album.Viewer, ""
		return r
	case store.ShareRecord:
		r.PasswordHash, r.RevokedAt = "spoilt", at
		return r
	case store.MediaRecord:
		r.Caption, r.Doomed, r.Tags, r.Place = "spoilt", true, nil, nil
		r.Files, r.Rank, r.Work = nil, 0, album.Work{Lane: album.Quick, DueAt: at, Token: "spoilt"}
		return r
	case store.CommentRecord:
		r.Text, r.RemovedAt = "spoilt", at
		return r
	case store.LikeRecord:
		r.At = at
		return r
	case store.EntryRecord:
		r.Kind, r.ActorID = album.AlbumEdited, ""
		return r
	}
	return r
}

func begun(t *testing.T, f *Fixture) {
	a := archive(t, f.s)
	marked := func(want string) {
		t.Helper()
		equal(t, "mark", must(a.Importing(f.ctx))(t), want)
	}
	marked("")
	wantCode(t, "EndImport of none", a.EndImport(f.ctx), "")
	for range 2 {
		wantCode(t, "BeginImport", a.BeginImport(f.ctx, "one"), "")
		marked("one")
	}
	wantCode(t, "another import", a.BeginImport(f.ctx, "two"), album.CodeConflict)
	f.User("ada")
	wantCode(t, "the same import", a.BeginImport(f.ctx, "one"), "")
	wantCode(t, "EndImport", a.EndImport(f.ctx), "")
	marked("")
	wantCode(t, "a store with a user", a.BeginImport(f.ctx, "one"), album.CodeConflict)
	marked("")

	// Whatever it is that a store has, it is not empty.
	f.Everything()
	for _, kind := range store.Kinds() {
		to := archive(t, f.another().s) // in part, so CheckStorage does not hold there
		err := to.Import(f.ctx, Records(t, f.s, kind, 100))
		if kind != store.KindUsers && album.CodeOf(err) == album.CodeNotFound {
			continue // the store sees that what it hangs on is not there
		}
		wantCode(t, "import "+string(kind), err, "")
		wantCode(t, "a store with "+string(kind), to.BeginImport(f.ctx, "one"), album.CodeConflict)
	}
}
