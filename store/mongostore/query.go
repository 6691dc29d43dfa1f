package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

// findOne reads one document: NOT_FOUND if there is none.
func findOne[D any](ctx context.Context, c *mongo.Collection, filter bson.D) (D, error) {
	var d D
	err := c.FindOne(ctx, filter).Decode(&d)
	return d, orNotFound(err)
}

func orNotFound(err error) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return album.ErrNotFound
	}
	return err
}

// changeOne changes one document and returns it as it is then: NOT_FOUND if
// there is none.
func changeOne[D any](ctx context.Context, c *mongo.Collection, filter, change bson.D) (D, error) {
	var d D
	err := c.FindOneAndUpdate(ctx, filter, change,
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
	return d, orNotFound(err)
}

// oneBatch is more documents than any list has: they come with the first answer,
// where the server's own choice is 101 and then a second command.
const oneBatch = 10_000

// find reads all documents that match: the filter, or the limit, bounds them.
func find[D any](ctx context.Context, c *mongo.Collection, filter bson.D, o ...options.Lister[options.FindOptions]) ([]D, error) {
	cursor, err := c.Find(ctx, filter, slices.Insert(o, 0, options.Lister[options.FindOptions](options.Find().SetBatchSize(oneBatch)))...)
	return all[D](ctx, cursor, err)
}

// page reads one page of a list: nothing where limit is 0 or less.
func page[D any](ctx context.Context, c *mongo.Collection, filter, sort bson.D, limit int) ([]D, error) {
	if limit <= 0 {
		return nil, nil
	}
	return find[D](ctx, c, filter, options.Find().SetSort(sort).SetLimit(int64(limit)))
}

// aggregate reads what a pipeline gives.
func aggregate[D any](ctx context.Context, c *mongo.Collection, stages ...bson.D) ([]D, error) {
	cursor, err := c.Aggregate(ctx, mongo.Pipeline(stages), options.Aggregate().SetBatchSize(oneBatch))
	return all[D](ctx, cursor, err)
}

// firstOf runs a pipeline that lists the first few rows of many parents; of
// none where limit is 0 or less.
func firstOf[D any](ctx context.Context, limit int, pipeline []bson.D, parents *mongo.Collection) ([]D, error) {
	if limit <= 0 {
		return nil, nil
	}
	return aggregate[D](ctx, parents, pipeline...)
}

func all[D any](ctx context.Context, cursor *mongo.Cursor, err error) ([]D, error) {
	if err != nil {
		return nil, err
	}
	var out []D
	err = cursor.All(ctx, &out)
	return out, err
}

// exists reports whether any document matches.
func exists(ctx context.Context, c *mongo.Collection, filter bson.D) (bool, error) {
	err := c.FindOne(ctx, filter, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

// setOne changes one document that must be there: NOT_FOUND if it is not.
func setOne(ctx context.Context, c *mongo.Collection, filter bson.D, change bson.D) error {
	r, err := c.UpdateOne(ctx, filter, change)
	if err == nil && r.MatchedCount == 0 {
		err = album.ErrNotFound
	}
	return err
}

// The small words of queries.

func eq(field string, value any) bson.D    { return bson.D{{Key: field, Value: value}} }
func op(operator string, value any) bson.D { return bson.D{{Key: operator, Value: value}} }
func in[T ~string](field string, ids []T) bson.E {
	return bson.E{Key: field, Value: op("$in", distinct(ids))}
}

// and joins filters; none make the one that everything matches.
func and(filters ...bson.D) bson.D { return append(bson.D{}, slices.Concat(filters...)...) }

// before is where a list goes on that is sorted by key, then id, downwards. The
// first condition bounds the walk over the index, the second cuts the rows that
// share the key.
func before(key, id string, p album.Position) bson.D {
	if p.IsZero() {
		return nil
	}
	return beyond(key, bson.DateTime(p.Key), id, p.ID, "$lt")
}

// after is the same for a list that is sorted upwards.
func after(key, id string, p album.Position) bson.D {
	if p.IsZero() {
		return nil
	}
	return beyond(key, bson.DateTime(p.Key), id, p.ID, "$gt")
}

// beyond is the same from a place on, whatever the key's type.
func beyond(key string, at any, id, atID, way string) bson.D {
	return bson.D{
		{Key: key, Value: op(way+"e", at)},
		{Key: "$or", Value: bson.A{eq(key, op(way, at)), eq(id, op(way, atID))}},
	}
}

// newest sorts downwards by key, then id; oldest upwards.
func newest(key, id string) bson.D { return bson.D{{Key: key, Value: -1}, {Key: id, Value: -1}} }
func oldest(key, id string) bson.D { return bson.D{{Key: key, Value: 1}, {Key: id, Value: 1}} }

// The stages of pipelines.

func match(filters ...bson.D) bson.D { return op("$match", and(filters...)) }

// unmatched drops documents that a lookup found nothing for, and what it found.
func unmatched(as string) []bson.D {
	return []bson.D{match(eq(as, op("$ne", bson.A{}))), op("$unset", as)}
}

// lookup puts into a field the documents of another collection whose field
// foreign equals local, as far as the stages take them.
func lookup(from *mongo.Collection, local, foreign, as string, stages ...bson.D) bson.D {
	return op("$lookup", bson.D{
		{Key: "from", Value: from.Name()},
		{Key: "localField", Value: local},
		{Key: "foreignField", Value: foreign},
		{Key: "pipeline", Value: mongo.Pipeline(stages)},
		{Key: "as", Value: as},
	})
}

// replaceWith goes on with what a lookup found, each as a document of its own.
func replaceWith(as string) []bson.D {
	return []bson.D{op("$unwind", "$"+as), op("$replaceRoot", eq("newRoot", "$"+as))}
}

var onlyID = op("$project", eq("_id", 1))

// liveAlbum keeps documents whose album is not DELETING.
func (s *Store) liveAlbum() []bson.D {
	found := lookup(s.albums, "albumId", "_id", "album", match(notDeleting), onlyID)
	return append([]bson.D{found}, unmatched("album")...)
}

// liveMedium keeps documents whose medium is not to be deleted.
func (s *Store) liveMedium() []bson.D {
	found := lookup(s.media, "mediaId", "_id", "medium", match(notDoomed), onlyID)
	return append([]bson.D{found}, unmatched("medium")...)
}

// stages makes one pipeline of single stages and of groups of them.
func stages(parts ...any) []bson.D {
	var out []bson.D
	for _, p := range parts {
		switch p := p.(type) {
		case bson.D:
			out = append(out, p)
		case []bson.D:
			out = append(out, p...)
		}
	}
	return out
}

// distinct returns ids without the repeated ones, in their order.
func distinct[T comparable](ids []T) []T {
	seen := make(map[T]bool, len(ids))
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// domain turns documents into the domain's values.
func domain[D, T any](docs []D, err error, of func(D) T) ([]T, error) {
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	out := make([]T, len(docs))
	for i, d := range docs {
		out[i] = of(d)
	}
	return out, nil
}

// only is the one value of docs, or NOT_FOUND.
func only[D, T any](docs []D, err error, of func(D) T) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, err
	case len(docs) == 0:
		return none, album.ErrNotFound
	}
	return of(docs[0]), nil
}

// keyed puts values into a map by their key.
func keyed[K comparable, D, T any](docs []D, err error, of func(D) T, key func(T) K) (map[K]T, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[K]T, len(docs))
	for _, d := range docs {
		v := of(d)
		out[key(v)] = v
	}
	return out, nil
}

// grouped puts values into a map of lists, which keep the order of docs.
func grouped[K comparable, D, T any](docs []D, err error, of func(D) T, key func(T) K) (map[K][]T, error) {
	if err != nil {
		return nil, err
	}
	out := map[K][]T{}
	for _, d := range docs {
		v := of(d)
		out[key(v)] = append(out[key(v)], v)
	}
	return out, nil
}

// millis cuts a time to what is stored of it.
func millis(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// orNil is a time as a field that may be missing.
func orNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
