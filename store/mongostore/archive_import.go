package mongostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// Import implements store.Archive.
func (s *Store) Import(ctx context.Context, records []store.Record) error {
	if len(records) == 0 {
		return nil
	}
	_, err := sweep(ctx, s, "import", func(ctx context.Context) (struct{}, error) {
		shown, err := s.shownOf(ctx, records)
		if err != nil {
			return struct{}{}, err
		}
		if err := s.removeMoved(ctx, records); err != nil {
			return struct{}{}, err
		}
		docs := make([]placed, len(records))
		for i, r := range records {
			if docs[i], err = s.place(r, shown); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, put(ctx, docs)
	})
	return err
}

// placed is a record's document and where it belongs. The key has, beside the
// ID, the rest of the shard key.
type placed struct {
	in  *mongo.Collection
	key bson.D
	doc any
}

// put inserts documents of one collection, which costs a fraction of replacing
// them, and replaces those that are there.
func put(ctx context.Context, docs []placed) error {
	models := make([]mongo.WriteModel, len(docs))
	for i, d := range docs {
		models[i] = mongo.NewInsertOneModel().SetDocument(d.doc)
	}
	unordered := options.BulkWrite().SetOrdered(false)
	_, err := docs[0].in.BulkWrite(ctx, models, unordered)
	failed, ok := errors.AsType[mongo.BulkWriteException](err)
	if !ok || failed.WriteConcernError != nil {
		return err
	}
	models = models[:0]
	for _, e := range failed.WriteErrors {
		if !mongo.IsDuplicateKeyError(e.WriteError) {
			return err
		}
		d := docs[e.Index]
		models = append(models, mongo.NewReplaceOneModel().SetUpsert(true).SetFilter(d.key).SetReplacement(d.doc))
	}
	_, err = docs[0].in.BulkWrite(ctx, models, unordered)
	return err
}

// shownOf returns which of the media that comments are on are shown; nil where
// the records are no comments.
func (s *Store) shownOf(ctx context.Context, records []store.Record) (map[album.MediaID]bool, error) {
	var media []album.MediaID
	for _, r := range records {
		if c, ok := r.(store.CommentRecord); ok {
			media = append(media, c.MediaID)
		}
	}
	if len(media) == 0 {
		return nil, nil
	}
	docs, err := find[mediaDoc](ctx, s.media, and(bson.D{in("_id", media)}, isShown),
		options.Find().SetProjection(eq("_id", 1)))
	if err != nil {
		return nil, err
	}
	shown := make(map[album.MediaID]bool, len(docs))
	for _, d := range docs {
		shown[d.Row.ID] = true
	}
	return shown, nil
}

// removeMoved takes away media that are there as those of other albums: the
// album is in the shard key, so that they cannot be replaced.
func (s *Store) removeMoved(ctx context.Context, records []store.Record) error {
	now := map[album.MediaID]album.AlbumID{}
	for _, r := range records {
		if m, ok := r.(store.MediaRecord); ok {
			now[m.ID] = m.AlbumID
		}
	}
	if len(now) == 0 {
		return nil
	}
	docs, err := find[mediaDoc](ctx, s.media, bson.D{in("_id", slices.Collect(maps.Keys(now)))},
		options.Find().SetProjection(eq("albumId", 1)))
	if err != nil {
		return err
	}
	docs = slices.DeleteFunc(docs, func(d mediaDoc) bool { return d.Row.AlbumID == now[d.Row.ID] })
	if len(docs) == 0 {
		return nil
	}
	_, err = s.media.DeleteMany(ctx, bson.D{in("_id", idsOf(docs))})
	return err
}

// place makes a record's document, with what the store keeps beside the record.
func (s *Store) place(r store.Record, shown map[album.MediaID]bool) (placed, error) {
	at := func(c *mongo.Collection, doc any, shard ...bson.D) (placed, error) {
		return placed{c, and(append(shard, eq("_id", documentID(r)))...), doc}, nil
	}
	switch r := r.(type) {
	case store.UserRecord:
		return at(s.users, userDoc(r.User))
	case store.IdentityRecord:
		return at(s.identities, identityDoc{identityID(r.Provider, r.Subject), identityFields(r.Identity)})
	case store.SessionRecord:
		return at(s.sessions, sessionDoc(r.Session))
	case store.RefreshRecord:
		return at(s.refreshes, refreshDoc(r))
	case store.AlbumRecord:
		return at(s.albums, albumDoc{Row: albumFields(r.Album), Trimmed: r.Trimmed, LogBits: logBits(r.Seq - r.Trimmed)})
	case store.MemberRecord:
		return at(s.members, memberDocOf(r.Membership), eq("userId", r.UserID), eq("albumId", r.AlbumID))
	case store.ShareRecord:
		return at(s.shares, shareDoc(r.Share), eq("tokenHash", r.TokenHash))
	case store.MediaRecord:
		return at(s.media, mediaDocOf(r), eq("albumId", r.AlbumID))
	case store.CommentRecord:
		inFeed := r.RemovedAt.IsZero() && shown[r.MediaID]
		return at(s.comments, commentDoc{commentFields(r.Comment), inFeed}, eq("mediaId", r.MediaID))
	case store.LikeRecord:
		doc := likeDoc{likeID(r.MediaID, r.UserID), likeFields(r.Like)}
		return at(s.likes, doc, eq("mediaId", r.MediaID), eq("userId", r.UserID))
	case store.EntryRecord:
		return at(s.entries, entryDoc{entryID(r.AlbumID, r.Seq), entryFields(r.Entry)}, eq("albumId", r.AlbumID))
	}
	return placed{}, fmt.Errorf("a %T is no record", r)
}

// mediaDocOf finds out where a medium stands.
func mediaDocOf(r store.MediaRecord) mediaDoc {
	d := mediaDoc{Row: mediaFields(r.Media), Standing: standingNew, Work: workOf(r.Work)}
	switch {
	case r.Doomed:
		d.Standing = standingDoomed
	case !r.TrashedAt.IsZero():
		d.Standing = standingTrash
	case r.Status == album.Ready:
		d.Standing = standingShown
	}
	if !r.AddedAt.IsZero() {
		d.SortAt = sortAt(r.TakenAt, r.AddedAt)
	}
	return d
}

// The mark is the one document of a collection of its own, there only during an
// import.
const (
	markCollection = "imports"
	markID         = "import"
)

type markDoc struct {
	ID   string `bson:"_id"`
	Mark string `bson:"mark"`
}

// BeginImport implements store.Archive.
func (s *Store) BeginImport(ctx context.Context, mark string) error {
	present, err := s.Importing(ctx)
	switch {
	case err != nil:
		return err
	case present == mark:
		return nil
	case present != "":
		return album.Errorf(album.CodeConflict, "another import, of %s, began in the database %s and did not end",
			present, s.db.Name())
	}
	for _, kind := range store.Kinds() {
		some, err := s.Export(ctx, kind, nil, 1)
		if err != nil {
			return err
		}
		if len(some) > 0 {
			return album.Errorf(album.CodeConflict, "the database %s is not empty: it has %s", s.db.Name(), kind)
		}
	}
	_, err = sweep(ctx, s, "begin an import", func(ctx context.Context) (struct{}, error) {
		_, err := s.db.Collection(markCollection).InsertOne(ctx, markDoc{markID, mark})
		return struct{}{}, err
	})
	return err
}

// Importing implements store.Archive.
func (s *Store) Importing(ctx context.Context) (string, error) {
	d, err := run(ctx, s, "importing", func(ctx context.Context) (markDoc, error) {
		return findOne[markDoc](ctx, s.db.Collection(markCollection), eq("_id", markID))
	})
	return d.Mark, ignoreMissing(err)
}

// EndImport implements store.Archive.
func (s *Store) EndImport(ctx context.Context) error {
	_, err := sweep(ctx, s, "end an import", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.db.Collection(markCollection).Drop(ctx)
	})
	return err
}
