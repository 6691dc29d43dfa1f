package mongostore

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// entryDoc is an album.Entry. Its ID sorts as the album's log does.
type entryDoc struct {
	ID  string      `bson:"_id"`
	Row entryFields `bson:",inline"`
}

type entryFields struct {
	AlbumID   album.AlbumID   `bson:"albumId"`
	Seq       int64           `bson:"seq"`
	At        time.Time       `bson:"at"`
	Kind      album.EntryKind `bson:"kind"`
	ActorID   album.UserID    `bson:"actorId,omitempty"`
	MediaID   album.MediaID   `bson:"mediaId,omitempty"`
	CommentID album.CommentID `bson:"commentId,omitempty"`
	UserID    album.UserID    `bson:"userId,omitempty"`
}

func entryID(id album.AlbumID, seq int64) string { return fmt.Sprintf("%s/%016x", id, seq) }

func (d entryDoc) entry() album.Entry { return album.Entry(d.Row) }

// counts is how a change moves an album's counters.
type counts struct{ media, members int }

// record appends entries to an album's log and moves its counters, inside the
// transaction of ctx. The caller sets the kind and the IDs of each; record sets
// the rest. It moves the album's document on, and so collides with every other
// change of the album. It does not look at the album's state.
func (s *Store) record(ctx context.Context, id album.AlbumID, ch store.Change, n counts, entries ...*album.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	a, err := changeOne[albumDoc](ctx, s.albums, eq("_id", id), bson.D{
		{Key: "$inc", Value: bson.D{
			{Key: "seq", Value: len(entries)}, {Key: "mediaCount", Value: n.media}, {Key: "memberCount", Value: n.members},
		}},
		{Key: "$max", Value: eq("updatedAt", millis(ch.At))},
	})
	if err != nil {
		return err
	}
	docs := make([]entryDoc, len(entries))
	for i, e := range entries {
		e.AlbumID, e.ActorID, e.At = id, ch.Actor, a.Row.UpdatedAt
		e.Seq = a.Row.Seq - int64(len(entries)-1-i)
		docs[i] = entryDoc{entryID(id, e.Seq), entryFields(*e)}
	}
	if err := s.measure(ctx, a); err != nil {
		return err
	}
	_, err = s.entries.InsertMany(ctx, docs)
	return err
}

// logBits is the length of a log by its number of binary digits. It changes
// rarely, so that an index by it costs nothing, and finds the long logs.
func logBits(length int64) int { return bits.Len64(uint64(max(length, 0))) }

// measure keeps an album's logBits right.
func (s *Store) measure(ctx context.Context, a albumDoc) error {
	n := logBits(a.Row.Seq - a.Trimmed)
	if n == a.LogBits {
		return nil
	}
	return setOne(ctx, s.albums, eq("_id", a.Row.ID), op("$set", eq("logBits", n)))
}

// entryTries is how often Entries looks again when the log moves under it.
const entryTries = 5

// Entries implements store.Log.
func (s *Store) Entries(ctx context.Context, id album.AlbumID, after int64, n int) ([]album.Entry, error) {
	return run(ctx, s, "entries", func(ctx context.Context) ([]album.Entry, error) {
		for range entryTries {
			docs, err := find[entryDoc](ctx, s.entries,
				and(eq("albumId", id), eq("_id", bson.D{{Key: "$gt", Value: entryID(id, after)}, {Key: "$lt", Value: string(id) + "0"}})),
				// A planner may take the index by time where an album has few entries, and sort.
				options.Find().SetSort(eq("_id", 1)).SetLimit(int64(max(n, 1))).SetHint(eq("_id", 1)))
			if err != nil {
				return nil, err
			}
			if entries := unbroken(docs, after); len(entries) > 0 {
				return entries[:min(len(entries), max(n, 0))], nil
			}
			a, err := findOne[albumDoc](ctx, s.albums, eq("_id", id))
			switch {
			case err != nil:
				return nil, err
			case after == a.Row.Seq:
				return nil, nil // up to date
			case after < a.Trimmed || after > a.Row.Seq:
				return nil, album.ErrResync
			}
			// Entries came between the two reads.
		}
		return nil, album.ErrUnavailable
	})
}

// unbroken returns the entries that follow after without a hole. There is one
// only where a trim, or a shard that lags behind, met the reader.
func unbroken(docs []entryDoc, after int64) []album.Entry {
	var out []album.Entry
	for _, d := range docs {
		if d.Row.Seq != after+int64(len(out))+1 {
			break
		}
		out = append(out, d.entry())
	}
	return out
}

// seqDoc is one album's answer of Heads and SeqsAt.
type seqDoc struct {
	ID      album.AlbumID `bson:"_id"`
	Seq     int64         `bson:"seq"`
	Trimmed int64         `bson:"trimmed"`
	Newest  []entryDoc    `bson:"newest"`
	Idle    bool          `bson:"idle"` // nothing was logged after the time asked for
}

func (d seqDoc) at() int64 {
	switch {
	case d.Idle:
		return d.Seq
	case len(d.Newest) > 0:
		return d.Newest[0].Row.Seq
	case d.Trimmed > 0:
		return -1
	}
	return 0
}

// Heads implements store.Log.
func (s *Store) Heads(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error) {
	return run(ctx, s, "heads", func(ctx context.Context) (map[album.AlbumID]int64, error) {
		docs, err := find[seqDoc](ctx, s.albums, bson.D{in("_id", ids)},
			options.Find().SetProjection(eq("seq", 1)))
		return seqs(docs, err, func(d seqDoc) int64 { return d.Seq })
	})
}

// SeqsAt implements store.Log.
func (s *Store) SeqsAt(ctx context.Context, ids []album.AlbumID, t time.Time) (map[album.AlbumID]int64, error) {
	return run(ctx, s, "seqs at", func(ctx context.Context) (map[album.AlbumID]int64, error) {
		t = millis(t)
		docs, err := aggregate[seqDoc](ctx, s.albums,
			match(bson.D{in("_id", ids)}),
			op("$project", bson.D{
				{Key: "seq", Value: 1},
				{Key: "trimmed", Value: 1},
				{Key: "idle", Value: op("$lte", bson.A{"$updatedAt", t})},
			}),
			lookup(s.entries, "_id", "albumId", "newest",
				match(eq("at", op("$lte", t))), op("$sort", newest("at", "seq")), op("$limit", 1)),
		)
		return seqs(docs, err, seqDoc.at)
	})
}

func seqs(docs []seqDoc, err error, seq func(seqDoc) int64) (map[album.AlbumID]int64, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[album.AlbumID]int64, len(docs))
	for _, d := range docs {
		out[d.ID] = seq(d)
	}
	return out, nil
}
