package id_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/id"
)

func TestEachKindParsesAsItself(t *testing.T) {
	s := id.New(nil, nil)
	for name, parse := range map[string]func() error{
		"user":    func() error { _, err := album.ParseUserID(string(s.User())); return err },
		"album":   func() error { _, err := album.ParseAlbumID(string(s.Album())); return err },
		"media":   func() error { _, err := album.ParseMediaID(string(s.Media())); return err },
		"comment": func() error { _, err := album.ParseCommentID(string(s.Comment())); return err },
		"share":   func() error { _, err := album.ParseShareID(string(s.Share())); return err },
		"session": func() error {
			_, err := album.ParseID[album.SessionID](album.SessionPrefix, string(s.Session()))
			return err
		},
	} {
		if err := parse(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOrderSurvivesTheClock(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := start
	s := id.New(func() time.Time { return clock }, nil)
	var last album.MediaID
	for step, by := range []time.Duration{0, 0, time.Second, -time.Hour, 0, time.Minute, 2 * time.Hour} {
		clock = clock.Add(by)
		next := s.Media()
		if next <= last {
			t.Fatalf("step %d: %s does not sort after %s", step, next, last)
		}
		last = next
	}
}

// The first read makes the randomness all ones, which leaves no larger number
// in that millisecond.
func TestOrderSurvivesOverflow(t *testing.T) {
	full := bytes.Repeat([]byte{0xff}, 10)
	increment := bytes.Repeat([]byte{0x01}, 8)
	entropy := bytes.NewReader(slices.Concat(full, increment[:4], bytes.Repeat([]byte{0x02}, 40)))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := id.New(func() time.Time { return now }, entropy)
	first, second := s.User(), s.User()
	if second <= first {
		t.Errorf("%s does not sort after %s", second, first)
	}
}

func TestConcurrentUseNeverRepeats(t *testing.T) {
	s := id.New(nil, nil)
	const workers, each = 8, 2000
	made := make([][]album.CommentID, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				made[w] = append(made[w], s.Comment())
			}
		})
	}
	wg.Wait()
	seen := map[album.CommentID]bool{}
	for _, ids := range made {
		if !slices.IsSorted(ids) {
			t.Error("one caller's identifiers are out of order")
		}
		for _, c := range ids {
			seen[c] = true
		}
	}
	if len(seen) != workers*each {
		t.Errorf("%d different identifiers of %d", len(seen), workers*each)
	}
}
