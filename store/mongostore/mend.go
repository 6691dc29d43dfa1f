package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

// schemaVersion is that of the documents that this program writes: 2 has ranks,
// work and storage.
const schemaVersion = 2

// The version is the one document of a collection of its own.
const (
	schemaCollection = "schema"
	schemaID         = "schema"
)

type schemaDoc struct {
	ID      string `bson:"_id"`
	Version int    `bson:"version"`
}

// mendTime bounds the mending of old documents, which looks at all media twice.
const mendTime = time.Hour

// mend gives old documents what this program cannot read them without, and
// notes that it did. It can be broken off and run by many nodes at once, but no
// older program may write meanwhile.
func (s *Store) mend(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, mendTime)
	defer cancel()
	schema := s.db.Collection(schemaCollection)
	d, err := findOne[schemaDoc](ctx, schema, eq("_id", schemaID))
	switch {
	case ignoreMissing(err) != nil:
		return fmt.Errorf("read the version of the documents: %w", err)
	case d.Version > schemaVersion:
		return fmt.Errorf("the database %s has documents of version %d and this program knows them up to %d: run the newer program",
			s.db.Name(), d.Version, schemaVersion)
	case d.Version == schemaVersion:
		return nil
	}
	// A new database has nothing to mend, an old one has people.
	old, err := find[userDoc](ctx, s.users, bson.D{}, firstBy(eq("_id", 1), 1))
	if err == nil && len(old) > 0 {
		s.logger.InfoContext(ctx, "old documents are being mended", "database", s.db.Name(), "version", schemaVersion)
		err = s.mendMedia(ctx)
		if err == nil {
			err = s.mendStorage(ctx)
		}
	}
	if err == nil {
		_, err = schema.UpdateOne(ctx, eq("_id", schemaID), op("$set", eq("version", schemaVersion)), options.UpdateOne().SetUpsert(true))
	}
	if err != nil && !mongo.IsDuplicateKeyError(err) { // another node was first
		return fmt.Errorf("mend old documents: %w", err)
	}
	return nil
}

// mendMedia puts old media by hand into the order of adding, as album.RankAt
// does, and lets workers look at all: those on their way in are to be received,
// those that are READY have no pictures.
func (s *Store) mendMedia(ctx context.Context) error {
	missing := op("$exists", false)
	millisAdded := op("$toLong", op("$ifNull", bson.A{"$addedAt", bson.DateTime(0)}))
	if _, err := s.media.UpdateMany(ctx, eq("rank", missing), mongo.Pipeline{
		op("$set", eq("rank", op("$multiply", bson.A{millisAdded, int64(1 << 20)}))),
	}); err != nil {
		return err
	}
	unfinished := and(eq("status", op("$ne", album.Failed)), notDoomed)
	_, err := s.media.UpdateMany(ctx, and(unfinished, eq("work", missing)), mongo.Pipeline{
		op("$set", eq("work", bson.D{
			{Key: "lane", Value: op("$literal", album.Quick)},
			{Key: "dueAt", Value: "$createdAt"},
			{Key: "attempts", Value: op("$literal", 0)},
			{Key: "token", Value: op("$literal", "")},
		})),
	})
	return err
}

// mendStep is how many people mendStorage writes at once.
const mendStep = 1_000

// mendStorage counts what people use who have no count yet. Who has one was
// counted by another node, and may have written since.
func (s *Store) mendStorage(ctx context.Context) error {
	cursor, err := s.media.Aggregate(ctx, mongo.Pipeline{
		match(holdsStorage),
		op("$group", bson.D{{Key: "_id", Value: "$ownerId"}, {Key: "storageUsed", Value: op("$sum", "$upload.bytes")}}),
	}, options.Aggregate().SetAllowDiskUse(true).SetBatchSize(mendStep))
	if err != nil {
		return err
	}
	// Of no consequence if it fails: the server ends it by itself.
	defer cursor.Close(context.WithoutCancel(ctx)) //nolint:errcheck // see above
	var models []mongo.WriteModel
	flush := func() error {
		if len(models) == 0 {
			return nil
		}
		_, err := s.users.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
		models = models[:0]
		return err
	}
	for cursor.Next(ctx) {
		var used userDoc
		if err := cursor.Decode(&used); err != nil {
			return err
		}
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(and(eq("_id", used.ID), eq("storageUsed", op("$exists", false)))).
			SetUpdate(op("$set", eq("storageUsed", used.StorageUsed))))
		if len(models) == mendStep {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := cursor.Err(); err != nil {
		return err
	}
	return flush()
}
