package realtime

import (
	"slices"
	"sync"

	"keepsake/album"
)

// unknown is the position of a topic that no Watch has read the log for yet.
const unknown = -1

// topic is one album on this node, shared by its streams. It hands entries on
// strictly one after the other: pos is the newest one, ring the last few of
// them. Streams read the ring at their own position, so handing on costs the
// same for one stream as for ten thousand, but for waking them; one that falls
// behind the ring reads the log.
//
// All changes go through update, and that through Hub.update.
type topic struct {
	id      album.AlbumID
	window  int // how many entries ring and early hold at most
	streams int // guarded by the shard's lock

	mu      sync.RWMutex
	pos     int64                  // Seq of the newest entry handed on, or unknown
	known   int64                  // the greatest Seq heard of; greater than pos: entries are missing
	first   int64                  // Seq of the oldest entry in ring
	ring    []*album.Entry         // made with the first entry; Seq lies at Seq % window
	early   map[int64]*album.Entry // messages that came before one that is missing
	likes   likeBoard
	gen     int       // grows when pos moves back
	back    int64     // the least pos that it has moved back to
	doubt   bool      // pos may be beyond the log's end
	claimed bool      // a repair is queued or running
	held    bool      // a repair failed; the next one waits for the verifier
	live    int64     // the link (Hub.link) on which the broker has confirmed it, or 0
	err     error     // why it has ended; nil while it lives
	pace    likePace  // holds likes back that come too fast
	readers []*Stream // to be told of news; replaced, never changed
}

func newTopic(id album.AlbumID, window int) *topic {
	return &topic{id: id, window: window, pos: unknown, first: unknown}
}

// update runs f under the lock and wakes the streams if f says that there is
// news. It reports whether the caller has to see to a repair.
func (t *topic) update(f func() (news bool)) (repair bool) {
	var wake []*Stream
	t.mu.Lock()
	if f() {
		wake = t.readers
	}
	if t.incomplete() && !t.claimed && !t.held {
		t.claimed, repair = true, true
	}
	t.mu.Unlock()
	for _, s := range wake {
		s.notify()
	}
	return repair
}

// join has a stream told of news.
func (t *topic) join(s *Stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readers = append(slices.Clip(t.readers), s)
}

// leave is the opposite of join.
func (t *topic) leave(s *Stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readers = slices.DeleteFunc(slices.Clone(t.readers), func(r *Stream) bool { return r == s })
}

// incomplete reports whether the log has to be read for what is missing.
func (t *topic) incomplete() bool {
	return t.err == nil && t.pos != unknown && (t.pos < t.known || t.doubt)
}

// The methods below are called inside update, and report whether there is news.

// offer takes an entry from a message.
func (t *topic) offer(e *album.Entry) bool {
	switch {
	case t.err != nil || t.pos != unknown && e.Seq <= t.pos:
		return false
	case t.pos != unknown && e.Seq == t.pos+1:
		t.handOn(e)
		t.handOnEarly()
		return true
	}
	t.known = max(t.known, e.Seq)
	// Without room it is read from the log with the rest.
	if len(t.early) < t.window {
		if t.early == nil {
			t.early = map[int64]*album.Entry{}
		}
		t.early[e.Seq] = e
	}
	return false
}

// hear takes the news that the log holds an entry seq. To a topic without a
// position it is the position: who brings it has read up to there, or will.
func (t *topic) hear(seq int64) bool {
	if t.pos != unknown {
		t.known = max(t.known, seq)
		return false
	}
	t.moveTo(seq)
	return true
}

// fill takes what a repair has read: the entries after pos as it was then, with
// known as it was then; atEnd says that there are no more. It reports in
// stuck that nothing was won, though there should have been.
func (t *topic) fill(entries []album.Entry, known int64, atEnd bool) (news, stuck bool) {
	was := t.pos
	t.doubt = false
	for i := range entries {
		if entries[i].Seq == t.pos+1 {
			t.handOn(&entries[i])
		}
	}
	t.handOnEarly()
	if atEnd && known == t.known && t.pos < known {
		// Somebody spoke of an entry that is not in the log. Should it be there
		// after all, the next verification finds it.
		t.known = t.pos
		clear(t.early)
	}
	return t.pos > was, t.pos == was && !atEnd
}

// moveTo sets the position to the log's end, without handing anything on. It
// moves back only when the log has lost entries; streams beyond its end have to
// begin anew from there. Streams before it read the log.
func (t *topic) moveTo(seq int64) {
	if t.pos != unknown {
		t.known = seq
	}
	if seq < t.pos {
		if t.gen == 0 || seq < t.back {
			t.back = seq
		}
		t.gen++
	}
	t.pos, t.first = seq, seq+1
	t.known = max(t.known, seq)
	t.doubt = false
	for seq := range t.early {
		if seq <= t.pos {
			delete(t.early, seq)
		}
		t.known = max(t.known, seq)
	}
	t.handOnEarly()
}

func (t *topic) handOn(e *album.Entry) {
	if t.ring == nil {
		t.ring = make([]*album.Entry, t.window)
	}
	t.ring[e.Seq%int64(t.window)] = e
	t.pos = e.Seq
	t.first = max(t.first, t.pos-int64(t.window)+1)
	t.known = max(t.known, t.pos)
	delete(t.early, e.Seq)
}

func (t *topic) handOnEarly() {
	for e := t.early[t.pos+1]; e != nil; e = t.early[t.pos+1] {
		t.handOn(e)
	}
}

// covers reports whether the topic alone can serve a stream that has seen
// everything up to seq. The caller holds the lock.
func (t *topic) covers(seq int64) bool {
	return t.pos != unknown && seq+1 >= t.first && seq <= t.pos
}

// entry returns the entry seq, of which covers(seq-1) holds and which is not
// beyond pos. The caller holds the lock.
func (t *topic) entry(seq int64) *album.Entry { return t.ring[seq%int64(t.window)] }
