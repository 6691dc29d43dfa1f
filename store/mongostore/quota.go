package mongostore

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

// holdsStorage are the media that count in their owner's StorageUsed, with the
// size that their ticket declared.
var holdsStorage = and(notDoomed, eq("status", op("$ne", album.Failed)))

// held is how much of its owner's storage a medium has.
func (d mediaDoc) held() int64 {
	if d.Standing == standingDoomed || d.Row.Status == album.Failed {
		return 0
	}
	return d.Row.Upload.Bytes
}

// heldFields are those that held looks at, and whose they are.
var heldFields = bson.D{
	{Key: "ownerId", Value: 1}, {Key: "standing", Value: 1}, {Key: "status", Value: 1}, {Key: "upload.bytes", Value: 1},
}

// reserve takes n bytes of a person's storage, inside the transaction of ctx:
// QUOTA_EXCEEDED if they have no room for them, NOT_FOUND if they are gone.
func (s *Store) reserve(ctx context.Context, owner album.UserID, n, quota int64) error {
	if n > quota {
		return orMissing(album.ErrQuotaExceeded, s.userExists(ctx, owner))
	}
	// Not greater, rather than at most: an old document has no such field.
	room := eq("storageUsed", op("$not", op("$gt", quota-n)))
	r, err := s.users.UpdateOne(ctx, and(eq("_id", owner), room), op("$inc", eq("storageUsed", n)))
	if err == nil && r.MatchedCount == 0 {
		err = orMissing(album.ErrQuotaExceeded, s.userExists(ctx, owner))
	}
	return err
}

// orMissing is err, unless something else was found out to be wrong.
func orMissing(err, found error) error {
	if found != nil {
		return found
	}
	return err
}

// giveBack returns the storage that media have to their owners, inside the
// transaction of ctx, which must also make them have none.
func (s *Store) giveBack(ctx context.Context, docs ...mediaDoc) error {
	sums := map[album.UserID]int64{}
	for _, d := range docs {
		if n := d.held(); n > 0 {
			sums[d.Row.OwnerID] += n
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(sums)) {
		if _, err := s.users.UpdateOne(ctx, eq("_id", owner), op("$inc", eq("storageUsed", -sums[owner]))); err != nil {
			return err
		}
	}
	return nil
}

// setDoomed marks media for deletion inside the transaction of ctx, in which
// they were read.
func (s *Store) setDoomed(ctx context.Context, docs []mediaDoc) error {
	if err := s.giveBack(ctx, docs...); err != nil {
		return err
	}
	return s.onMedia(ctx, idsOf(docs), bson.D{
		{Key: "$set", Value: eq("standing", standingDoomed)}, {Key: "$unset", Value: eq("work", "")},
	})
}

// doom marks media for deletion, those of one owner in a transaction. What no
// longer matches the filter then, a medium that was just restored, is left alone.
func (s *Store) doom(ctx context.Context, docs []mediaDoc, filter bson.D) error {
	of := map[album.UserID][]album.MediaID{}
	for _, d := range docs {
		of[d.Row.OwnerID] = append(of[d.Row.OwnerID], d.Row.ID)
	}
	for _, owner := range slices.Sorted(maps.Keys(of)) {
		if _, err := write(ctx, s, "doom media", []string{string(owner)}, func(ctx context.Context) (struct{}, error) {
			still, err := find[mediaDoc](ctx, s.media, and(bson.D{in("_id", of[owner])}, filter),
				options.Find().SetProjection(heldFields))
			if err != nil || len(still) == 0 {
				return struct{}{}, err
			}
			return struct{}{}, s.setDoomed(ctx, still)
		}); err != nil {
			return err
		}
	}
	return nil
}
