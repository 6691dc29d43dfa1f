package sqlitestore

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// The sizes of the steps that a sweep takes: other writes go on in between.
const (
	mediaStep   = 500
	albumStep   = 100
	entryStep   = 200 // entries of one album
	sessionStep = 500
	keyStep     = 500
)

const (
	// Each part takes a step of what its index holds.
	toDoom = `SELECT * FROM (SELECT id FROM media WHERE trashed_at < ?1 AND doomed = 0 LIMIT ?3)
		UNION ALL
		SELECT * FROM (SELECT id FROM media WHERE status IN (1, 4) AND upload_expires_at < ?2 AND doomed = 0 LIMIT ?3)
		UNION ALL
		SELECT * FROM (SELECT m.id FROM album a CROSS JOIN media m ON m.album_id = a.id AND m.doomed = 0
			WHERE a.state = 3 LIMIT ?3)`
	doomed = `SELECT ` + mediaColumns + ` FROM media m WHERE m.doomed = 1 LIMIT ?`

	knownMedia = `SELECT id FROM media WHERE id IN (SELECT value FROM json_each(?))`
	removable  = `SELECT m.id FROM media m CROSS JOIN album a ON a.id = m.album_id
		WHERE m.id IN (SELECT value FROM json_each(?)) AND (m.doomed = 1 OR a.state = 3)`
	deleteLikes    = `DELETE FROM likes WHERE media_id IN (SELECT value FROM json_each(?))`
	deleteComments = `DELETE FROM comment WHERE media_id IN (SELECT value FROM json_each(?))`
	deleteMedia    = `DELETE FROM media WHERE id IN (SELECT value FROM json_each(?))`

	overdueAlbums = `SELECT id FROM album WHERE state = 2 AND trashed_at < ? ORDER BY trashed_at LIMIT ?`
	emptyAlbums   = `SELECT ` + logEndColumns + ` FROM album a WHERE a.state = 3
		AND NOT EXISTS (SELECT 1 FROM media m WHERE m.album_id = a.id) ORDER BY a.id LIMIT ?`
	deleteMembers = `DELETE FROM member WHERE album_id = ?`
	deleteShares  = `DELETE FROM share WHERE album_id = ?`
	deleteAlbum   = `DELETE FROM album WHERE id = ?`

	deleteSessions = `DELETE FROM session WHERE id IN (
		SELECT id FROM session WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`

	logEndColumns = `a.id, (SELECT e.seq FROM entry e WHERE e.album_id = a.id ORDER BY e.seq LIMIT 1), a.seq`
	logEnds       = `SELECT ` + logEndColumns + ` FROM album a WHERE a.id > ? ORDER BY a.id LIMIT ?`
	deleteEntries = `DELETE FROM entry WHERE album_id = ? AND seq >= ? AND seq <= ?`
)

// Doomed implements store.Sweeps. One call marks a bounded number of each kind.
func (s *Store) Doomed(ctx context.Context, trashed, expired time.Time, n int) ([]*album.Media, error) {
	return write(ctx, s, "doomed media", func(c *conn) ([]*album.Media, error) {
		ids, err := list(c, id[album.MediaID], toDoom, required(trashed), required(expired), max(n, mediaStep))
		if err != nil {
			return nil, err
		}
		if err := doom(c, ids); err != nil {
			return nil, err
		}
		return list(c, scanMedia, doomed, limit(n))
	})
}

// KnownMedia implements store.Sweeps.
func (s *Store) KnownMedia(ctx context.Context, ids []album.MediaID) (map[album.MediaID]bool, error) {
	known, err := readIn(ctx, s, "known media", ids, id[album.MediaID], knownMedia)
	return members(known, err)
}

