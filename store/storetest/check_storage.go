package storetest

import (
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// CheckStorage fails the test unless each user's StorageUsed is the sum of their
// tickets, but for those that FAILED or are marked for deletion, and each
// medium's work fits its status. It reads the whole store, so call it while
// nothing writes to any album.
func CheckStorage(t testing.TB, s store.Store) {
	t.Helper()
	used := map[album.UserID]int64{}
	for _, r := range Records(t, s, store.KindMedia, pageSize) {
		m := r.(store.MediaRecord)
		if m.Status != album.Failed && !m.Doomed {
			used[m.OwnerID] += m.Upload.Bytes
		}
		checkWork(t, &m.Media)
	}
	for _, r := range Records(t, s, store.KindUsers, pageSize) {
		u := r.(store.UserRecord)
		if u.StorageUsed != used[u.ID] {
			t.Errorf("StorageUsed of %s is %d, their media take %d", u.ID, u.StorageUsed, used[u.ID])
		}
	}
}

// checkWork compares a medium's work with its status.
func checkWork(t testing.TB, m *album.Media) {
	t.Helper()
	w := m.Work
	switch {
	case w == (album.Work{}):
	case m.Status == album.Failed:
		t.Errorf("%s FAILED and has work: %+v", m.ID, w)
	case w.DueAt.IsZero() || w.Lane != album.Quick && w.Lane != album.Long || w.Attempts < 0:
		t.Errorf("%s has work that is none: %+v", m.ID, w)
	}
	if (m.DuplicateOf != "") != (m.Failure == album.CodeUploadDuplicate) || (m.Failure != "") != (m.Status == album.Failed) {
		t.Errorf("%s is %s for %q, a duplicate of %q", m.ID, m.Status, m.Failure, m.DuplicateOf)
	}
	for i, f := range m.Files {
		if m.File(f.Role) != &m.Files[i] {
			t.Errorf("%s has two files in the role %s", m.ID, f.Role)
		}
	}
}
