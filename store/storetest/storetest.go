// Package storetest is the suite that every backend of store.Store must pass,
// and the builders that tests of other packages fill a store with.
//
// A backend's own test makes an empty store and calls Run; what is promised is
// written in package store, and nothing here knows of any database. The
// builders are the methods of Fixture; CheckAlbum recomputes what an album
// counts and logs, and CheckStorage what people's media take, for use after
// whatever a test did to them.
//
// The package is imported by tests alone.
package storetest

import (
	"testing"

	"keepsake/store"
)

// Run proves a backend. open gives a new, empty store that shares nothing with
// the others that it gave; it is called once a subtest, from several goroutines
// at once. The suite closes each store itself when its subtest ends, before
// the cleanups that open registered, and Close must answer nil.
//
// The documented limits of thousands of rows are proved only without the race
// detector, under which they would take minutes: run the suite both ways.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	for _, part := range parts() {
		t.Run(part.noun, func(t *testing.T) {
			t.Parallel()
			for _, p := range part.promises {
				t.Run(p.name, func(t *testing.T) {
					t.Parallel()
					f := fresh(t, open)
					p.check(t, f)
					CheckStorage(t, f.s)
				})
			}
		})
	}
}

// promise is one thing that the contract says, as a test of a store of its own.
type promise struct {
	name  string
	check func(t *testing.T, f *Fixture)
}

// part is all the promises about one noun.
type part struct {
	noun     string
	promises []promise
}

func parts() []part {
	all := []part{
		{"store", whole()},
		{"users", users()},
		{"sessions", sessions()},
		{"albums", albums()},
		{"album lists", albumLists()},
		{"album states", states()},
		{"members", members()},
		{"transfer", transfers()},
		{"shares", shares()},
		{"media", media()},
		{"receiving", receiving()},
		{"publishing", publishing()},
		{"quota", quotas()},
		{"work", work()},
		{"arranging", arranging()},
		{"moving", moving()},
		{"trash", trash()},
		{"media lists", mediaLists()},
		{"covers", covers()},
		{"feed", feed()},
		{"comments", comments()},
		{"threads", threads()},
		{"likes", likes()},
		{"log", logs()},
		{"batch reads", batches()},
		{"keys", keys()},
		{"sweeps", sweeps()},
		{"purge", purges()},
		{"archive", archives()},
		{"races of likes", raceLikes()},
		{"races of the log", raceLog()},
		{"races of people", racePeople()},
		{"races of albums", raceAlbums()},
		{"races of uploads", raceUploads()},
	}
	if !detector {
		all = append(all, part{"large", large()})
	}
	return all
}

// fresh opens a store for one subtest and closes it afterwards.
func fresh(t *testing.T, open func(t *testing.T) store.Store) *Fixture {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	f := NewFixture(t, s)
	f.another = func() *Fixture { return fresh(t, open) }
	return f
}
