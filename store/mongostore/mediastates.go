package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// hasBytes are the media whose bytes count as a duplicate's original.
var hasBytes = and(
	eq("standing", op("$in", bson.A{standingNew, standingShown})),
	eq("status", op("$in", bson.A{album.Processing, album.Ready})),
)

// Duplicates implements store.Media. The oldest of each sum is the first in the
// index, so that many of one sum cost no more in the answer.
func (s *Store) Duplicates(
	ctx context.Context, id album.AlbumID, owner album.UserID, sums []string,
) (map[string]*album.Media, error) {
	return run(ctx, s, "duplicates", func(ctx context.Context) (map[string]*album.Media, error) {
		docs, err := below[mediaDoc](ctx, s, id, len(sums), lookup(s.media, "_id", "albumId", "rows",
			match(eq("ownerId", owner), bson.D{in("sha256", sums)}, hasBytes),
			op("$sort", oldest("sha256", "_id")),
			op("$group", bson.D{{Key: "_id", Value: "$sha256"}, {Key: "oldest", Value: op("$first", "$$ROOT")}}),
			op("$replaceRoot", eq("newRoot", "$oldest"))))
		return keyed(docs, err, mediaDoc.medium, func(m *album.Media) string { return m.SHA256 })
	})
}

// duplicateOf finds the medium that has the bytes already; empty if none does.
func (s *Store) duplicateOf(ctx context.Context, d mediaDoc, sum string) (album.MediaID, error) {
	if sum == "" {
		return "", nil
	}
	docs, err := find[mediaDoc](ctx, s.media,
		and(eq("albumId", d.Row.AlbumID), eq("ownerId", d.Row.OwnerID), eq("sha256", sum), hasBytes),
		options.Find().SetSort(eq("_id", 1)).SetLimit(1).SetProjection(eq("_id", 1)))
	if err != nil || len(docs) == 0 {
		return "", err
	}
	return docs[0].Row.ID, nil
}

// AcceptMedia implements store.Media.
func (s *Store) AcceptMedia(
	ctx context.Context, id album.MediaID, f album.MediaFacts, w album.Work,
) (*album.Media, error) {
	out, err := s.writeMedium(ctx, "accept media", id, byOwner, func(ctx context.Context, d mediaDoc) (mediaChange, error) {
		if d.Row.Status != album.Pending {
			return mediaChange{Media: d.medium()}, nil
		}
		// Two of one owner that look for each other see neither: so they collide here.
		if err := setOne(ctx, s.users, eq("_id", d.Row.OwnerID), op("$inc", eq("accepted", 1))); err != nil {
			return mediaChange{}, err
		}
		there, err := s.duplicateOf(ctx, d, f.SHA256)
		if err != nil {
			return mediaChange{}, err
		}
		var m *album.Media
		if there != "" {
			m, err = s.setFailed(ctx, d, album.CodeUploadDuplicate, there)
		} else {
			m, err = s.setMedium(ctx, d, acceptedFields(d, f, w))
		}
		return mediaChange{Media: m}, err
	})
	return out.Media, err
}

// acceptedFields are what AcceptMedia changes.
func acceptedFields(d mediaDoc, f album.MediaFacts, w album.Work) bson.D {
	takenAt, place := millis(f.TakenAt), f.Place
	if !d.Row.TakenAt.IsZero() {
		takenAt = d.Row.TakenAt
	}
	if d.Row.Place != nil {
		place = d.Row.Place
	}
	fields := bson.D{
		{Key: "status", Value: album.Processing},
		{Key: "kind", Value: f.Kind},
		{Key: "contentType", Value: f.ContentType},
		{Key: "bytes", Value: f.Bytes},
		{Key: "crc32", Value: f.CRC32},
		{Key: "width", Value: f.Width},
		{Key: "height", Value: f.Height},
		{Key: "duration", Value: f.Duration},
		{Key: "takenAt", Value: orNil(takenAt)},
		{Key: "camera", Value: f.Camera},
		{Key: "key", Value: f.Key},
		{Key: "work", Value: workOf(w)},
	}
	if place != nil {
		fields = append(fields, bson.E{Key: "place", Value: place})
	}
	if f.SHA256 != "" {
		fields = append(fields, bson.E{Key: "sha256", Value: f.SHA256})
	}
	return fields
}

