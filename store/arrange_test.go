package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// hand is an album by hand, in which ids are to follow the first at of the others.
type hand struct {
	others []store.Ranked // in their order
	ids    []store.Ranked
	at     int
	most   int // media that were looked at in one call
}

func (h *hand) look(n int) (store.Neighbours, error) {
	above := slices.Clone(h.others[max(0, h.at-n):h.at])
	slices.Reverse(above)
	below := h.others[h.at:min(len(h.others), h.at+n)]
	h.most = max(h.most, len(above)+len(below))
	return store.Neighbours{Above: above, Below: below}, nil
}

// byHand sorts as the order by hand is.
func byHand(media []store.Ranked) []store.Ranked {
	slices.SortFunc(media, func(a, b store.Ranked) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(b.ID, a.ID))
	})
	return media
}

// after is the order of all media once those that moved have their ranks.
func (h *hand) after(moved []store.Ranked) []album.MediaID {
	all := slices.Concat(h.others, h.ids)
	for i := range all {
		for _, m := range moved {
			if m.ID == all[i].ID {
				all[i].Rank = m.Rank
			}
		}
	}
	return names(byHand(all))
}

// wanted is the order that was asked for.
func (h *hand) wanted() []album.MediaID {
	return names(slices.Concat(h.others[:h.at], h.ids, h.others[h.at:]))
}

func names(media []store.Ranked) []album.MediaID {
	out := make([]album.MediaID, len(media))
	for i, m := range media {
		out[i] = m.ID
	}
	return out
}

// someHand makes an album of n media whose ranks are drawn from few values, so
// that many are equal or adjacent, also at both ends of what there is.
func someHand(r *rand.Rand, n int) *hand {
	values := 1 + r.IntN(2*n)
	first := []int64{0, math.MinInt64, math.MaxInt64 - int64(values), album.RankAt(time.Unix(1.8e9, 0))}[r.IntN(4)]
	media := make([]store.Ranked, n)
	for i := range media {
		media[i] = store.Ranked{
			ID:   album.MediaID(fmt.Sprintf("med_%03d%03d", r.IntN(1000), i)),
			Rank: first + int64(r.IntN(values)),
		}
	}
	k := 1 + r.IntN(min(n, album.MaxBatch))
	h := &hand{ids: slices.Clone(media[:k]), others: byHand(slices.Clone(media[k:]))}
	h.at = r.IntN(len(h.others) + 1)
	return h
}

// TestArrange: whatever the ranks were, the media stand as was asked, the others
// in the order that they had.
func TestArrange(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 3_000 {
		h := someHand(r, 1+i%300)
		moved, err := store.Arrange(h.ids, h.look)
		if err != nil {
			t.Fatalf("%+v: %v", h, err)
		}
		if got := h.after(moved); !slices.Equal(got, h.wanted()) {
			t.Fatalf("%+v\nmoved %v\n  got %v\n want %v", h, moved, got, h.wanted())
		}
		// Once they stand there nothing is to be done.
		for j := range moved {
			for k := range h.ids {
				if h.ids[k].ID == moved[j].ID {
					h.ids[k].Rank = moved[j].Rank
				}
			}
			for k := range h.others {
				if h.others[k].ID == moved[j].ID {
					h.others[k].Rank = moved[j].Rank
				}
			}
		}
		if again, err := store.Arrange(h.ids, h.look); len(again) > 0 || err != nil {
			t.Fatalf("again: %v, %v", again, err)
		}
	}
}

// TestArrangeMovesFew: neighbours stay where they are if there is room between
// them, and the smallest neighbourhood moves if there is not.
func TestArrangeMovesFew(t *testing.T) {
	t.Parallel()
	others := []store.Ranked{{ID: "a", Rank: 900}, {ID: "b", Rank: 500}, {ID: "c", Rank: 499}, {ID: "d", Rank: 100}}
	x, y := store.Ranked{ID: "x"}, store.Ranked{ID: "y"}
	for name, c := range map[string]struct {
		at   int
		want []store.Ranked
	}{
		"room":    {1, []store.Ranked{{ID: "x", Rank: 767}, {ID: "y", Rank: 634}}},
		"no room": {2, []store.Ranked{{ID: "b", Rank: 740}, {ID: "x", Rank: 580}, {ID: "y", Rank: 420}, {ID: "c", Rank: 260}}},
		"first":   {0, []store.Ranked{{ID: "x", Rank: 900 + 1<<20 - 349525}, {ID: "y", Rank: 900 + 1<<20 - 699050}}},
		"last":    {4, []store.Ranked{{ID: "x", Rank: 100 - 349525}, {ID: "y", Rank: 100 - 699050}}},
	} {
		h := &hand{others: others, ids: []store.Ranked{x, y}, at: c.at}
		moved, err := store.Arrange(h.ids, h.look)
		if err != nil || !slices.Equal(moved, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, moved, err, c.want)
		}
		if got := h.after(moved); !slices.Equal(got, h.wanted()) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestArrangeInACrowd: media of one rank are moved aside as far as MaxArrange
// reaches.
func TestArrangeInACrowd(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]error{900: nil, 2 * store.MaxArrange: album.ErrConflict} {
		h := &hand{ids: []store.Ranked{{ID: "x"}}, at: n/2 + 10}
		for i := range n + 20 {
			m := store.Ranked{ID: album.MediaID(fmt.Sprint(5_000 - i)), Rank: 1 << 40}
			switch {
			case i < 10:
				m.Rank += 1 << 20
			case i >= n+10:
				m.Rank -= 1 << 20
			}
			h.others = append(h.others, m)
		}
		moved, err := store.Arrange(h.ids, h.look)
		if !errors.Is(err, want) {
			t.Errorf("%d of one rank: %v, want %v", n, err, want)
		}
		if err == nil && !slices.Equal(h.after(moved), h.wanted()) {
			t.Errorf("%d of one rank: they stand otherwise", n)
		}
		if h.most > store.MaxArrange {
			t.Errorf("%d of one rank: looked at %d", n, h.most)
		}
	}
	broken := errors.New("away")
	if _, err := store.Arrange(nil, func(int) (store.Neighbours, error) { return store.Neighbours{}, broken }); !errors.Is(err, broken) {
		t.Errorf("an error of look: %v", err)
	}
}
