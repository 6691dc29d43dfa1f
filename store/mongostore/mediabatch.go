package mongostore

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// onlyStanding are the fields that most batches look at.
var onlyStanding = eq("standing", 1)

// batch finds the media of an ACTIVE album by their IDs, all of them or
// NOT_FOUND, with only those fields.
func (s *Store) batch(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, fields bson.D,
) (map[album.MediaID]mediaDoc, error) {
	if _, err := s.activeAlbum(ctx, id); err != nil {
		return nil, err
	}
	docs, err := find[mediaDoc](ctx, s.media, and(bson.D{in("_id", ids)}, eq("albumId", id), notDoomed),
		options.Find().SetProjection(fields))
	if err != nil {
		return nil, err
	}
	if len(docs) < len(ids) {
		return nil, album.ErrNotFound
	}
	found := make(map[album.MediaID]mediaDoc, len(docs))
	for _, d := range docs {
		found[d.Row.ID] = d
	}
	return found, nil
}

// pick returns those of ids that stand at a place, in their order.
func pick(ids []album.MediaID, found map[album.MediaID]mediaDoc, at standing) []album.MediaID {
	var out []album.MediaID
	for _, id := range ids {
		if found[id].Standing == at {
			out = append(out, id)
		}
	}
	return out
}

// entriesFor makes an entry of that kind for each medium.
func entriesFor(kind album.EntryKind, ids []album.MediaID) []*album.Entry {
	entries := make([]*album.Entry, len(ids))
	for i, id := range ids {
		entries[i] = &album.Entry{Kind: kind, MediaID: id}
	}
	return entries
}

// takeOut takes media out of an album's view: their entries, the count, the
// cover, and their comments in the feed.
func (s *Store) takeOut(ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change) ([]*album.Entry, error) {
	entries := entriesFor(album.MediaRemoved, ids)
	if err := s.record(ctx, id, ch, counts{media: -len(ids)}, entries...); err != nil {
		return nil, err
	}
	if _, err := s.albums.UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, in("coverId", ids)},
		op("$unset", eq("coverId", ""))); err != nil {
		return nil, err
	}
	_, err := s.comments.UpdateMany(ctx, bson.D{in("mediaId", ids)}, op("$set", eq("inFeed", false)))
	return entries, err
}

// onMedia changes media by their IDs.
func (s *Store) onMedia(ctx context.Context, ids []album.MediaID, change bson.D) error {
	_, err := s.media.UpdateMany(ctx, bson.D{in("_id", ids)}, change)
	return err
}

// TrashMedia implements store.Media.
func (s *Store) TrashMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "trash media", []string{string(id)}, func(ctx context.Context) ([]*album.Entry, error) {
		found, err := s.batch(ctx, id, ids, onlyStanding)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, standingNew)) > 0 {
			return nil, album.ErrNotFound
		}
		shown := pick(ids, found, standingShown)
		if len(shown) == 0 {
			return nil, nil
		}
		entries, err := s.takeOut(ctx, id, shown, ch)
		if err != nil {
			return nil, err
		}
		return entries, s.onMedia(ctx, shown, op("$set",
			bson.D{{Key: "standing", Value: standingTrash}, {Key: "trashedAt", Value: entries[0].At}}))
	})
}

// RestoreMedia implements store.Media.
func (s *Store) RestoreMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "restore media", []string{string(id)}, func(ctx context.Context) ([]*album.Entry, error) {
		found, err := s.batch(ctx, id, ids, onlyStanding)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, standingNew)) > 0 {
			return nil, album.ErrNotFound
		}
		trashed := pick(ids, found, standingTrash)
		if len(trashed) == 0 {
			return nil, nil
		}
		entries := entriesFor(album.MediaRestored, trashed)
		if err := s.record(ctx, id, ch, counts{media: len(trashed)}, entries...); err != nil {
			return nil, err
		}
		if _, err := s.comments.UpdateMany(ctx, and(bson.D{in("mediaId", trashed)}, notRemoved),
			op("$set", eq("inFeed", true))); err != nil {
			return nil, err
		}
		return entries, s.onMedia(ctx, trashed, bson.D{
			{Key: "$set", Value: eq("standing", standingShown)}, {Key: "$unset", Value: eq("trashedAt", "")},
		})
	})
}

