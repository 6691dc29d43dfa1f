package mongostore

import (
	"context"
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
	_, err := sweep(ctx, "import", func(ctx context.Context) (struct{}, error) {
		shown, err := s.shownOf(ctx, records)
		if err != nil {
			return struct{}{}, err
		}
		if err := s.removeMoved(ctx, records); err != nil {
			return struct{}{}, err
		}
		var into *mongo.Collection
		models := make([]mongo.WriteModel, len(records))
		for i, r := range records {
			c, filter, doc, err := s.document(r, shown)
			if err != nil {
				return struct{}{}, err
			}
			into = c
			models[i] = mongo.NewReplaceOneModel().SetUpsert(true).SetReplacement(doc).
				SetFilter(append(eq("_id", documentID(r)), filter...))
		}
		_, err = into.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
		return struct{}{}, err
	})
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

// document makes a record's document, with what the store keeps beside the
// record, and says where it belongs. The filter has, beside the ID, the rest of
// the shard key.
func (s *Store) document(
	r store.Record, shown map[album.MediaID]bool,
) (c *mongo.Collection, filter bson.D, doc any, err error) {
	switch r := r.(type) {
	case store.UserRecord:
		return s.users, nil, userDoc(r.User), nil
	case store.IdentityRecord:
		return s.identities, nil, identityDoc{identityID(r.Provider, r.Subject), identityFields(r.Identity)}, nil
	case store.SessionRecord:
		return s.sessions, nil, sessionDoc(r.Session), nil
	case store.RefreshRecord:
		return s.refreshes, nil, refreshDoc(r), nil
	case store.AlbumRecord:
		return s.albums, nil, albumDoc{Row: albumFields(r.Album), Trimmed: r.Trimmed, LogBits: logBits(r.Seq - r.Trimmed)}, nil
	case store.MemberRecord:
		return s.members, bson.D{{Key: "userId", Value: r.UserID}, {Key: "albumId", Value: r.AlbumID}}, memberDocOf(r.Membership), nil
	case store.ShareRecord:
		return s.shares, eq("tokenHash", r.TokenHash), shareDoc(r.Share), nil
	case store.MediaRecord:
		return s.media, eq("albumId", r.AlbumID), mediaDocOf(r), nil
	case store.CommentRecord:
		d := commentDoc{Row: commentFields(r.Comment), InFeed: r.RemovedAt.IsZero() && shown[r.MediaID]}
		return s.comments, eq("mediaId", r.MediaID), d, nil
	case store.LikeRecord:
		of := bson.D{{Key: "mediaId", Value: r.MediaID}, {Key: "userId", Value: r.UserID}}
		return s.likes, of, likeDoc{likeID(r.MediaID, r.UserID), likeFields(r.Like)}, nil
	case store.EntryRecord:
		return s.entries, eq("albumId", r.AlbumID), entryDoc{entryID(r.AlbumID, r.Seq), entryFields(r.Entry)}, nil
	}
	return nil, nil, nil, fmt.Errorf("a %T is no record", r)
}

// mediaDocOf finds out where a medium stands.
func mediaDocOf(r store.MediaRecord) mediaDoc {
	d := mediaDoc{Row: mediaFields(r.Media), Standing: standingNew}
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
	_, err = sweep(ctx, "begin an import", func(ctx context.Context) (struct{}, error) {
		_, err := s.db.Collection(markCollection).InsertOne(ctx, markDoc{markID, mark})
		return struct{}{}, err
	})
	return err
}

// Importing implements store.Archive.
func (s *Store) Importing(ctx context.Context) (string, error) {
	d, err := read(ctx, s, "importing", func(ctx context.Context) (markDoc, error) {
		return findOne[markDoc](ctx, s.db.Collection(markCollection), eq("_id", markID))
	})
	return d.Mark, ignoreMissing(err)
}

// EndImport implements store.Archive.
func (s *Store) EndImport(ctx context.Context) error {
	_, err := sweep(ctx, "end an import", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.db.Collection(markCollection).Drop(ctx)
	})
	return err
}
