package realtime

import (
	"testing"

	"keepsake/album"
)

// Whatever messages come, a topic keeps no more than its window of them.
func TestTopicIsBounded(t *testing.T) {
	const window = 8
	tp := newTopic(testAlbum, window)
	offer := func(seq int64) {
		tp.update(func() bool { return tp.offer(&album.Entry{AlbumID: testAlbum, Seq: seq}) })
	}
	check := func(what string, pos, known int64, early int) {
		t.Helper()
		if tp.pos != pos || tp.known != known || len(tp.early) != early || len(tp.ring) > window {
			t.Errorf("%s: pos %d, known %d, %d early, ring of %d; want %d, %d, %d",
				what, tp.pos, tp.known, len(tp.early), len(tp.ring), pos, known, early)
		}
	}
	for seq := int64(3); seq < 30; seq++ {
		offer(seq)
	}
	check("before the position is known", unknown, 29, window)
	if repair := tp.update(func() bool { return tp.hear(4) }); !repair {
		t.Error("no repair of what did not fit")
	}
	check("known", 10, 29, 0)
	for range 2 {
		for seq := range int64(11) {
			offer(seq)
		}
	}
	check("repeated", 10, 29, 0)
	for seq := int64(11); seq < 30; seq++ {
		offer(seq)
	}
	check("complete", 29, 29, 0)
	if after, known, ok := tp.hole(); ok {
		t.Errorf("a hole from %d to %d", after, known)
	}
	for seq := int64(22); seq < 30; seq++ {
		if !tp.covers(seq-1) || tp.entry(seq).Seq != seq {
			t.Errorf("entry %d is not kept", seq)
		}
	}
	if tp.covers(20) || tp.covers(30) || !tp.covers(29) {
		t.Error("covers what it has not, or not what it has")
	}
	tp.update(func() bool { tp.err = album.ErrNotFound; return true })
	offer(30)
	check("ended", 29, 29, 0)
}
