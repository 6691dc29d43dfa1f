// Package id makes new identifiers: ULIDs behind the prefixes of package album,
// where identifiers are also parsed.
package id

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"keepsake/album"
)

// Source makes identifiers that grow: each one sorts after all that the same
// Source made before, whatever the clock does. It may be used concurrently.
type Source struct {
	now func() time.Time

	mu      sync.Mutex
	last    uint64 // milliseconds of the newest identifier
	entropy *ulid.MonotonicEntropy
}

// New returns a Source that takes the time from now and randomness from
// entropy; nil means time.Now and crypto/rand. An entropy that fails makes the
// methods panic; crypto/rand never does.
func New(now func() time.Time, entropy io.Reader) *Source {
	if now == nil {
		now = time.Now
	}
	if entropy == nil {
		entropy = rand.Reader
	}
	return &Source{now: now, entropy: ulid.Monotonic(entropy, 0)}
}

// User returns a new user's identifier.
func (s *Source) User() album.UserID { return album.UserID(s.next(album.UserPrefix)) }

// Session returns a new session's identifier.
func (s *Source) Session() album.SessionID { return album.SessionID(s.next(album.SessionPrefix)) }

// Album returns a new album's identifier.
func (s *Source) Album() album.AlbumID { return album.AlbumID(s.next(album.AlbumPrefix)) }

// Media returns a new medium's identifier.
func (s *Source) Media() album.MediaID { return album.MediaID(s.next(album.MediaPrefix)) }

// Comment returns a new comment's identifier.
func (s *Source) Comment() album.CommentID { return album.CommentID(s.next(album.CommentPrefix)) }

// Share returns a new share's identifier.
func (s *Source) Share() album.ShareID { return album.ShareID(s.next(album.SharePrefix)) }

func (s *Source) next(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last, ulid.Timestamp(s.now())) // a clock set back must not break the order
	u, err := ulid.New(s.last, s.entropy)
	if errors.Is(err, ulid.ErrMonotonicOverflow) {
		// This millisecond's numbers are used up; the next one has fresh ones.
		s.last++
		u, err = ulid.New(s.last, s.entropy)
	}
	if err != nil {
		panic(fmt.Sprintf("id: %v", err))
	}
	return prefix + u.String()
}