// setFailed makes a medium FAILED and gives back the storage that it had.
func (s *Store) setFailed(
	ctx context.Context, d mediaDoc, reason album.Code, duplicateOf album.MediaID,
) (*album.Media, error) {
	if err := s.giveBack(ctx, d); err != nil {
		return nil, err
	}
	fields := bson.D{
		{Key: "status", Value: album.Failed},
		{Key: "failure", Value: reason},
		{Key: "work", Value: nil},
	}
	if duplicateOf != "" {
		fields = append(fields, bson.E{Key: "duplicateOf", Value: duplicateOf})
	}
	return s.setMedium(ctx, d, fields)
}

// FailMedia implements store.Media.
func (s *Store) FailMedia(
	ctx context.Context, id album.MediaID, reason album.Code, ch store.Change,
) (*album.Entry, error) {
	out, err := s.writeMedium(ctx, "fail media", id, byBoth, func(ctx context.Context, d mediaDoc) (mediaChange, error) {
		if d.Row.Status != album.Pending && d.Row.Status != album.Processing {
			return mediaChange{}, nil
		}
		e := &album.Entry{Kind: album.MediaFailed, MediaID: id}
		if err := s.record(ctx, d.Row.AlbumID, ch, counts{}, e); err != nil {
			return mediaChange{}, err
		}
		m, err := s.setFailed(ctx, d, reason, "")
		return mediaChange{m, e}, err
	})
	return out.Entry, err
}

// PublishMedia implements store.Media.
func (s *Store) PublishMedia(
	ctx context.Context, id album.MediaID, made album.MediaMade, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := s.writeMedium(ctx, "publish media", id, byAlbum, func(ctx context.Context, d mediaDoc) (mediaChange, error) {
		switch d.Row.Status {
		case album.Ready:
			return mediaChange{Media: d.medium()}, nil
		case album.Processing:
		default:
			return mediaChange{}, album.ErrConflict
		}
		e := &album.Entry{Kind: album.MediaAdded, MediaID: id}
		if err := s.record(ctx, d.Row.AlbumID, ch, counts{media: 1}, e); err != nil {
			return mediaChange{}, err
		}
		m := d.medium()
		m.Add(made)
		m, err := s.setMedium(ctx, d, append(madeFields(m),
			bson.E{Key: "status", Value: album.Ready},
			bson.E{Key: "standing", Value: standingShown},
			bson.E{Key: "addedAt", Value: e.At},
			bson.E{Key: "sortAt", Value: sortAt(d.Row.TakenAt, e.At)},
			bson.E{Key: "rank", Value: album.RankAt(e.At)},
		))
		return mediaChange{m, e}, err
	})
	return out.Media, out.Entry, err
}

// ImproveMedia implements store.Media.
func (s *Store) ImproveMedia(
	ctx context.Context, id album.MediaID, made album.MediaMade, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := s.writeMedium(ctx, "improve media", id, byAlbum, func(ctx context.Context, d mediaDoc) (mediaChange, error) {
		if d.Row.Status != album.Ready {
			return mediaChange{}, album.ErrConflict
		}
		m, was := d.medium(), d.medium()
		if m.Add(made); sameMade(m, was) {
			return mediaChange{Media: was}, nil
		}
		var e *album.Entry
		if d.Standing == standingShown {
			e = &album.Entry{Kind: album.MediaProcessed, MediaID: id}
			if err := s.record(ctx, d.Row.AlbumID, ch, counts{}, e); err != nil {
				return mediaChange{}, err
			}
		}
		m, err := s.setMedium(ctx, d, madeFields(m))
		return mediaChange{m, e}, err
	})
	return out.Media, out.Entry, err
}

// sameMade compares what Media.Add can change.
func sameMade(a, b *album.Media) bool {
	sameWork := a.Work.Lane == b.Work.Lane && a.Work.Attempts == b.Work.Attempts && a.Work.Token == b.Work.Token &&
		millis(a.Work.DueAt).Equal(millis(b.Work.DueAt))
	return sameWork && a.Width == b.Width && a.Height == b.Height && a.CRC32 == b.CRC32 && a.Blurhash == b.Blurhash && a.Color == b.Color &&
		a.Progress == b.Progress && slices.Equal(a.Files, b.Files)
}

// madeFields are the same as the fields of a document.
func madeFields(m *album.Media) bson.D {
	return bson.D{
		{Key: "width", Value: m.Width},
		{Key: "height", Value: m.Height},
		{Key: "crc32", Value: m.CRC32},
		{Key: "blurhash", Value: m.Blurhash},
		{Key: "color", Value: m.Color},
		{Key: "files", Value: m.Files},
		{Key: "work", Value: workOf(m.Work)},
		{Key: "progress", Value: m.Progress},
	}
}
