package chaos

import (
	"fmt"
	"io"
	"sync"
	"time"

	"keepsake/album"
)

// moment is how times are shown.
const moment = time.TimeOnly + ".000"

// records is what is written down during a run, and all that the oracle judges
// by. The maps hold nothing of what happened before start.
type records struct {
	start map[album.AlbumID]int64         // where each album's log stood when the run began
	log   map[album.AlbumID][]album.Entry // what it has from there on, as the store says in the end

	mu      sync.Mutex // guards what follows while the run goes on
	tallies map[change]tally
	unsure  map[album.AlbumID]int // comments that were asked for and not acknowledged
	likes   map[album.MediaID]likes
	periods map[seat][]period // of those who come and go; all others can see their albums always
	refused map[string]int    // what no trouble explains, by what was said
	streams []*record
}

// change is something that makes an entry of a log.
type change struct {
	albumID album.AlbumID
	kind    album.EntryKind
	id      string // of the comment, or of the person
}

// tally is how often a change was asked for, and how often that was acknowledged.
// What was asked for and not acknowledged may have happened or not.
type tally struct{ asked, acked int }

type likes struct {
	tally
	there int // in the end
}

// seat is a person's place in an album.
type seat struct {
	userID  album.UserID
	albumID album.AlbumID
}

// period is a time in which a person could see an album: at the most from when
// they first asked to be let in until their removal was acknowledged.
type period struct{ from, until time.Time } // zero until: to the end

// record is what one subscription of one client was given, over all its sockets.
type record struct {
	name   string // for people
	userID album.UserID
	feed   bool
	albums []album.AlbumID // that it follows, of a feed all that the person ever is in

	mu    sync.Mutex // guards what follows while the run goes on
	given []given
	at    map[album.AlbumID]int64 // the greatest seq that was given
}

// given is one event. A RESYNC is one for each album that it is about.
type given struct {
	at        time.Time
	albumID   album.AlbumID
	seq       int64
	kind      album.EntryKind
	commentID album.CommentID
	since     time.Time // of a RESYNC whose cursor names the album not: it covers all up to then
}

func newRecords() *records {
	return &records{
		start: map[album.AlbumID]int64{}, log: map[album.AlbumID][]album.Entry{},
		tallies: map[change]tally{}, unsure: map[album.AlbumID]int{},
		likes: map[album.MediaID]likes{}, periods: map[seat][]period{}, refused: map[string]int{},
	}
}

// write changes what mu guards.
func (r *records) write(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// count adds to a change's tally.
func (r *records) count(c change, asked, acked int) {
	r.write(func() {
		t := r.tallies[c]
		r.tallies[c] = tally{t.asked + asked, t.acked + acked}
	})
}

// countLike adds to a medium's tally.
func (r *records) countLike(id album.MediaID, asked, acked int) {
	r.write(func() {
		l := r.likes[id]
		l.asked, l.acked = l.asked+asked, l.acked+acked
		r.likes[id] = l
	})
}

// refuse writes down an answer that no trouble explains.
func (r *records) refuse(what string, err error) {
	r.write(func() { r.refused[fmt.Sprintf("%s: %v", what, err)]++ })
}

// add writes down what was given. It is called by one goroutine at a time.
func (s *record) add(all ...given) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given = append(s.given, all...)
	for _, g := range all {
		s.at[g.albumID] = max(s.at[g.albumID], g.seq)
	}
}

// reached reports whether everything up to seq may have been given.
func (s *record) reached(id album.AlbumID, seq int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[id] >= seq
}

// dump writes everything down for people who look for the reason of a fault.
func (r *records) dump(w io.Writer) {
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // as far as it goes
	for id, log := range r.log {
		out("log of %s after %d", id, r.start[id])
		for _, e := range log {
			out("  %s %d %s %s%s", e.At.Format(moment), e.Seq, e.Kind, e.CommentID, e.UserID)
		}
	}
	for who, periods := range r.periods {
		out("access of %s to %s", who.userID, who.albumID)
		for _, p := range periods {
			out("  %s to %s", p.from.UTC().Format(moment), p.until.UTC().Format(moment))
		}
	}
	for _, s := range r.streams {
		out("given to %s, %s, of %v", s.name, s.userID, s.albums)
		for _, g := range s.given {
			out("  %s %d %s %s %s", g.at.UTC().Format(moment), g.seq, g.kind, g.albumID, g.commentID)
		}
	}
}
