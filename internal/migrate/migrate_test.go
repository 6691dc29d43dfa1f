package migrate_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keepsake/album"
	"keepsake/internal/migrate"
	"keepsake/store"
	"keepsake/store/storetest"
)

// wantObjects is what has to arrive: all but uploads that nobody waits for.
func wantObjects(t *testing.T, s side) map[string]string {
	t.Helper()
	pending := map[string]bool{}
	for _, m := range mediaOf(t, s.store) {
		if m.Status == album.Pending && !m.Doomed {
			pending[m.Upload.Key] = true
		}
	}
	want := maps.Clone(s.objects(t))
	maps.DeleteFunc(want, func(key, _ string) bool { return strings.HasPrefix(key, "incoming/") && !pending[key] })
	return want
}

// TestThereAndBack moves an installation to the other backends and back.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	first, far, last := furnished(t), scaled(t), embedded(t)
	up := moved(t, first.to(far))
	storetest.CheckSame(t, far.store, first.store)
	if diff := cmp.Diff(wantObjects(t, first), far.objects(t)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	down := moved(t, far.to(last))
	storetest.CheckSame(t, last.store, first.store)
	if diff := cmp.Diff(far.objects(t), last.objects(t)); diff != "" {
		t.Errorf("objects, back (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(up, down); diff != "" {
		t.Errorf("reports (-up +down):\n%s", diff)
	}
	check, err := first.to(last).Check(t.Context())
	must(t, err)
	must(t, check.Err())
	var text strings.Builder
	must(t, check.Print(&text))
	t.Log("\n" + text.String())
}

// TestStopped stops a migration again and again, each time a little later, and
// lets the last one go on to the end.
func TestStopped(t *testing.T) {
	t.Parallel()
	first := furnished(t)
	for name, far := range map[string]side{"scaled": scaled(t), "embedded": embedded(t)} {
		t.Run(name, func(t *testing.T) {
			for _, stop := range []struct {
				step string
				done int64
			}{
				{"copy users", 0},
				{"copy identities", 0},
				{"copy albums", 0},
				{"copy media", 0},
				{"copy likes", 0},
				{"copy entries", 100},
				{"copy files", 1},
				{"copy files", 30},
				{"compare users", 0},
				{"compare entries", 100},
			} {
				m := first.to(far)
				m.PageSize = 10
				ctx, m := stopAt(t.Context(), m, stop.step, stop.done)
				if _, err := m.Run(ctx); err == nil || ctx.Err() == nil {
					t.Fatalf("%s: not stopped at %d: %v", stop.step, stop.done, err)
				}
				if mark, err := far.store.Importing(t.Context()); err != nil || mark == "" {
					t.Errorf("stopped at %s and not marked: %v", stop.step, err)
				}
			}
			moved(t, first.to(far))
			storetest.CheckSame(t, far.store, first.store)
			if diff := cmp.Diff(wantObjects(t, first), far.objects(t)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

// TestGoesOn: what an earlier run left is brought up to date, also where it is
// broken or the source has changed.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	first, far := furnished(t), embedded(t)
	ctx, m := stopAt(t.Context(), first.to(far), "compare users", 0)
	if _, err := m.Run(ctx); err == nil {
		t.Fatal("not stopped")
	}
	var key string
	for key = range far.objects(t) {
		break
	}
	far.spoil(t, key)
	comment := storetest.Records(t, far.store, store.KindComments, 1000)[0].(store.CommentRecord)
	comment.Text = "spoilt"
	must(t, far.store.Import(t.Context(), []store.Record{comment}))
	u := store.UserRecord{User: album.User{ID: "usr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", CreatedAt: time.UnixMilli(5).UTC()}}
	must(t, first.store.Import(t.Context(), []store.Record{u}))

	moved(t, first.to(far))
	storetest.CheckSame(t, far.store, first.store)
	if diff := cmp.Diff(wantObjects(t, first), far.objects(t)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// TestFindsDifferences spoils a copy in many ways: each is found, and named.
func TestFindsDifferences(t *testing.T) {
	t.Parallel()
	first, far := furnished(t), embedded(t)
	moved(t, first.to(far))
	check := func(name, want string) {
		t.Helper()
		report, err := first.to(far).Check(t.Context())
		must(t, err)
		switch {
		case want == "" && report.Err() != nil:
			t.Errorf("%s: %v", name, report.Err())
		case want != "" && (report.Err() == nil || !strings.Contains(report.Err().Error(), want)):
			t.Errorf("%s: %v, want %s", name, report.Err(), want)
		}
	}
	check("a true copy", "")
	for _, kind := range store.Kinds() {
		if kind == store.KindRefreshes {
			continue // nothing but its key and its session
		}
		records := storetest.Records(t, first.store, kind, 1000)
		r := records[len(records)/2]
		other, field := otherwise(r)
		must(t, far.store.Import(t.Context(), []store.Record{other}))
		check(string(kind), string(kind)+": "+r.SortKey()+" differs in "+field)
		must(t, far.store.Import(t.Context(), []store.Record{r}))
		check(string(kind)+" again", "")
	}

	m := mediaOf(t, first.store)[0]
	key := "m/med_0/original.jpg"
	far.spoil(t, key)
	check("a byte", "files: "+key+" has other bytes in the target")
	must(t, far.files.Delete(t.Context(), key))
	check("an object that is missing", "files: "+key+" is missing in the target")
	far.write(t, key, "short")
	check("an object that is cut", "files: "+key+" has 5 bytes in the target")
	must(t, far.files.Delete(t.Context(), key))
	far.write(t, key, first.objects(t)[key])
	far.write(t, "m/"+string(m.ID)+"/extra", "extra")
	check("an object too many", "files: m/"+string(m.ID)+"/extra is not in the source")
	must(t, far.files.Delete(t.Context(), "m/"+string(m.ID)+"/extra"))
	check("as before", "")

	u := store.UserRecord{User: album.User{ID: "usr_00000000000000000000000000", CreatedAt: time.UnixMilli(5).UTC()}}
	must(t, far.store.Import(t.Context(), []store.Record{u}))
	check("a user too many", "users: "+u.SortKey()+" is not in the source")
	u.ID = "usr_00000000000000000000000001"
	must(t, first.store.Import(t.Context(), []store.Record{u}))
	check("a user too few", "users: usr_00000000000000000000000000 is not in the source")
}

// otherwise changes one field of a record, of those not in its key.
func otherwise(r store.Record) (store.Record, string) {
	switch r := r.(type) {
	case store.UserRecord:
		r.DisplayName += " "
		return r, "DisplayName"
	case store.IdentityRecord:
		r.Secret += " "
		return r, "Secret"
	case store.SessionRecord:
		r.ExpiresAt = r.ExpiresAt.Add(time.Millisecond)
		return r, "ExpiresAt"
	case store.AlbumRecord:
		r.Settings.Likes = album.Nobody
		return r, "Settings"
	case store.MemberRecord:
		r.Role++
		return r, "Role"
	case store.ShareRecord:
		r.DownloadAllowed = !r.DownloadAllowed
		return r, "DownloadAllowed"
	case store.MediaRecord:
		r.Upload.Bytes++
		return r, "Upload"
	case store.CommentRecord:
		r.EditedAt = r.CreatedAt
		return r, "EditedAt"
	case store.LikeRecord:
		r.At = r.At.Add(time.Millisecond)
		return r, "At"
	case store.EntryRecord:
		r.ActorID = ""
		return r, "ActorID"
	}
	return r, ""
}

// TestRefuses: a target that holds anything else is left alone.
func TestRefuses(t *testing.T) {
	t.Parallel()
	first := furnished(t)
	full, other := embedded(t), embedded(t)
	storetest.NewFixture(t, full.store).User("somebody")
	must(t, other.store.BeginImport(t.Context(), "another installation"))
	for name, to := range map[string]side{"in use": full, "of another": other} {
		if _, err := first.to(to).Run(t.Context()); album.CodeOf(err) != album.CodeConflict {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(to.objects(t)); n > 0 {
			t.Errorf("%s: %d objects came", name, n)
		}
	}
	if _, err := embedded(t).to(embedded(t)).Run(t.Context()); err == nil {
		t.Error("an empty source is moved")
	}
	moved(t, first.to(embedded(t)))
}

// TestDamagedSource: what is wrong with the source does not stop it from being
// moved, and is told of.
func TestDamagedSource(t *testing.T) {
	t.Parallel()
	first, far := furnished(t), embedded(t)
	var ready []string
	for _, m := range mediaOf(t, first.store) {
		if m.Status == album.Ready && !m.Doomed {
			ready = append(ready, m.Key)
		}
	}
	last := ready[len(ready)-1]
	first.spoil(t, ready[0])
	must(t, first.files.Delete(t.Context(), last))
	must(t, first.files.Delete(t.Context(), strings.ReplaceAll(last, "original.jpg", "w640.webp")))
	want := []string{
		"1 media have no file in the source, first " + last,
		"1 files of the source are not what was uploaded, first " + ready[0],
	}
	for range 2 {
		report, err := first.to(far).Run(t.Context())
		if album.CodeOf(err) == album.CodeConflict { // it is whole by now
			report, err = first.to(far).Check(t.Context())
		}
		must(t, err)
		must(t, report.Err())
		if diff := cmp.Diff(want, report.Notes); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	}
}

// TestPartAlone moves the files or the store alone.
func TestPartAlone(t *testing.T) {
	t.Parallel()
	first, far := furnished(t), embedded(t)
	both := first.to(far)
	files := migrate.Migration{From: first.store, FromFiles: first.files, ToFiles: far.files}
	report, err := files.Run(t.Context())
	must(t, err)
	must(t, report.Err())
	if diff := cmp.Diff(wantObjects(t, first), far.objects(t)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	moved(t, migrate.Migration{From: first.store, To: far.store})
	report, err = both.Check(t.Context())
	must(t, err)
	must(t, report.Err())
}

// brokenArchive fails, or breaks its promise of order.
type brokenArchive struct {
	store.Archive
	reversed bool
}

func (b brokenArchive) Import(context.Context, []store.Record) error { return album.ErrStorageFull }

func (b brokenArchive) Export(ctx context.Context, k store.Kind, after store.Record, n int) ([]store.Record, error) {
	rows, err := b.Archive.Export(ctx, k, after, n)
	if b.reversed && len(rows) > 1 {
		rows[0], rows[1] = rows[1], rows[0]
	}
	return rows, err
}

func TestErrors(t *testing.T) {
	t.Parallel()
	first, far := furnished(t), embedded(t)
	m := first.to(far)
	m.To = brokenArchive{Archive: far.store}
	if _, err := m.Run(t.Context()); album.CodeOf(err) != album.CodeStorageFull {
		t.Errorf("a full target: %v", err)
	}
	m = first.to(far)
	m.From = brokenArchive{Archive: first.store, reversed: true}
	if _, err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "order of keys") {
		t.Errorf("a source out of order: %v", err)
	}
}
