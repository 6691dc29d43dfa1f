package sqlitestore

import (
	"context"
	"math"
	"slices"

	"keepsake/album"
	"keepsake/store"
)

const (
	ranksOf = `SELECT id, rank FROM media WHERE id IN (SELECT value FROM json_each(?))`
	// The neighbours of a place, the nearest first, without the media of an array.
	rankedAbove = `SELECT id, rank FROM media
		WHERE album_id = ?1 AND shown = 1 AND (rank, id) >= (?2, ?3) AND id NOT IN (SELECT value FROM json_each(?4))
		ORDER BY rank, id LIMIT ?5`
	rankedBelow = `SELECT id, rank FROM media
		WHERE album_id = ?1 AND shown = 1 AND (rank, id) < (?2, ?3) AND id NOT IN (SELECT value FROM json_each(?4))
		ORDER BY rank DESC, id DESC LIMIT ?5`
	setRank = `UPDATE media SET rank = ?2 WHERE id = ?1`
)

func scanRanked(r *row) store.Ranked { return store.Ranked{ID: id[album.MediaID](r), Rank: r.num()} }

// ArrangeMedia implements store.Media.
func (s *Store) ArrangeMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, after album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	all := ids
	if after != "" {
		all = append(slices.Clone(ids), after)
	}
	return write(ctx, s, "arrange media", func(c *conn) ([]*album.Entry, error) {
		found, err := batch(c, id, all)
		if err != nil {
			return nil, err
		}
		if slices.Contains(ids, after) || len(pick(all, found, inAlbum)) < len(all) {
			return nil, album.ErrNotFound
		}
		moved, err := arrange(c, id, ids, after)
		if err != nil || len(moved) == 0 {
			return nil, err
		}
		for _, m := range moved {
			if _, err := c.exec(setRank, m.ID, m.Rank); err != nil {
				return nil, err
			}
		}
		entries := entriesFor(album.MediaArranged, ids)
		return entries, record(c, id, ch, counts{}, entries...)
	})
}

// arrange finds the ranks with which the media follow another one, or come first.
func arrange(c *conn, id album.AlbumID, ids []album.MediaID, after album.MediaID) ([]store.Ranked, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, err := array(ids)
	if err != nil {
		return nil, err
	}
	both, err := array(append(slices.Clone(ids), after))
	if err != nil {
		return nil, err
	}
	rows, err := list(c, scanRanked, ranksOf, both)
	if err != nil {
		return nil, err
	}
	ranks := make(map[album.MediaID]int64, len(rows))
	for _, m := range rows {
		ranks[m.ID] = m.Rank
	}
	media := make([]store.Ranked, len(ids))
	for i, id := range ids {
		media[i] = store.Ranked{ID: id, Rank: ranks[id]}
	}
	rank, last := int64(math.MaxInt64), "~" // above all that is listed
	if after != "" {
		rank, last = ranks[after], string(after)
	}
	return store.Arrange(media, func(n int) (around store.Neighbours, err error) {
		if around.Above, err = list(c, scanRanked, rankedAbove, id, rank, last, in, n); err != nil {
			return around, err
		}
		around.Below, err = list(c, scanRanked, rankedBelow, id, rank, last, in, n)
		return around, err
	})
}
