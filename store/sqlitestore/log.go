package sqlitestore

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/store"
)

const (
	bumpAlbum = `UPDATE album SET seq = seq + ?2, updated_at = max(updated_at, ?3),
		media_count = media_count + ?4, member_count = member_count + ?5
		WHERE id = ?1 RETURNING seq, updated_at`
	insertEntry = `INSERT INTO entry (album_id, seq, at, kind, actor_id, media_id, comment_id, user_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

	entriesAfter = `SELECT a.seq, a.id, e.seq, e.at, e.kind, e.actor_id, e.media_id, e.comment_id, e.user_id
		FROM album a LEFT JOIN entry e ON e.album_id = a.id AND e.seq > ?2
		WHERE a.id = ?1 ORDER BY e.seq LIMIT ?3`

	albumHeads = `SELECT id, seq FROM album WHERE id IN (SELECT value FROM json_each(?))`

	// Most albums have not changed since t, which their own row says; in the
	// others the search goes back over the entries that a reader who resumes
	// at t is about to read.
	seqsAt = `SELECT a.id, CASE
			WHEN a.updated_at <= ?2 THEN a.seq
			ELSE coalesce(
				(SELECT e.seq FROM entry e WHERE e.album_id = a.id AND e.at <= ?2 ORDER BY e.seq DESC LIMIT 1),
				(SELECT CASE e.seq WHEN 1 THEN 0 END FROM entry e WHERE e.album_id = a.id ORDER BY e.seq LIMIT 1),
				-1)
			END
		FROM album a WHERE a.id IN (SELECT value FROM json_each(?1))`
)

// counts is how a change moves an album's counters.
type counts struct{ media, members int }

// record appends entries to an album's log and moves its counters. The caller
// sets the kind and the IDs of each; record sets the rest. It does not look at
// the album's state.
func record(c *conn, id album.AlbumID, ch store.Change, n counts, entries ...*album.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	head, err := one(c, func(r *row) album.Entry { return album.Entry{Seq: r.num(), At: r.time()} },
		bumpAlbum, id, len(entries), required(ch.At), n.media, n.members)
	if err != nil {
		return err
	}
	for i, e := range entries {
		e.AlbumID, e.ActorID, e.At = id, ch.Actor, head.At
		e.Seq = head.Seq - int64(len(entries)-1-i)
		if _, err := c.exec(insertEntry, id, e.Seq, required(e.At), entryKinds.code(e.Kind),
			e.ActorID, e.MediaID, e.CommentID, e.UserID); err != nil {
			return err
		}
	}
	return nil
}

// logRow is an entry, or none (Seq 0), beside the head of its log.
type logRow struct {
	head  int64
	entry album.Entry
}

func scanLogRow(r *row) logRow {
	return logRow{r.num(), album.Entry{
		AlbumID: id[album.AlbumID](r), Seq: r.num(), At: r.time(), Kind: entryKinds.read(r),
		ActorID: id[album.UserID](r), MediaID: id[album.MediaID](r),
		CommentID: id[album.CommentID](r), UserID: id[album.UserID](r),
	}}
}

// Entries implements store.Log.
func (s *Store) Entries(ctx context.Context, id album.AlbumID, after int64, n int) ([]album.Entry, error) {
	return read(ctx, s, "entries", func(c *conn) ([]album.Entry, error) {
		rows, err := list(c, scanLogRow, entriesAfter, id, after, max(n, 1))
		switch {
		case err != nil:
			return nil, err
		case len(rows) == 0:
			return nil, album.ErrNotFound
		case rows[0].entry.Seq == 0 && rows[0].head == after:
			return nil, nil // up to date
		case rows[0].entry.Seq != after+1:
			return nil, album.ErrResync // the log begins later, or ends before
		}
		entries := make([]album.Entry, min(len(rows), limit(n)))
		for i := range entries {
			entries[i] = rows[i].entry
		}
		return entries, nil
	})
}

// seqOf is one album's answer of Heads and SeqsAt.
type seqOf struct {
	id  album.AlbumID
	seq int64
}

func scanSeq(r *row) seqOf { return seqOf{id[album.AlbumID](r), r.num()} }

// Heads implements store.Log.
func (s *Store) Heads(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error) {
	return s.seqs(ctx, "heads", albumHeads, ids)
}

// SeqsAt implements store.Log.
func (s *Store) SeqsAt(ctx context.Context, ids []album.AlbumID, t time.Time) (map[album.AlbumID]int64, error) {
	return s.seqs(ctx, "seqs at", seqsAt, ids, required(t))
}

func (s *Store) seqs(
	ctx context.Context, op, query string, ids []album.AlbumID, args ...any,
) (map[album.AlbumID]int64, error) {
	rows, err := readIn(ctx, s, op, ids, scanSeq, query, args...)
	if err != nil {
		return nil, err
	}
	out := make(map[album.AlbumID]int64, len(rows))
	for _, r := range rows {
		out[r.id] = r.seq
	}
	return out, nil
}
