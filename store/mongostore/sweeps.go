package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// The sizes of the steps that a sweep takes, and the time that one may take.
const (
	mediaStep = 500
	albumStep = 100
	entryStep = 2_000
	sweepTime = time.Minute
)

// sweep runs a step of a sweep. It is no transaction, save where it marks media
// (doom): each step is in an order that another sweep can go on from.
func sweep[T any](ctx context.Context, s *Store, name string, do func(ctx context.Context) (T, error)) (_ T, err error) {
	defer s.observed(ctx, name, time.Now(), &err)
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	out, err := do(ctx)
	if err != nil {
		var none T
		return none, edge(name, err)
	}
	return out, nil
}

// Doomed implements store.Sweeps. One call marks a bounded number of each kind.
func (s *Store) Doomed(ctx context.Context, trashed, expired time.Time, n int) ([]*album.Media, error) {
	return sweep(ctx, s, "doomed media", func(ctx context.Context) ([]*album.Media, error) {
		deleting, err := find[albumDoc](ctx, s.albums, eq("state", album.Deleting), options.Find().SetLimit(albumStep))
		if err != nil {
			return nil, err
		}
		ids := make([]album.AlbumID, len(deleting))
		for i, a := range deleting {
			ids[i] = a.Row.ID
		}
		for _, overdue := range []bson.D{
			and(eq("standing", standingTrash), eq("trashedAt", op("$lt", trashed))),
			and(eq("standing", standingNew), eq("status", op("$in", bson.A{album.Pending, album.Failed})),
				eq("upload.expiresat", op("$lt", expired))),
			and(bson.D{in("albumId", ids)}, eq("standing", op("$in", bson.A{standingNew, standingShown, standingTrash}))),
		} {
			docs, err := find[mediaDoc](ctx, s.media, overdue,
				options.Find().SetLimit(int64(max(n, mediaStep))).SetProjection(eq("ownerId", 1)))
			if err == nil {
				err = s.doom(ctx, docs, overdue)
			}
			if err != nil {
				return nil, err
			}
		}
		docs, err := page[mediaDoc](ctx, s.media, eq("standing", standingDoomed), eq("standing", 1), n)
		return domain(docs, err, mediaDoc.medium)
	})
}

func idsOf(docs []mediaDoc) []album.MediaID {
	ids := make([]album.MediaID, len(docs))
	for i, d := range docs {
		ids[i] = d.Row.ID
	}
	return ids
}

// KnownMedia implements store.Sweeps.
func (s *Store) KnownMedia(ctx context.Context, ids []album.MediaID) (map[album.MediaID]bool, error) {
	return run(ctx, s, "known media", func(ctx context.Context) (map[album.MediaID]bool, error) {
		docs, err := find[mediaDoc](ctx, s.media, bson.D{in("_id", ids)}, options.Find().SetProjection(eq("_id", 1)))
		if err != nil {
			return nil, err
		}
		known := make(map[album.MediaID]bool, len(docs))
		for _, d := range docs {
			known[d.Row.ID] = true
		}
		return known, nil
	})
}

// RemoveMedia implements store.Sweeps. The medium goes last: until then another
// sweep finds it.
func (s *Store) RemoveMedia(ctx context.Context, ids []album.MediaID) error {
	_, err := sweep(ctx, s, "remove media", func(ctx context.Context) (struct{}, error) {
		gone, err := aggregate[mediaDoc](ctx, s.media,
			match(bson.D{in("_id", ids)}),
			op("$project", bson.D{{Key: "standing", Value: 1}, {Key: "albumId", Value: 1}, {Key: "ownerId", Value: 1}}),
			lookup(s.albums, "albumId", "_id", "album", match(notDeleting), onlyID),
			match(eq("$or", bson.A{eq("standing", standingDoomed), eq("album", bson.A{})})),
			op("$unset", "album"))
		if err != nil || len(gone) == 0 {
			return struct{}{}, err
		}
		of := idsOf(gone)
		unmarked := slices.DeleteFunc(slices.Clone(gone), func(d mediaDoc) bool { return d.Standing == standingDoomed })
		if err := s.doom(ctx, unmarked, notDoomed); err != nil {
			return struct{}{}, err
		}
		if _, err := s.likes.DeleteMany(ctx, bson.D{in("mediaId", of)}); err != nil {
			return struct{}{}, err
		}
		if _, err := s.comments.DeleteMany(ctx, bson.D{in("mediaId", of)}); err != nil {
			return struct{}{}, err
		}
		_, err = s.media.DeleteMany(ctx, bson.D{in("_id", of)})
		return struct{}{}, err
	})
	return err
}

