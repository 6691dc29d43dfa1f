package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// rankFields are those of a store.Ranked.
var rankFields = bson.D{{Key: "rank", Value: 1}, {Key: "standing", Value: 1}}

func (d mediaDoc) ranked() store.Ranked { return store.Ranked{ID: d.Row.ID, Rank: d.Row.Rank} }

// ArrangeMedia implements store.Media. The album's document is moved on by the
// entries, so nothing else changes its order meanwhile.
func (s *Store) ArrangeMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, after album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "arrange media", []string{string(id)}, func(ctx context.Context) ([]*album.Entry, error) {
		row, place, err := s.toArrange(ctx, id, ids, after)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		moved, err := store.Arrange(row, func(n int) (store.Neighbours, error) { return s.neighbours(ctx, id, ids, place, n) })
		if err != nil || len(moved) == 0 {
			return nil, err
		}
		entries := entriesFor(album.MediaArranged, ids)
		if err := s.record(ctx, id, ch, counts{}, entries...); err != nil {
			return nil, err
		}
		models := make([]mongo.WriteModel, len(moved))
		for i, m := range moved {
			models[i] = mongo.NewUpdateOneModel().SetFilter(and(eq("_id", m.ID), eq("albumId", id))).
				SetUpdate(op("$set", eq("rank", m.Rank)))
		}
		_, err = s.media.BulkWrite(ctx, models)
		return entries, err
	})
}

// toArrange reads the media to arrange, in their order, and the one that they
// are to follow, nil for none: NOT_FOUND unless all are shown in an ACTIVE album.
func (s *Store) toArrange(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, after album.MediaID,
) (row []store.Ranked, place *store.Ranked, err error) {
	all := ids
	if after != "" {
		if slices.Contains(ids, after) {
			return nil, nil, album.ErrNotFound
		}
		all = append(slices.Clone(ids), after)
	}
	found, err := s.batch(ctx, id, all, rankFields)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range all {
		if found[id].Standing != standingShown {
			return nil, nil, album.ErrNotFound
		}
		row = append(row, found[id].ranked())
	}
	if after != "" {
		return row[:len(ids)], &row[len(ids)], nil
	}
	return row, nil, nil
}

// neighbours reads the nearest n media on each side of a place, which is
// directly behind that medium, or on top.
func (s *Store) neighbours(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, place *store.Ranked, n int,
) (store.Neighbours, error) {
	side := func(n int, way string, direction int) ([]store.Ranked, error) {
		var rest bson.D
		if place != nil {
			rest = beyond("rank", place.Rank, "_id", string(place.ID), way)
		}
		docs, err := find[mediaDoc](ctx, s.media,
			and(eq("albumId", id), isShown, rest, eq("_id", op("$nin", ids))),
			options.Find().SetSort(bson.D{{Key: "rank", Value: direction}, {Key: "_id", Value: direction}}).
				SetLimit(int64(n)).SetProjection(rankFields))
		return domain(docs, err, mediaDoc.ranked)
	}
	var around store.Neighbours
	if place != nil {
		above, err := side(n-1, "$gt", 1)
		if err != nil {
			return around, err
		}
		around.Above = append([]store.Ranked{*place}, above...)
	}
	var err error
	around.Below, err = side(n, "$lt", -1)
	return around, err
}
