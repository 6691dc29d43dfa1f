package chaos

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"keepsake/album"
)

// The small world of the self test: one album, whose log stood at 7; bob is
// always in it, eve was removed at second 4 and came back at second 8.
const (
	one  = album.AlbumID("alb-1")
	bob  = album.UserID("bob")
	eve  = album.UserID("eve")
	base = 7
)

func second(n float64) time.Time {
	return time.Unix(1000, 0).Add(time.Duration(n * float64(time.Second)))
}

// sound makes records in which all is well.
func sound() *records {
	r := newRecords()
	r.start[one] = base
	for i, e := range []album.Entry{
		{Kind: album.CommentAdded, CommentID: "c-1"},
		{Kind: album.CommentAdded, CommentID: "c-2"},
		{Kind: album.CommentAdded, CommentID: "c-3"},
		{Kind: album.MemberRemoved, UserID: eve},
		{Kind: album.CommentAdded, CommentID: "c-5"}, // which nobody was told of
		{Kind: album.AccessChanged},
		{Kind: album.CommentAdded, CommentID: "c-7"},
		{Kind: album.MemberJoined, UserID: eve},
		{Kind: album.CommentAdded, CommentID: "c-9"},
	} {
		e.AlbumID, e.Seq, e.At = one, base+int64(i)+1, second(float64(i)+1)
		r.log[one] = append(r.log[one], e)
		switch e.CommentID {
		case "c-5":
			r.unsure[one]++
		default:
			r.count(changeOf(e), 1, 1)
		}
	}
	r.unsure[one]++ // a comment that did not happen
	r.likes["med-1"] = likes{tally{asked: 3, acked: 1}, 2}
	r.periods[seat{eve, one}] = []period{{until: second(4)}, {from: second(8)}}
	r.streams = []*record{
		{name: "bob", userID: bob, albums: []album.AlbumID{one}},
		{name: "eve", userID: eve, albums: []album.AlbumID{one}},
		{name: "eve's feed", userID: eve, albums: []album.AlbumID{one}, feed: true},
	}
	for i, s := range r.streams {
		s.at = map[album.AlbumID]int64{}
		for _, e := range r.log[one] {
			at := e.At.Add(100 * time.Millisecond)
			switch back := second(8.1); {
			case e.Kind == album.AccessChanged || i == 2 && e.Seq > base+3 && e.Seq < base+8:
				continue
			case i == 1 && e.Seq > base+3 && at.Before(back): // with the cursor, when she came back
				at = back
			}
			s.add(given{at: at, albumID: one, seq: e.Seq, kind: e.Kind, commentID: e.CommentID})
		}
	}
	return r
}

// find is the place of a seq among what was given.
func (s *record) find(seq int64) int {
	return slices.IndexFunc(s.given, func(g given) bool { return g.seq == seq && g.kind != album.Resync })
}

// without takes from what was given what is in from to to, and puts a RESYNC in
// its place.
func (s *record) without(from, to int64, resync ...given) {
	s.given = slices.Replace(s.given, s.find(base+from), s.find(base+to)+1, resync...)
}

