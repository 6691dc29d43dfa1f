package sqlitestore

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"keepsake/album"
	"keepsake/store"
	"keepsake/store/storetest"
)

// TestArrangeProperty arranges an album thousands of times and compares it with
// a list of names: at random, again and again at one place, from ranks that are
// all the same, and in batches of 50.
func TestArrangeProperty(t *testing.T) {
	t.Parallel()
	const media, rounds = 120, 2_500
	s := openTemp(t, unflushed)
	seedUser(t, s, 1)
	seedAlbum(t, s, 1, 1)
	seedMany(t, s, media)
	order := byHand(t, s)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range rounds {
		n, picked := 1, r.Perm(media)
		if i%10 == 9 {
			n = 1 + r.IntN(50)
		}
		after := order[picked[0]]
		batch := make([]album.MediaID, n)
		for j := range batch {
			batch[j] = order[picked[1+j]]
		}
		switch {
		case i > rounds/2: // always between the same two, first from below
			after, batch = order[media/3], order[media-1:]
		case i%400 == 1:
			flatten(t, s, []int64{0, math.MinInt64, math.MaxInt64 - 1}[i/400%3])
			order = byHand(t, s)
			after, batch = order[media/2], order[:50]
		case i%7 == 0:
			after = ""
		}
		order = moved(order, slices.Clone(batch), after)
		_, err := s.ArrangeMedia(t.Context(), alb(1), batch, after, store.Change{At: at(i)})
		must(t, err)
		if got := ranked(t, s); !slices.Equal(got, order) {
			t.Fatalf("round %d: %v behind %q\n got %v\nwant %v", i, batch, after, got, order)
		}
	}
	if got := byHand(t, s); !slices.Equal(got, order) {
		t.Errorf("the pages have %v, want %v", got, order)
	}
	storetest.CheckAlbum(t, s, alb(1))
}

// ranked is byHand without reading the whole media.
func ranked(t *testing.T, s *Store) []album.MediaID {
	t.Helper()
	ids, err := read(t.Context(), s, "ranked", func(c *conn) ([]album.MediaID, error) {
		return list(c, id[album.MediaID], `SELECT id FROM media ORDER BY rank DESC, id DESC`)
	})
	must(t, err)
	return ids
}

// TestArrangeBounds: media of one rank are moved aside as far as MaxArrange
// reaches, and no further.
func TestArrangeBounds(t *testing.T) {
	t.Parallel()
	s := openTemp(t, unflushed)
	seedUser(t, s, 1)
	seedAlbum(t, s, 1, 1)
	seedMany(t, s, store.MaxArrange+20)
	flatten(t, s, 7)
	order := byHand(t, s)
	arrange := func(after int, batch ...album.MediaID) error {
		_, err := s.ArrangeMedia(t.Context(), alb(1), batch, order[after], store.Change{At: at(1)})
		return err
	}
	wantCode(t, "in the middle", arrange(len(order)/2, order[0]), album.CodeConflict)
	if got := byHand(t, s); !slices.Equal(got, order) {
		t.Error("what was refused changed the order")
	}
	must(t, arrange(store.MaxArrange/2-10, order[len(order)-1]))
	if got := byHand(t, s); !slices.Equal(got, moved(order, order[len(order)-1:], order[store.MaxArrange/2-10])) {
		t.Error("within reach of the beginning: another order")
	}
}

// seedMany adds media to album 1, as if they were published one after another.
func seedMany(t *testing.T, s *Store, n int) {
	t.Helper()
	must(t, update(t.Context(), s, "seed", func(c *conn) error {
		for i := range n {
			m := pending(i, 1, 1)
			if err := reserve(c, m.OwnerID, m.Upload.Bytes, math.MaxInt64); err != nil {
				return err
			}
			if err := insertPending(c, m); err != nil {
				return err
			}
			e := &album.Entry{Kind: album.MediaAdded, MediaID: m.ID}
			if err := record(c, m.AlbumID, store.Change{At: at(i)}, counts{media: 1}, e); err != nil {
				return err
			}
			m.AddedAt, m.Rank = e.At, album.RankAt(e.At)
			if _, err := add(c, m, album.MediaMade{}, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

// flatten gives all media the same rank.
func flatten(t *testing.T, s *Store, rank int64) {
	t.Helper()
	must(t, update(t.Context(), s, "flatten", func(c *conn) error {
		_, err := c.exec(`UPDATE media SET rank = ?`, rank)
		return err
	}))
}

func byHand(t *testing.T, s *Store) []album.MediaID {
	t.Helper()
	page, err := s.MediaOf(context.Background(), []album.AlbumID{alb(1)}, album.ByHand, album.Range{Limit: 2000})
	must(t, err)
	ids := make([]album.MediaID, len(page[alb(1)]))
	for i, m := range page[alb(1)] {
		ids[i] = m.ID
	}
	return ids
}

// moved is the order in which the media follow another one, or come first.
func moved(order, ids []album.MediaID, after album.MediaID) []album.MediaID {
	rest := slices.DeleteFunc(slices.Clone(order), func(id album.MediaID) bool { return slices.Contains(ids, id) })
	return slices.Insert(rest, slices.Index(rest, after)+1, ids...)
}
