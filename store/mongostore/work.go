package mongostore

import (
	"context"
	"crypto/rand"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

const (
	// workPage is how many due media a claim reads at once.
	workPage = 50
	// maxLooked is how many due media one claim looks at. If all of them stood
	// below albums that are not ACTIVE, those that come after would never be seen:
	// then their work is put off to the end of the lease that was asked for.
	maxLooked = 1_000
)

// workDoc is an album.Work that is still to be done: where nothing is, a medium
// has none.
type workDoc struct {
	Lane     album.Lane `bson:"lane"`
	DueAt    time.Time  `bson:"dueAt,omitempty"`
	Attempts int        `bson:"attempts"`
	Token    string     `bson:"token"`
}

// workOf is the document of work; nil if there is none.
func workOf(w album.Work) *workDoc {
	if w == (album.Work{}) {
		return nil
	}
	d := workDoc(w)
	return &d
}

// ClaimWork implements store.Work. A claim holds only while the medium has the
// token and the time that it was read with, so of two calls one has it.
func (s *Store) ClaimWork(
	ctx context.Context, lane album.Lane, now, until time.Time, limit int,
) ([]*album.Media, error) {
	if limit <= 0 {
		return nil, nil
	}
	return run(ctx, s, "claim work", func(ctx context.Context) ([]*album.Media, error) {
		var claimed []*album.Media
		var passed []mediaDoc
		var last *mediaDoc
		for looked := 0; looked < maxLooked; looked += workPage {
			docs, err := s.dueAt(ctx, lane, now, last)
			if err != nil {
				return nil, err
			}
			free, others, err := s.inActiveAlbums(ctx, docs)
			if err != nil {
				return nil, err
			}
			for i := 0; i < len(free) && len(claimed) < limit; i++ {
				m, err := s.claim(ctx, free[i], until)
				if err != nil {
					return nil, err
				}
				if m != nil {
					claimed = append(claimed, m)
				}
			}
			if len(claimed) == limit || len(docs) < workPage {
				return claimed, nil
			}
			passed, last = append(passed, others...), &docs[len(docs)-1]
		}
		return claimed, s.putOff(ctx, passed, now, until)
	})
}

// dueAt reads the next due media of a lane after one of them, the earliest
// first.
func (s *Store) dueAt(ctx context.Context, lane album.Lane, now time.Time, last *mediaDoc) ([]mediaDoc, error) {
	due := eq("work.dueAt", op("$lte", now))
	if last != nil {
		at := last.Work.DueAt
		due = bson.D{
			{Key: "work.dueAt", Value: bson.D{{Key: "$gte", Value: at}, {Key: "$lte", Value: now}}},
			{Key: "$or", Value: bson.A{eq("work.dueAt", op("$gt", at)), eq("_id", op("$gt", last.Row.ID))}},
		}
	}
	return find[mediaDoc](ctx, s.media, and(eq("work.lane", lane), due, notDoomed),
		options.Find().SetSort(oldest("work.dueAt", "_id")).SetLimit(workPage).
			SetProjection(bson.D{{Key: "albumId", Value: 1}, {Key: "work", Value: 1}}))
}

// inActiveAlbums tells the media below ACTIVE albums from the others.
func (s *Store) inActiveAlbums(ctx context.Context, docs []mediaDoc) (in, others []mediaDoc, err error) {
	if len(docs) == 0 {
		return nil, nil, nil
	}
	active, err := s.activeAlbums(ctx, docs)
	for _, d := range docs {
		if active[d.Row.AlbumID] {
			in = append(in, d)
		} else {
			others = append(others, d)
		}
	}
	return in, others, err
}

// activeAlbums returns which albums of those media are ACTIVE.
func (s *Store) activeAlbums(ctx context.Context, docs []mediaDoc) (map[album.AlbumID]bool, error) {
	ids := make([]album.AlbumID, len(docs))
	for i, d := range docs {
		ids[i] = d.Row.AlbumID
	}
	albums, err := find[albumDoc](ctx, s.albums, and(bson.D{in("_id", ids)}, isActive),
		options.Find().SetProjection(eq("_id", 1)))
	active := make(map[album.AlbumID]bool, len(albums))
	for _, a := range albums {
		active[a.Row.ID] = true
	}
	return active, err
}

// claim takes a medium's work until a time; nil if it is not as it was read, so
// that somebody else was first. The album beside the ID is the rest of the shard
// key.
func (s *Store) claim(ctx context.Context, d mediaDoc, until time.Time) (*album.Media, error) {
	asRead := and(eq("_id", d.Row.ID), eq("albumId", d.Row.AlbumID),
		eq("work.token", d.Work.Token), eq("work.dueAt", d.Work.DueAt), notDoomed)
	now, err := changeOne[mediaDoc](ctx, s.media, asRead, bson.D{
		{Key: "$set", Value: bson.D{{Key: "work.dueAt", Value: until}, {Key: "work.token", Value: rand.Text()}}},
		{Key: "$inc", Value: eq("work.attempts", 1)},
	})
	switch {
	case album.CodeOf(err) == album.CodeNotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return now.medium(), nil
}

// putOff lets work wait that nobody may do now. What is no longer due was
// claimed meanwhile.
func (s *Store) putOff(ctx context.Context, docs []mediaDoc, now, until time.Time) error {
	if len(docs) == 0 {
		return nil
	}
	_, err := s.media.UpdateMany(ctx, and(bson.D{in("_id", idsOf(docs))}, eq("work.dueAt", op("$lte", now))),
		op("$set", eq("work.dueAt", until)))
	return err
}

// KeepWork implements store.Work.
func (s *Store) KeepWork(ctx context.Context, id album.MediaID, w album.Work, progress int) error {
	if w.Token == "" { // nobody's claim
		return album.ErrConflict
	}
	_, err := run(ctx, s, "keep work", func(ctx context.Context) (struct{}, error) {
		change := bson.D{{Key: "$set", Value: eq("progress", progress)}, {Key: "$unset", Value: eq("work", "")}}
		if !w.DueAt.IsZero() {
			change = op("$set", bson.D{
				{Key: "work.dueAt", Value: w.DueAt}, {Key: "work.attempts", Value: w.Attempts}, {Key: "progress", Value: progress},
			})
		}
		r, err := s.media.UpdateOne(ctx, and(eq("_id", id), eq("work.token", w.Token), notDoomed), change)
		if err == nil && r.MatchedCount == 0 {
			err = album.ErrConflict
		}
		return struct{}{}, err
	})
	return err
}

// HurryWork implements store.Work.
func (s *Store) HurryWork(ctx context.Context, id album.MediaID, due, beyond time.Time) error {
	_, err := run(ctx, s, "hurry work", func(ctx context.Context) (struct{}, error) {
		_, err := s.media.UpdateOne(ctx,
			and(eq("_id", id), eq("status", album.Pending), notDoomed, eq("work.dueAt", op("$gt", beyond))),
			op("$set", eq("work.dueAt", due)))
		return struct{}{}, err
	})
	return err
}

// NextWork implements store.Work.
func (s *Store) NextWork(ctx context.Context, lane album.Lane) (time.Time, error) {
	return run(ctx, s, "next work", func(ctx context.Context) (time.Time, error) {
		docs, err := find[mediaDoc](ctx, s.media, and(eq("work.lane", lane), eq("work.dueAt", op("$exists", true)), notDoomed),
			options.Find().SetSort(oldest("work.dueAt", "_id")).SetLimit(1).SetProjection(eq("work", 1)))
		if err != nil || len(docs) == 0 {
			return time.Time{}, err
		}
		return docs[0].Work.DueAt, nil
	})
}
