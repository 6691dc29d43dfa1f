package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"keepsake/album"
	"keepsake/store/storetest"
)

func TestOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder with ?, # and %41", "keepsake.db")
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	s := openAt(t, path, nil)
	seedOne(t, s)
	must(t, s.Close())

	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
	s = openAt(t, path, nil)
	if _, err := s.Media(t.Context(), med(1)); err != nil {
		t.Error(err)
	}
	must(t, s.Ping(t.Context()))
	storetest.CheckAlbum(t, s, alb(1))
}

// TestSettings reads back what durability and integrity stand on.
func TestSettings(t *testing.T) {
	s := openTemp(t, nil)
	for query, want := range map[string]string{
		"PRAGMA journal_mode": "wal",
		"PRAGMA synchronous":  "2", // FULL
		"PRAGMA foreign_keys": "1",
	} {
		got, err := one(s.writer.c, func(r *row) string {
			c := r.cell()
			if c.kind == isInt {
				return fmt.Sprint(c.num)
			}
			return c.text
		}, query)
		if err != nil || got != want {
			t.Errorf("%s: %s, want %s: %v", query, got, want, err)
		}
	}
	_, err := read(t.Context(), s, "test", func(c *conn) (int64, error) {
		return c.exec(insertUser, usr(1), "Anna", "", 0)
	})
	wantCode(t, "write on a reading connection", err, album.CodeUnavailable)
}

// TestOpenIsQuiet: standard output belongs to the program.
func TestOpenIsQuiet(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	s, openErr := Open(t.Context(), filepath.Join(t.TempDir(), "keepsake.db"), nil)
	os.Stdout, os.Stderr = stdout, stderr
	must(t, openErr)
	must(t, w.Close())
	must(t, s.Close())
	said, err := io.ReadAll(r)
	must(t, err)
	if len(said) > 0 {
		t.Errorf("Open said %q", said)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Run("a newer schema", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keepsake.db")
		must(t, openAt(t, path, nil).Close())
		alter(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
		_, err := Open(t.Context(), path, nil)
		wantCode(t, "open", err, album.CodeInternal)
		alter(t, path, `DELETE FROM goose_db_version WHERE version_id = 9999`)
		openAt(t, path, nil)
	})
	t.Run("a missing folder", func(t *testing.T) {
		_, err := Open(t.Context(), filepath.Join(t.TempDir(), "missing", "keepsake.db"), nil)
		wantCode(t, "open", err, album.CodeUnavailable)
	})
	t.Run("another kind of file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keepsake.db")
		must(t, os.WriteFile(path, make([]byte, 4096), 0o600))
		_, err := Open(t.Context(), path, nil)
		wantCode(t, "open", err, album.CodeInternal)
	})
}

// alter runs SQL on a file that is not open as a store.
func alter(t *testing.T, path, query string) {
	t.Helper()
	connector, err := sqlite.NewConnector(dataSource(path))
	must(t, err)
	db := sql.OpenDB(connector)
	defer func() { must(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), query)
	must(t, err)
}

// TestOpenAtOnce opens one new file from several places at the same time.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(context.Background(), path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestTwoStores writes to one file through two stores, as two processes would.
func TestTwoStores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	stores := []*Store{openAt(t, path, nil), openAt(t, path, nil)}
	seedOne(t, stores[0])
	const each = 60
	var wg sync.WaitGroup
	for i, s := range stores {
		for w := range 3 {
			wg.Go(func() {
				for n := w; n < each; n += 3 {
					_, _, err := s.AddComment(context.Background(), album.Comment{
						ID: cmt(2*n + i), MediaID: med(1), AuthorID: usr(1), Text: "lovely", CreatedAt: at(n),
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, s := range stores {
		m, err := s.Media(t.Context(), med(1))
		must(t, err)
		if m.CommentCount != 2*each {
			t.Errorf("%d comments, want %d", m.CommentCount, 2*each)
		}
		storetest.CheckAlbum(t, s, alb(1))
	}
}