// PurgeAlbums implements store.Sweeps. One call takes away at most 100 albums.
func (s *Store) PurgeAlbums(ctx context.Context, trashed time.Time) ([]album.AlbumID, error) {
	const name = "purge albums"
	overdue := and(eq("state", album.Trashed), eq("trashedAt", op("$lt", trashed)))
	late, err := sweep(ctx, s, name, func(ctx context.Context) ([]albumDoc, error) {
		return page[albumDoc](ctx, s.albums, overdue, eq("trashedAt", 1), albumStep)
	})
	if err != nil {
		return nil, err
	}
	for _, a := range late {
		if err := s.deleteOverdue(ctx, name, a.Row.ID, overdue, trashed); err != nil {
			return nil, err
		}
	}
	return sweep(ctx, s, name, func(ctx context.Context) ([]album.AlbumID, error) {
		empty, err := aggregate[albumDoc](ctx, s.albums,
			match(eq("state", album.Deleting)), onlyID,
			lookup(s.media, "_id", "albumId", "media", op("$limit", 1), onlyID),
			match(eq("media", bson.A{})), op("$limit", albumStep))
		if err != nil {
			return nil, err
		}
		var gone []album.AlbumID
		for _, a := range empty {
			taken, err := s.removeAlbum(ctx, a.Row.ID)
			if err != nil {
				return nil, err
			}
			if taken { // else another sweep was first
				gone = append(gone, a.Row.ID)
			}
		}
		return gone, nil
	})
}

// deleteOverdue moves an album to DELETING if it is still overdue.
func (s *Store) deleteOverdue(ctx context.Context, name string, id album.AlbumID, overdue bson.D, at time.Time) error {
	_, err := write(ctx, s, name, []string{string(id)}, func(ctx context.Context) (*album.Entry, error) {
		if ok, err := exists(ctx, s.albums, and(eq("_id", id), overdue)); err != nil || !ok {
			return nil, err
		}
		return s.setState(ctx, id, album.Deleting, store.Change{At: at})
	})
	return err
}

// removeAlbum takes the rows of a DELETING album away, below which nothing
// comes any more. The album goes last.
func (s *Store) removeAlbum(ctx context.Context, id album.AlbumID) (bool, error) {
	if _, err := s.entries.DeleteMany(ctx, eq("albumId", id)); err != nil {
		return false, err
	}
	if _, err := s.members.DeleteMany(ctx, eq("albumId", id)); err != nil {
		return false, err
	}
	if _, err := s.shares.DeleteMany(ctx, eq("albumId", id)); err != nil {
		return false, err
	}
	r, err := s.albums.DeleteOne(ctx, and(eq("_id", id), eq("state", album.Deleting)))
	return err == nil && r.DeletedCount > 0, err
}

// TrimLogs implements store.Sweeps.
func (s *Store) TrimLogs(ctx context.Context, keep int) (int, error) {
	keep = max(keep, 0)
	total := 0
	for last := (albumDoc{LogBits: logBits(int64(keep) + 1)}); ; {
		long, err := sweep(ctx, s, "trim logs", func(ctx context.Context) ([]albumDoc, error) {
			// The lengths change rarely; an album that is missed is found by the next sweep.
			return page[albumDoc](ctx, s.albums, bson.D{
				{Key: "logBits", Value: op("$gte", last.LogBits)},
				{Key: "$or", Value: bson.A{eq("logBits", op("$gt", last.LogBits)), eq("_id", op("$gt", last.Row.ID))}},
			}, bson.D{{Key: "logBits", Value: 1}, {Key: "_id", Value: 1}}, albumStep)
		})
		if err != nil || len(long) == 0 {
			return total, err
		}
		last = long[len(long)-1]
		for _, a := range long {
			n, err := s.trim(ctx, a.Row.ID, a.Row.Seq-int64(keep))
			total += n
			if err != nil {
				return total, err
			}
		}
	}
}

// trim takes the entries of an album up to a Seq away and says how many. The
// album says first that they are gone, so that no reader takes a log that is
// half trimmed for one with a hole.
func (s *Store) trim(ctx context.Context, id album.AlbumID, to int64) (int, error) {
	return sweep(ctx, s, "trim log", func(ctx context.Context) (int, error) {
		a, err := findOne[albumDoc](ctx, s.albums, eq("_id", id))
		if err != nil || a.Trimmed >= to {
			return 0, ignoreMissing(err)
		}
		a, err = changeOne[albumDoc](ctx, s.albums, eq("_id", id), op("$max", eq("trimmed", to)))
		if err != nil {
			return 0, ignoreMissing(err)
		}
		r, err := s.entries.DeleteMany(ctx, and(eq("albumId", id), eq("_id", op("$lte", entryID(id, to)))))
		if err != nil {
			return 0, err
		}
		return int(r.DeletedCount), ignoreMissing(s.measure(ctx, a))
	})
}

// ignoreMissing takes an album that went meanwhile for no error.
func ignoreMissing(err error) error {
	if album.CodeOf(err) == album.CodeNotFound {
		return nil
	}
	return err
}
