package realtime

import (
	"cmp"
	"slices"

	"keepsake/album"
)

// maxLikes is for how many media of one album a like state is kept for streams
// that have not taken it yet.
const maxLikes = 1024

// likeBoard holds the newest like state of an album's media in the order in
// which they changed, once for all streams: each stream only keeps the stamp up
// to which it has taken them. A state that a newer one replaces is gone for
// everyone, so a slow stream finds one waiting state a medium.
//
// With more than maxLikes media the state that changed longest ago is dropped;
// a stream that had not taken it is too slow. The zero board is empty.
type likeBoard struct {
	stamp   int64                   // of the newest change
	dropped int64                   // the greatest stamp of a state that was dropped for want of room
	order   []likeSlot              // by stamp, ascending
	stamps  map[album.MediaID]int64 // of the slot that holds the medium's state
}

// likeSlot holds a state, or nil where a newer one has taken its place.
type likeSlot struct {
	stamp int64
	state *album.LikeState
}

// put adds a state, unless it is not newer than the one that is there.
func (b *likeBoard) put(s *album.LikeState) bool {
	if old, ok := b.stamps[s.MediaID]; ok {
		slot := &b.order[b.search(old)]
		if slot.state.Version >= s.Version {
			return false
		}
		slot.state = nil
	}
	if b.stamps == nil {
		b.stamps = map[album.MediaID]int64{}
	}
	b.stamp++
	b.stamps[s.MediaID] = b.stamp
	b.order = append(b.order, likeSlot{stamp: b.stamp, state: s})
	if len(b.stamps) > maxLikes {
		b.dropOldest()
	}
	if len(b.order) >= 2*len(b.stamps)+64 {
		b.order = slices.DeleteFunc(b.order, func(s likeSlot) bool { return s.state == nil })
	}
	return true
}

func (b *likeBoard) dropOldest() {
	i := slices.IndexFunc(b.order, func(s likeSlot) bool { return s.state != nil })
	b.dropped = b.order[i].stamp
	delete(b.stamps, b.order[i].state.MediaID)
	b.order = slices.Delete(b.order, 0, i+1)
}

// after returns the first state that changed after stamp at and its own stamp,
// or nil. It is not ok if a state that changed after at was dropped.
func (b *likeBoard) after(at int64) (s *album.LikeState, stamp int64, ok bool) {
	if at < b.dropped {
		return nil, at, false
	}
	if at >= b.stamp {
		return nil, at, true
	}
	i := b.search(at + 1)
	for b.order[i].state == nil { // the newest has one
		i++
	}
	return b.order[i].state, b.order[i].stamp, true
}

// search returns the index of the first slot with that stamp or a greater one.
func (b *likeBoard) search(stamp int64) int {
	i, _ := slices.BinarySearchFunc(b.order, stamp, func(s likeSlot, stamp int64) int { return cmp.Compare(s.stamp, stamp) })
	return i
}
