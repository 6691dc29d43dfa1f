package migrate_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/internal/migrate"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/media"
	"keepsake/media/diskmedia"
	"keepsake/media/gcsmedia"
	"keepsake/store"
	"keepsake/store/mongostore"
	"keepsake/store/sqlitestore"
	"keepsake/store/storetest"
)

// archive is a store that can be moved.
type archive interface {
	store.Store
	store.Archive
}

// side is where an installation lives.
type side struct {
	store archive
	files media.Bucket
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// embedded makes an empty installation on SQLite and the disk.
func embedded(t testing.TB) side {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "keepsake.db"), nil)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	b, err := diskmedia.Open(t.TempDir(), diskmedia.Options{
		BaseURL: "http://127.0.0.1/media", Key: make([]byte, diskmedia.KeySize),
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return side{s, b}
}

// scaled makes an empty installation on MongoDB and Google Cloud Storage.
func scaled(t testing.TB) side {
	t.Helper()
	server := mongoserver.Start(t)
	s, err := mongostore.Open(t.Context(), server.URI, &mongostore.Options{Database: server.NewDatabase(t)})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	cloud, err := gcsserver.Start(gcsserver.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, cloud.Close()) })
	b, err := gcsmedia.Open(t.Context(), gcsmedia.Options{
		Bucket: cloud.Bucket, Endpoint: cloud.URL, HMACAccessID: cloud.AccessID, HMACSecret: cloud.Secret,
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return side{s, b}
}

// furnished makes an embedded installation with everything in it.
func furnished(t *testing.T) side {
	t.Helper()
	s := embedded(t)
	storetest.NewFixture(t, s.store).Everything()
	for _, m := range mediaOf(t, s.store) {
		switch {
		case m.Status == album.Pending:
			s.write(t, m.Upload.Key, string(m.ID))
		case m.Key != "": // what is doomed has its bytes until the sweep
			s.write(t, m.Key, string(m.ID))
			s.write(t, "m/"+string(m.ID)+"/w640.webp", "small "+string(m.ID))
		}
	}
	s.write(t, "m/med_0/original.jpg", strings.Repeat("of no medium ", 200_000))
	s.write(t, "incoming/med_0", "of an upload that nobody knows")
	return s
}

func mediaOf(t *testing.T, s store.Store) []store.MediaRecord {
	t.Helper()
	var all []store.MediaRecord
	for _, r := range storetest.Records(t, s, store.KindMedia, 1000) {
		all = append(all, r.(store.MediaRecord))
	}
	return all
}

func (s side) write(t *testing.T, key, text string) {
	t.Helper()
	must(t, s.files.Write(t.Context(), key, "image/jpeg", strings.NewReader(text)))
}

// spoil replaces an object by another one of the same size.
func (s side) spoil(t *testing.T, key string) {
	t.Helper()
	text := []byte(s.objects(t)[key])
	text[len(text)/2] ^= 1
	must(t, s.files.Delete(t.Context(), key))
	must(t, s.files.Write(t.Context(), key, "image/jpeg", bytes.NewReader(text)))
}

// objects is all that the bucket holds.
func (s side) objects(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for after := ""; ; {
		page, err := s.files.List(t.Context(), "", after, 100)
		must(t, err)
		for _, o := range page {
			r, err := s.files.Open(t.Context(), o.Key, 0, -1)
			must(t, err)
			b, err := io.ReadAll(r)
			must(t, err)
			must(t, r.Close())
			all[o.Key], after = string(b), o.Key
		}
		if len(page) < 100 {
			return all
		}
	}
}

// from makes the migration from s to another side.
func (s side) to(to side) migrate.Migration {
	return migrate.Migration{From: s.store, To: to.store, FromFiles: s.files, ToFiles: to.files, PageSize: 50, Workers: 4}
}

// moved runs a migration that must succeed.
func moved(t testing.TB, m migrate.Migration) migrate.Report {
	t.Helper()
	report, err := m.Run(t.Context())
	must(t, err)
	must(t, report.Err())
	mark, err := m.To.Importing(t.Context())
	must(t, err)
	if mark != "" {
		t.Errorf("the target is still marked: %s", mark)
	}
	return report
}

// stopAt makes a migration that is stopped when a step has come that far.
func stopAt(ctx context.Context, m migrate.Migration, step string, done int64) (context.Context, migrate.Migration) {
	ctx, cancel := context.WithCancel(ctx)
	m.Progress = func(p migrate.Progress) {
		if p.Step == step && p.Done >= done {
			cancel()
		}
	}
	return ctx, m
}