// RemoveMedia implements store.Sweeps.
func (s *Store) RemoveMedia(ctx context.Context, ids []album.MediaID) error {
	return update(ctx, s, "remove media", func(c *conn) error {
		in, err := array(ids)
		if err != nil {
			return err
		}
		gone, err := list(c, id[album.MediaID], removable, in)
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := giveBack(c, gone); err != nil {
			return err
		}
		for _, query := range []string{deleteLikes, deleteComments, deleteMedia} {
			if err := onMedia(c, query, gone); err != nil {
				return err
			}
		}
		return nil
	})
}

// PurgeAlbums implements store.Sweeps. One call takes away at most 100 albums.
func (s *Store) PurgeAlbums(ctx context.Context, trashed time.Time) ([]album.AlbumID, error) {
	const op = "purge albums"
	empty, err := write(ctx, s, op, func(c *conn) ([]logEnd, error) {
		overdue, err := list(c, id[album.AlbumID], overdueAlbums, required(trashed), albumStep)
		if err != nil {
			return nil, err
		}
		for _, a := range overdue {
			if _, err := setState(c, a, album.Deleting, store.Change{At: trashed}); err != nil {
				return nil, err
			}
		}
		return list(c, scanLogEnd, emptyAlbums, albumStep)
	})
	if err != nil {
		return nil, err
	}
	// Nothing comes below these any more, so the steps need no common transaction.
	if _, err := s.trim(ctx, op, empty, 0); err != nil {
		return nil, err
	}
	return write(ctx, s, op, func(c *conn) ([]album.AlbumID, error) {
		var gone []album.AlbumID
		for _, end := range empty {
			for _, query := range []string{deleteMembers, deleteShares} {
				if _, err := c.exec(query, end.id); err != nil {
					return nil, err
				}
			}
			n, err := c.exec(deleteAlbum, end.id)
			if err != nil {
				return nil, err
			}
			if n > 0 { // else another sweep was first
				gone = append(gone, end.id)
			}
		}
		return gone, nil
	})
}

// logEnd is where an album's log begins (0 if it is empty) and ends.
type logEnd struct {
	id          album.AlbumID
	first, head int64
}

func scanLogEnd(r *row) logEnd { return logEnd{id[album.AlbumID](r), r.num(), r.num()} }

// TrimLogs implements store.Sweeps.
func (s *Store) TrimLogs(ctx context.Context, keep int) (int, error) {
	const op = "trim logs"
	total := 0
	for last := ""; ; {
		ends, err := read(ctx, s, op, func(c *conn) ([]logEnd, error) {
			return list(c, scanLogEnd, logEnds, last, albumStep)
		})
		if err != nil || len(ends) == 0 {
			return total, err
		}
		last = string(ends[len(ends)-1].id)
		n, err := s.trim(ctx, op, ends, int64(limit(keep)))
		total += n
		if err != nil {
			return total, err
		}
	}
}

// trim shortens logs to their newest keep entries and says how many it took
// away. Each write takes a step of each log.
func (s *Store) trim(ctx context.Context, op string, ends []logEnd, keep int64) (int, error) {
	total := 0
	for {
		var long []logEnd
		for _, end := range ends {
			if end.first > 0 && end.first <= end.head-keep {
				long = append(long, end)
			}
		}
		if len(long) == 0 {
			return total, nil
		}
		n, err := write(ctx, s, op, func(c *conn) (int64, error) {
			var sum int64
			for _, end := range long {
				n, err := c.exec(deleteEntries, end.id, end.first, min(end.head-keep, end.first+entryStep-1))
				if err != nil {
					return 0, err
				}
				sum += n
			}
			return sum, nil
		})
		if err != nil {
			return total, err
		}
		total += int(n)
		for i := range long {
			long[i].first += entryStep
		}
		ends = long
	}
}

// PurgeSessions implements store.Sweeps.
func (s *Store) PurgeSessions(ctx context.Context, t time.Time) error {
	for {
		n, err := write(ctx, s, "purge sessions", func(c *conn) (int64, error) {
			return c.exec(deleteSessions, required(t), sessionStep)
		})
		if err != nil || n < sessionStep {
			return err
		}
	}
}