// DeleteMedia implements store.Media.
func (s *Store) DeleteMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	names, err := s.ownersOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	return write(ctx, s, "delete media", append(names, string(id)), func(ctx context.Context) ([]*album.Entry, error) {
		found, err := s.batch(ctx, id, ids, heldFields)
		if err != nil {
			return nil, err
		}
		var entries []*album.Entry
		if shown := pick(ids, found, standingShown); len(shown) > 0 {
			if entries, err = s.takeOut(ctx, id, shown, ch); err != nil {
				return nil, err
			}
		}
		return entries, s.setDoomed(ctx, slices.Collect(maps.Values(found)))
	})
}

// ownersOf names the owners of media, whose storage a write is to count.
func (s *Store) ownersOf(ctx context.Context, ids []album.MediaID) ([]string, error) {
	return run(ctx, s, "owners of media", func(ctx context.Context) ([]string, error) {
		docs, err := find[mediaDoc](ctx, s.media, bson.D{in("_id", ids)}, options.Find().SetProjection(eq("ownerId", 1)))
		return domain(docs, err, func(d mediaDoc) string { return string(d.Row.OwnerID) })
	})
}

// MoveMedia implements store.Media. The entries of the album that the media
// leave come first.
func (s *Store) MoveMedia(
	ctx context.Context, from, to album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "move media", []string{string(from), string(to)}, func(ctx context.Context) ([]*album.Entry, error) {
		found, err := s.batch(ctx, from, ids, onlyStanding)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, standingShown)) < len(ids) {
			return nil, album.ErrNotFound
		}
		if _, err := s.activeAlbum(ctx, to); err != nil || from == to || len(ids) == 0 {
			return nil, err
		}
		removed, err := s.takeOut(ctx, from, ids, ch)
		if err != nil {
			return nil, err
		}
		newest, err := s.newestComment(ctx, ids)
		if err != nil {
			return nil, err
		}
		if newest.After(ch.At) { // the clock went back; the feed relies on the order
			ch.At = newest
		}
		added := entriesFor(album.MediaAdded, ids)
		if err := s.record(ctx, to, ch, counts{media: len(ids)}, added...); err != nil {
			return nil, err
		}
		return append(removed, added...), s.moveRows(ctx, ids, from, added[0])
	})
}

// newestComment is when the latest comment on one of the media was made; zero
// if there is none.
func (s *Store) newestComment(ctx context.Context, ids []album.MediaID) (time.Time, error) {
	docs, err := aggregate[commentDoc](ctx, s.comments, match(bson.D{in("mediaId", ids)}),
		op("$group", bson.D{{Key: "_id", Value: ""}, {Key: "createdAt", Value: op("$max", "$createdAt")}}))
	if err != nil || len(docs) == 0 {
		return time.Time{}, err
	}
	return docs[0].Row.CreatedAt, nil
}

// moveRows gives media and their comments to the album of an entry. Media go one
// by one: the album is their shard key, which cannot be changed for many. sortAt
// follows addedAt where the medium has no time of its own.
func (s *Store) moveRows(ctx context.Context, ids []album.MediaID, from album.AlbumID, added *album.Entry) error {
	for _, id := range ids {
		if err := setOne(ctx, s.media, and(eq("_id", id), eq("albumId", from)),
			op("$set", bson.D{
				{Key: "albumId", Value: added.AlbumID}, {Key: "addedAt", Value: added.At}, {Key: "rank", Value: album.RankAt(added.At)},
			})); err != nil {
			return err
		}
	}
	if _, err := s.media.UpdateMany(ctx, and(bson.D{in("_id", ids)}, notTaken), op("$set", eq("sortAt", added.At))); err != nil {
		return err
	}
	of := bson.D{in("mediaId", ids)}
	if _, err := s.comments.UpdateMany(ctx, of, op("$set", eq("albumId", added.AlbumID))); err != nil {
		return err
	}
	_, err := s.comments.UpdateMany(ctx, and(of, notRemoved), op("$set", eq("inFeed", true)))
	return err
}
