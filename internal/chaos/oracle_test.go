package chaos

import (
	"fmt"
	"time"

	"keepsake/album"
)

// grace is how long after a removal was acknowledged events may still come.
const grace = time.Second

// What can be wrong.
const (
	lost       = "lost"
	twice      = "twice"
	disordered = "out of order"
	leaked     = "after revocation"
	wrong      = "not what the log has"
	unlogged   = "not in the log as acknowledged"
	refused    = "refused"
)

// fault is one thing that is wrong.
type fault struct{ what, text string }

type faults []fault

func (f *faults) add(what, format string, args ...any) {
	*f = append(*f, fault{what, fmt.Sprintf(format, args...)})
}

// count is how many there are of each kind.
func (f faults) count() map[string]int {
	n := map[string]int{}
	for _, one := range f {
		n[one.what]++
	}
	return n
}

// audit judges a run that has ended: each client was given every entry that it
// could see, or a later RESYNC for it, once, in the order of the album's log, and
// nothing when it had no access. The logs are what was acknowledged, and nobody was
// refused anything for no reason.
func audit(r *records) faults {
	f := auditLedger(r)
	for what, times := range r.refused {
		f.add(refused, "%d times %s", times, what)
	}
	for _, s := range r.streams {
		f = append(f, auditStream(r, s)...)
	}
	return f
}

// auditLedger holds the logs against what was asked for and acknowledged.
func auditLedger(r *records) (f faults) {
	logged, strange := map[change]int{}, map[album.AlbumID]int{}
	for id, log := range r.log {
		for i, e := range log {
			if want := r.start[id] + int64(i) + 1; e.Seq != want {
				f.add(unlogged, "the log of %s has entry %d where %d has to be", id, e.Seq, want)
			}
			logged[changeOf(e)]++
		}
	}
	for c, t := range r.tallies {
		if n := logged[c]; n < t.acked || n > t.asked {
			f.add(unlogged, "%s of %s in %s: asked for %d times, acknowledged %d times, and %d times in the log",
				c.kind, c.id, c.albumID, t.asked, t.acked, n)
		}
	}
	for c, n := range logged {
		if _, ok := r.tallies[c]; !ok {
			strange[c.albumID] += n
		}
	}
	for id, n := range strange {
		if n > r.unsure[id] {
			f.add(unlogged, "the log of %s has %d entries that nobody knows of, and %d comments were not acknowledged", id, n, r.unsure[id])
		}
	}
	for id, l := range r.likes {
		if l.there < l.acked || l.there > l.asked {
			f.add(unlogged, "likes of %s: asked for %d times, acknowledged %d times, and %d are there", id, l.asked, l.acked, l.there)
		}
	}
	return f
}

func changeOf(e album.Entry) change {
	id := string(e.CommentID)
	if id == "" {
		id = string(e.UserID)
	}
	return change{e.AlbumID, e.Kind, id}
}

// auditStream judges one subscription.
func auditStream(r *records, s *record) (f faults) {
	at, covered := map[album.AlbumID]int64{}, map[album.AlbumID]int64{}
	seen := map[album.AlbumID]map[int64]bool{}
	for _, id := range s.albums {
		at[id], seen[id] = r.start[id], map[int64]bool{}
	}
	for _, g := range s.given {
		switch g.kind {
		case album.AccessLost:
			continue
		case album.Resync:
			covered[g.albumID] = max(covered[g.albumID], r.covers(g))
			at[g.albumID] = max(at[g.albumID], covered[g.albumID])
			continue
		}
		e := r.entry(g.albumID, g.seq)
		switch {
		case seen[g.albumID] == nil || e == nil || e.Kind != g.kind || e.CommentID != g.commentID:
			f.add(wrong, "%s was given %s as entry %d of %s", s.name, g.kind, g.seq, g.albumID)
			continue
		case seen[g.albumID][g.seq]:
			f.add(twice, "%s was given entry %d of %s again", s.name, g.seq, g.albumID)
		case g.seq <= at[g.albumID]:
			f.add(disordered, "%s was given entry %d of %s after %d", s.name, g.seq, g.albumID, at[g.albumID])
		}
		if since, out := r.revoked(seat{s.userID, g.albumID}, g.at); out {
			f.add(leaked, "%s was given entry %d of %s, %s of %v before, %v after access to it was revoked",
				s.name, g.seq, g.albumID, g.kind, g.at.Sub(e.At), since)
		}
		seen[g.albumID][g.seq], at[g.albumID] = true, max(at[g.albumID], g.seq)
	}
	for _, id := range s.albums {
		from, owed := r.owed(s, id)
		for _, e := range r.log[id] {
			if owed && e.Seq > max(from, covered[id]) && !seen[id][e.Seq] && e.Kind != album.AccessChanged {
				f.add(lost, "%s was never given entry %d of %s, %s of %s; it was given entries up to %d",
					s.name, e.Seq, id, e.Kind, e.At.Format(moment), at[id])
			}
		}
	}
	return f
}

// entry is one of a log, or nil.
func (r *records) entry(id album.AlbumID, seq int64) *album.Entry {
	if i := seq - r.start[id] - 1; i >= 0 && i < int64(len(r.log[id])) {
		return &r.log[id][i]
	}
	return nil
}

// covers is the seq up to which a RESYNC has its client read the page again.
func (r *records) covers(g given) int64 {
	to := g.seq
	for _, e := range r.log[g.albumID] {
		if !g.since.IsZero() && !e.At.After(g.since) {
			to = max(to, e.Seq)
		}
	}
	return to
}

// revoked reports whether nothing of an album may have been given to somebody at
// that time, and how long their access had been gone.
func (r *records) revoked(who seat, at time.Time) (since time.Duration, out bool) {
	for _, p := range r.periods[who] {
		if at.Before(p.from) {
			break
		}
		if p.until.IsZero() || !at.After(p.until.Add(grace)) {
			return 0, false
		}
		since, out = at.Sub(p.until), true
	}
	return since, out
}

// owed is after which seq a stream has to have every entry of an album; none is
// owed to who has no access in the end. A feed that an album came back to begins
// with the joining.
func (r *records) owed(s *record, id album.AlbumID) (after int64, owed bool) {
	periods := r.periods[seat{s.userID, id}]
	if len(periods) > 0 && !periods[len(periods)-1].until.IsZero() {
		return 0, false
	}
	after = r.start[id]
	if s.feed {
		for _, e := range r.log[id] {
			if e.Kind == album.MemberJoined && e.UserID == s.userID {
				after = e.Seq - 1
			}
		}
	}
	return after, true
}

// summary says how many faults there are of each kind, and shows some.
func (f faults) summary() string {
	text := fmt.Sprintf("%d faults %v", len(f), f.count())
	shown := map[string]int{}
	for _, one := range f {
		if shown[one.what]++; shown[one.what] <= 5 {
			text += fmt.Sprintf("\n  %s: %s", one.what, one.text)
		}
	}
	return text
}
