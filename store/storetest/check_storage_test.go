package storetest

import (
	"context"
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// shelf answers with one user and their media as they were written down.
type shelf struct {
	store.Store   // nil: the checker calls nothing else
	store.Archive // nil
	user          store.UserRecord
	media         []store.MediaRecord
}

func (s *shelf) Export(_ context.Context, kind store.Kind, after store.Record, _ int) ([]store.Record, error) {
	var all []store.Record
	switch {
	case after != nil:
	case kind == store.KindUsers:
		all = append(all, s.user)
	case kind == store.KindMedia:
		for _, m := range s.media {
			all = append(all, m)
		}
	}
	return all, nil
}

func (s *shelf) Count(_ context.Context, kind store.Kind) (int64, error) {
	if kind == store.KindUsers {
		return 1, nil
	}
	return int64(len(s.media)), nil
}

// orderly is a user who pays for two media and not for two others.
func orderly() *shelf {
	medium := func(id album.MediaID, status album.MediaStatus) store.MediaRecord {
		return store.MediaRecord{Media: album.Media{ID: id, OwnerID: "ada", Status: status, Upload: album.Upload{Bytes: 10}}}
	}
	s := &shelf{user: store.UserRecord{User: album.User{ID: "ada", StorageUsed: 20}}, media: []store.MediaRecord{
		medium("a", album.Pending), medium("b", album.Ready), medium("c", album.Failed), medium("d", album.Ready),
	}}
	s.media[0].Work = album.Work{Lane: album.Quick, DueAt: epoch, Attempts: 1, Token: "t"}
	s.media[1].Files = Made("b").Files
	s.media[2].Failure, s.media[2].DuplicateOf = album.CodeUploadDuplicate, "b"
	s.media[3].Doomed = true
	return s
}

func TestCheckStorageFindsFaults(t *testing.T) {
	faults := func(s *shelf) int {
		r := &recorder{TB: t}
		CheckStorage(r, s)
		return r.faults
	}
	if n := faults(orderly()); n != 0 {
		t.Fatalf("found %d faults in an orderly store", n)
	}
	for name, spoil := range map[string]func(s *shelf){
		"a byte too many":             func(s *shelf) { s.user.StorageUsed++ },
		"nothing used":                func(s *shelf) { s.user.StorageUsed = 0 },
		"a deleted medium counted":    func(s *shelf) { s.media[3].Doomed = false },
		"a failed medium not counted": func(s *shelf) { s.media[2].Status = album.Ready },
		"a medium of nobody":          func(s *shelf) { s.media[1].OwnerID = "grace" },
		"work of a failed medium":     func(s *shelf) { s.media[2].Work = s.media[0].Work },
		"work in no lane":             func(s *shelf) { s.media[0].Work.Lane = "" },
		"work that is never due":      func(s *shelf) { s.media[1].Work.Token = "t" },
		"attempts below none":         func(s *shelf) { s.media[0].Work.Attempts = -1 },
		"a duplicate of nothing":      func(s *shelf) { s.media[2].DuplicateOf = "" },
		"a reason without a failure":  func(s *shelf) { s.media[1].Failure = album.CodeMediaCorrupt },
		"two files of one role":       func(s *shelf) { s.media[1].Files[1].Role = album.Small },
	} {
		if faults(func() *shelf { s := orderly(); spoil(s); return s }()) == 0 {
			t.Errorf("%s: the checker found nothing", name)
		}
	}
}
