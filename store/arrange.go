package store

import (
	"math"

	"keepsake/album"
)

// Ranked is a medium with its place by hand: the greater Rank comes first, of
// equal ones the greater ID.
type Ranked struct {
	ID   album.MediaID
	Rank int64
}

// Neighbours are the media around a place in an album's order by hand, the
// nearest first on either side. Those that are being arranged are left out.
type Neighbours struct {
	Above []Ranked // that come before the place
	Below []Ranked
}

// spread is the distance that ranks get where nothing bounds them on one side:
// that of a millisecond in album.RankAt. What is put first is so still behind
// what is added later.
const spread = 1 << 20

// Arrange finds the ranks with which ids stand in their order at a place of the
// album: evenly in the gap between its neighbours, and where that is too narrow,
// evenly in the smallest neighbourhood that has room, whose media move with
// them but keep their order. It returns the media whose ranks change, with the
// new ones; none if ids stand there already.
//
// look reads the nearest n on each side, fewer where the album ends. It is
// called with growing n, for at most MaxArrange media at once; if even those
// leave no room it is CONFLICT. Errors of look are returned as they are.
func Arrange(ids []Ranked, look func(n int) (Neighbours, error)) ([]Ranked, error) {
	for _, size := range []int{16, 64, 256, MaxArrange} {
		around, err := look(size / 2)
		if err != nil {
			return nil, err
		}
		if inPlace(ids, around) {
			return nil, nil
		}
		if moved, ok := around.fit(ids, size/2); ok {
			return moved, nil
		}
	}
	return nil, album.ErrConflict
}

// inPlace reports whether ids stand in their order between the neighbours.
func inPlace(ids []Ranked, around Neighbours) bool {
	row := make([]Ranked, 0, len(ids)+2)
	row = append(row, around.Above[:min(1, len(around.Above))]...)
	row = append(row, ids...)
	row = append(row, around.Below[:min(1, len(around.Below))]...)
	for i := 1; i < len(row); i++ {
		a, b := row[i-1], row[i]
		if a.Rank < b.Rank || a.Rank == b.Rank && a.ID < b.ID {
			return false
		}
	}
	return true
}

// fit tries neighbourhoods of growing width. n is how many were asked for on
// each side: a side with fewer ends there.
func (around Neighbours) fit(ids []Ranked, n int) ([]Ranked, bool) {
	for width := 0; ; width = max(1, 2*width) {
		above, upper := within(around.Above, width, n)
		below, lower := within(around.Below, width, n)
		row := make([]Ranked, 0, len(above)+len(ids)+len(below))
		for i := range above {
			row = append(row, above[len(above)-1-i])
		}
		row = append(append(row, ids...), below...)
		if moved, ok := place(row, upper, lower); ok {
			return moved, true
		}
		if width >= n {
			return nil, false
		}
	}
}

// within takes the nearest few of one side, and the rank of the next, which
// bounds them: nil where the album ends.
func within(side []Ranked, width, n int) ([]Ranked, *int64) {
	switch {
	case width < len(side):
		return side[:width], &side[width].Rank
	case len(side) < n || n == 0:
		return side, nil
	}
	last := len(side) - 1
	return side[:last], &side[last].Rank
}

// place spreads a row, the first on top, evenly between two ranks, and returns
// those that are moved by it; ok is false if there is no room.
func place(row []Ranked, upper, lower *int64) (moved []Ranked, ok bool) {
	top, bottom := bounds(row, upper, lower)
	parts := uint64(len(row) + 1)
	gap := uint64(top) - uint64(bottom) // right for negative ranks too
	if top <= bottom || gap < parts {
		return nil, false
	}
	step, rest := gap/parts, gap%parts
	for i, m := range row {
		at := uint64(i + 1)
		if rank := int64(uint64(top) - step*at - rest*at/parts); rank != m.Rank {
			moved = append(moved, Ranked{m.ID, rank})
		}
	}
	return moved, true
}

// bounds are the ranks between which a row may stand, both exclusive.
func bounds(row []Ranked, upper, lower *int64) (top, bottom int64) {
	switch {
	case upper != nil && lower != nil:
		return *upper, *lower
	case upper != nil:
		return *upper, max(*upper, math.MinInt64+spread) - spread
	case lower != nil:
		return min(*lower, math.MaxInt64-spread) + spread, *lower
	}
	// The whole album: above the lowest rank that it has.
	bottom = math.MaxInt64 - spread
	for _, m := range row {
		bottom = min(bottom, m.Rank)
	}
	return bottom + spread, bottom
}
