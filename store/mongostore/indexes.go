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

// index is one index beside that of _id. Fields are in order; a leading '-'
// sorts downwards.
type index struct {
	name   string
	fields []string
	unique bool
	// where makes the index partial; nil: all documents.
	where bson.D
}

// collections are all there are, with their indexes. What each is for, and the
// shard keys, stand in docs/decisions/0006.
func collections() map[string][]index {
	return map[string][]index{
		schemaCollection: {},
		"users":          {},
		"identities":     {{name: "user", fields: []string{"userId", "provider"}}},
		"sessions": {
			{name: "user", fields: []string{"userId"}},
			{name: "expiry", fields: []string{"expiresAt"}},
		},
		"refreshes": {{name: "session", fields: []string{"sessionId"}}},
		"albums": {
			{name: "public", fields: []string{"ownerId", "-createdAt", "-_id"}, where: and(isActive, eq("visibility", album.Public))},
			{name: "trash", fields: []string{"ownerId", "-createdAt", "-_id"}, where: eq("state", album.Trashed)},
			{name: "overdue", fields: []string{"trashedAt"}, where: eq("state", album.Trashed)},
			{name: "deleting", fields: []string{"state"}, where: eq("state", album.Deleting)},
			{name: "log", fields: []string{"logBits", "_id"}},
		},
		"members": {
			{name: "user", fields: []string{"userId", "-joinedAt", "-albumId"}},
			{name: "album", fields: []string{"albumId", "joinedAt", "userId"}},
		},
		"shares": {
			{name: "token", fields: []string{"tokenHash"}, unique: true},
			{name: "album", fields: []string{"albumId", "-createdAt", "-_id"}},
			{name: "parent", fields: []string{"parentId"}},
		},
		"entries": {{name: "time", fields: []string{"albumId", "-at", "-seq"}}},
		"media": {
			{name: "added", fields: []string{"albumId", "standing", "-addedAt", "-_id"}},
			{name: "taken", fields: []string{"albumId", "standing", "-sortAt", "-_id"}},
			{name: "hand", fields: []string{"albumId", "standing", "-rank", "-_id"}},
			{name: "trash", fields: []string{"albumId", "standing", "-trashedAt", "-_id"}, where: eq("standing", standingTrash)},
			{name: "ownTrash", fields: []string{"albumId", "standing", "ownerId", "-trashedAt", "-_id"}, where: eq("standing", standingTrash)},
			{name: "overdue", fields: []string{"trashedAt"}, where: eq("standing", standingTrash)},
			{name: "expired", fields: []string{"upload.expiresat"}, where: eq("standing", standingNew)},
			{name: "doomed", fields: []string{"standing"}, where: eq("standing", standingDoomed)},
			{name: "work", fields: []string{"work.lane", "work.dueAt", "_id"}, where: eq("work.dueAt", op("$exists", true))},
			{name: "same", fields: []string{"albumId", "ownerId", "sha256", "_id"}, where: eq("sha256", op("$exists", true))},
			// No query yet: the search by tag and the map are to come, over the media that are there then.
			{name: "tags", fields: []string{"albumId", "standing", "tags", "-_id"}, where: eq("tags", op("$gt", ""))},
			{
				name: "place", fields: []string{"albumId", "standing", "place.latitude", "place.longitude"},
				where: eq("place.latitude", op("$gte", -90.0)),
			},
		},
		"comments": {
			{name: "thread", fields: []string{"mediaId", "threadId", "createdAt", "_id"}},
			{name: "reply", fields: []string{"threadId", "createdAt", "_id"}, where: eq("threadId", op("$gt", ""))},
			{name: "feed", fields: []string{"albumId", "inFeed", "-createdAt", "-_id"}},
		},
		"likes": {{name: "media", fields: []string{"mediaId", "-at", "-userId"}}},
		"keys":  {{name: "expiry", fields: []string{"expiresAt"}}},
	}
}

// indexTime bounds the making of one index; the server goes on with it in any case.
const indexTime = 10 * time.Minute

// ensureIndexes makes the collections and indexes that are missing. Run by many
// nodes at once, or again, it changes nothing.
func (s *Store) ensureIndexes(ctx context.Context) error {
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return fmt.Errorf("list the collections of database %s; the user needs the role readWrite on it: %w", s.db.Name(), err)
	}
	there := map[string]bool{}
	for _, name := range names {
		there[name] = true
	}
	for name, indexes := range collections() {
		if !there[name] {
			// Made by itself: inside a transaction not every server can.
			if err := s.db.CreateCollection(ctx, name); err != nil && !hasCode(err, codeNamespaceExists) {
				return fmt.Errorf("make the collection %s: %w", name, err)
			}
		}
		if err := s.ensureIndexesOf(ctx, name, indexes); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) ensureIndexesOf(ctx context.Context, name string, want []index) error {
	if len(want) == 0 {
		return nil
	}
	c := s.db.Collection(name)
	have := map[string]mongo.IndexSpecification{}
	specs, err := c.Indexes().ListSpecifications(ctx)
	if err != nil {
		return fmt.Errorf("list the indexes of %s: %w", name, err)
	}
	for _, spec := range specs {
		have[spec.Name] = spec
	}
	ctx, cancel := context.WithTimeout(ctx, indexTime)
	defer cancel()
	var missing []mongo.IndexModel
	for _, i := range want {
		spec, ok := have[i.name]
		switch {
		case !ok:
			missing = append(missing, i.model())
		case !i.is(spec):
			return fmt.Errorf("the index %s of %s is another one than is needed, %v; drop it, and it is made anew",
				i.name, name, i.fields)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err := c.Indexes().CreateMany(ctx, missing); err != nil {
		return fmt.Errorf("%s lacks indexes that Keepsake cannot do without, and they cannot be made; "+
			"the user needs the role readWrite: %w", name, err)
	}
	return nil
}

func (i index) keys() bson.D {
	keys := bson.D{}
	for _, f := range i.fields {
		if f[0] == '-' {
			keys = append(keys, bson.E{Key: f[1:], Value: int32(-1)})
		} else {
			keys = append(keys, bson.E{Key: f, Value: int32(1)})
		}
	}
	return keys
}

func (i index) model() mongo.IndexModel {
	o := options.Index().SetName(i.name)
	if i.unique {
		o.SetUnique(true)
	}
	if i.where != nil {
		o.SetPartialFilterExpression(i.where)
	}
	return mongo.IndexModel{Keys: i.keys(), Options: o}
}

// is reports whether an index that is there has these keys, in this order.
func (i index) is(spec mongo.IndexSpecification) bool {
	elements, err := spec.KeysDocument.Elements()
	keys := i.keys()
	if err != nil || len(elements) != len(keys) || i.unique != (spec.Unique != nil && *spec.Unique) {
		return false
	}
	for n, e := range elements {
		direction, ok := e.Value().AsInt64OK()
		if !ok || e.Key() != keys[n].Key || direction != int64(keys[n].Value.(int32)) {
			return false
		}
	}
	return true
}
