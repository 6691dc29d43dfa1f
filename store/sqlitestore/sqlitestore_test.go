package sqlitestore

import (
	"os"
	"path/filepath"
	"testing"

	"keepsake/store"
	"keepsake/store/storetest"
)

// unflushed leaves out the wait for the disk, which is most of the suite's time
// and SQLite's promise, not ours; TestSettings sees that it is on.
var unflushed = &Options{settings: []string{"synchronous = OFF"}}

// TestStore runs the suite with a cache, as the server does by default, and looks at
// what an observer is told.
func TestStore(t *testing.T) {
	var told storetest.Observed
	o := &Options{settings: unflushed.settings, Cache: 1 << 20, Observe: told.Observe}
	empty := filepath.Join(t.TempDir(), "empty.db")
	must(t, openAt(t, empty, nil).Close())
	file, err := os.ReadFile(empty)
	must(t, err)
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Store {
			path := filepath.Join(t.TempDir(), "keepsake.db")
			must(t, os.WriteFile(path, file, 0o600))
			s, err := Open(t.Context(), path, o)
			must(t, err)
			return s
		})
	})
	told.Check(t)
}

// scratch names the environment variable that holds a folder for the whole run.
const scratch = "KEEPSAKE_TEST_SCRATCH"

func TestMain(m *testing.M) {
	if path := os.Getenv(victimPath); path != "" {
		victim(path)
	}
	dir, err := os.MkdirTemp("", "sqlitestore")
	if err == nil {
		err = os.Setenv(scratch, dir)
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// openTemp opens a store in a new folder for one test.
func openTemp(t testing.TB, o *Options) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "keepsake.db"), o)
}

func openAt(t testing.TB, path string, o *Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