// The oracle sees each thing that could go wrong, and nothing where all is well.
func TestOracleCanTell(t *testing.T) {
	resync := func(seq int64) given {
		return given{at: second(3), albumID: one, kind: album.Resync, seq: base + seq}
	}
	for name, c := range map[string]struct {
		spoil func(r *records, bob, eve, feed *record)
		want  map[string]int
	}{
		"all is well": {func(*records, *record, *record, *record) {}, nil},

		"a lost event":           {func(_ *records, bob, _, _ *record) { bob.without(2, 2) }, map[string]int{lost: 1}},
		"a lost last event":      {func(_ *records, bob, _, _ *record) { bob.without(9, 9) }, map[string]int{lost: 1}},
		"nothing at all":         {func(_ *records, bob, _, _ *record) { bob.given = nil }, map[string]int{lost: 8}},
		"a lost unknown event":   {func(_ *records, bob, _, _ *record) { bob.without(5, 5) }, map[string]int{lost: 1}},
		"lost in a feed":         {func(_ *records, _, _, feed *record) { feed.without(9, 9) }, map[string]int{lost: 1}},
		"lost before she joined": {func(_ *records, _, _, feed *record) { feed.without(1, 3) }, nil},
		"lost while she was out": {func(_ *records, _, eve, _ *record) { eve.without(5, 7) }, map[string]int{lost: 2}},
		"lost to who is out in the end": {func(r *records, _, eve, _ *record) {
			r.periods[seat{"eve", one}] = []period{{until: second(4)}}
			eve.without(4, 9)
		}, map[string]int{leaked: 2}}, // what her feed has after that

		"a RESYNC": {func(_ *records, bob, _, _ *record) { bob.without(2, 4, resync(4)) }, nil},
		"events that a RESYNC had covered": {func(_ *records, bob, _, _ *record) {
			bob.without(2, 3, resync(9))
		}, map[string]int{disordered: 5}},
		"a RESYNC that does not cover": {func(_ *records, bob, _, _ *record) { bob.without(2, 4, resync(3)) }, map[string]int{lost: 1}},
		"a RESYNC later than the loss": {func(_ *records, bob, _, _ *record) { bob.without(2, 2); bob.without(4, 4, resync(4)) }, nil},
		"a RESYNC before the loss": {func(_ *records, bob, _, _ *record) {
			bob.without(2, 2, resync(2))
			bob.without(4, 4)
		}, map[string]int{lost: 1}},
		"a RESYNC of a time":              {func(_ *records, bob, _, _ *record) { bob.without(2, 4, since(4)) }, nil},
		"a RESYNC of a time that is less": {func(_ *records, bob, _, _ *record) { bob.without(2, 4, since(3.5)) }, map[string]int{lost: 1}},

		"an event twice": {func(_ *records, bob, _, _ *record) {
			bob.given = slices.Insert(bob.given, 3, bob.given[2])
		}, map[string]int{twice: 1}},
		"an old event twice": {func(_ *records, bob, _, _ *record) { bob.add(bob.given[0]) }, map[string]int{twice: 1}},
		"events out of order": {func(_ *records, bob, _, _ *record) {
			bob.given[1], bob.given[2] = bob.given[2], bob.given[1]
		}, map[string]int{disordered: 1}},

		"an event after revocation": {func(_ *records, _, eve, _ *record) {
			eve.given[eve.find(base+4)].at = second(5.1)
		}, map[string]int{leaked: 1}},
		"an event just after revocation": {func(_ *records, _, eve, _ *record) {
			eve.given[eve.find(base+4)].at = second(4.9)
		}, nil},
		"an event before she came back": {func(_ *records, _, _, feed *record) {
			feed.given[feed.find(base+8)].at = second(7.9)
		}, map[string]int{leaked: 1}},

		"another event": {func(_ *records, bob, _, _ *record) {
			bob.given[2].commentID = "c-1"
		}, map[string]int{wrong: 1, lost: 1}},
		"another kind": {func(_ *records, bob, _, _ *record) {
			bob.given[3].kind = album.MemberJoined
		}, map[string]int{wrong: 1, lost: 1}},
		"an event of another album": {func(_ *records, bob, _, _ *record) {
			bob.add(given{albumID: "alb-2", seq: 1, kind: album.CommentAdded})
		}, map[string]int{wrong: 1}},
		"an event beyond the log": {func(_ *records, bob, _, _ *record) {
			bob.add(given{albumID: one, seq: base + 10, kind: album.CommentAdded})
		}, map[string]int{wrong: 1}},

		"a comment that is gone": {func(r *records, _, _, _ *record) {
			r.count(change{one, album.CommentAdded, "c-0"}, 1, 1)
		}, map[string]int{unlogged: 1}},
		"a comment of nobody": {func(r *records, _, _, _ *record) { r.unsure[one] = 0 }, map[string]int{unlogged: 1}},
		"a member who joined once more": {func(r *records, _, _, _ *record) {
			r.count(change{one, album.MemberJoined, "eve"}, 1, 1)
		}, map[string]int{unlogged: 1}},
		"a member who may have joined once more": {func(r *records, _, _, _ *record) {
			r.count(change{one, album.MemberJoined, "eve"}, 1, 0)
		}, nil},
		"a like that is gone": {func(r *records, _, _, _ *record) { r.countLike("med-1", 2, 2) }, map[string]int{unlogged: 1}},
		"a like of nobody":    {func(r *records, _, _, _ *record) { r.countLike("med-1", -2, 0) }, map[string]int{unlogged: 1}},
		"a refusal":           {func(r *records, _, _, _ *record) { r.refuse("a like", io.EOF) }, map[string]int{refused: 1}},
		"a hole in the log": {func(r *records, _, _, _ *record) {
			r.log[one][5].Seq++
		}, map[string]int{unlogged: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			r := sound()
			c.spoil(r, r.streams[0], r.streams[1], r.streams[2])
			if f := audit(r); fmt.Sprint(f.count()) != fmt.Sprint(c.want) {
				t.Errorf("found %s, want %v", f.summary(), c.want)
			}
		})
	}
}

// since is a RESYNC whose cursor names a time.
func since(n float64) given {
	return given{at: second(n), albumID: one, kind: album.Resync, since: second(n)}
}
