package mongostore

import (
	"testing"
	"time"

	"keepsake/internal/testenv/mongoserver"
	"keepsake/store"
	"keepsake/store/storetest"
)

// patience is a timeout for machines that are busy with other tests.
const patience = 2 * time.Minute

func TestStore(t *testing.T) {
	server := mongoserver.Start(t)
	seen := &plans{}
	var told storetest.Observed
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Store {
			return open(t, server, &Options{started: seen.started, Observe: told.Observe, Timeout: patience})
		})
	})
	told.Check(t)
	t.Run("shard keys", seen.checkSharding)
	t.Run("plans", func(t *testing.T) {
		if !server.Can.Explain.Able {
			t.Logf("no plans: this engine cannot explain: %s", server.Can.Explain.Why)
			return
		}
		seen.check(t, open(t, server, nil).client)
	})
}

// open opens a store in a database of its own. The caller, or the suite, closes it.
func open(t testing.TB, server *mongoserver.Server, o *Options) *Store {
	t.Helper()
	if o == nil {
		o = &Options{}
	}
	o.Database = server.NewDatabase(t)
	s, err := Open(t.Context(), server.URI, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openClosed opens a store that is closed when the test ends.
func openClosed(t testing.TB, server *mongoserver.Server, o *Options) *Store {
	t.Helper()
	s := open(t, server, o)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
