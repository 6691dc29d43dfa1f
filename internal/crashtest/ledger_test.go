package crashtest

import (
	"slices"
	"sync"
)

// ledger is what was asked for and what was acknowledged. What was asked for
// and not acknowledged may have happened or not.
type ledger struct {
	mu       sync.Mutex
	acked    int                  // of everything
	comments map[string]*asked    // by text, which is unique
	likes    map[like]*asked      // by who and what
	uploads  map[string]*upload   // by the medium's ID
	albums   map[string]*newAlbum // by title, which is unique
	members  map[string]*asked    // by user
}

type like struct{ mediaID, userID string }

// asked is a thing that was asked for.
type asked struct {
	mediaID string // that a comment is on
	id      string // of a comment, once it is acknowledged
	acked   bool
}

type upload struct {
	owner     int // index of the person
	content   []byte
	sent      bool // the bytes' arrival was acknowledged
	finalized bool // the publication was acknowledged
}

type newAlbum struct {
	id    string // once it is acknowledged
	owner int
}

func newLedger() *ledger {
	return &ledger{
		comments: map[string]*asked{}, likes: map[like]*asked{}, uploads: map[string]*upload{},
		albums: map[string]*newAlbum{}, members: map[string]*asked{},
	}
}

// write changes the ledger; ack counts as one acknowledgement.
func (l *ledger) write(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *ledger) ack(change func()) {
	l.write(func() { change(); l.acked++ })
}

func (l *ledger) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked
}

// published returns the media that can be talked about, in a steady order.
func (l *ledger) published() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for id, u := range l.uploads {
		if u.finalized {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// unfinished returns the uploads of which it is not known that they were published.
func (l *ledger) unfinished() map[string]upload {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]upload{}
	for id, u := range l.uploads {
		if !u.finalized {
			out[id] = *u
		}
	}
	return out
}

// createdAlbums returns the acknowledged albums by their titles.
func (l *ledger) createdAlbums() map[string]newAlbum {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]newAlbum{}
	for title, a := range l.albums {
		if a.id != "" {
			out[title] = *a
		}
	}
	return out
}
