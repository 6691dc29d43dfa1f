package sqlitestore

import (
	"context"
	"crypto/rand"
	"time"

	"keepsake/album"
)

const (
	// The conditions are those of the index media_work.
	dueWork = `SELECT id FROM media
		WHERE work_lane = ?1 AND work_due_at <= ?2 AND work_held = 0 AND doomed = 0
		ORDER BY work_due_at, id LIMIT ?3`
	nextWork = `SELECT work_due_at FROM media
		WHERE work_lane = ? AND work_due_at IS NOT NULL AND work_held = 0 AND doomed = 0
		ORDER BY work_due_at LIMIT 1`
	claimWork = `UPDATE media SET work_due_at = ?2, work_attempts = work_attempts + 1, work_token = ?3 WHERE id = ?1`

	hurryWork = `UPDATE media SET work_due_at = ?2 WHERE id = ?1 AND status = 1 AND doomed = 0 AND work_due_at > ?3`
	keepWork  = `UPDATE media SET work_due_at = ?3, work_attempts = ?4, progress = ?5
		WHERE id = ?1 AND work_token = ?2 AND work_token <> '' AND doomed = 0`
	endWork = `UPDATE media SET work_lane = 0, work_due_at = NULL, work_attempts = 0, work_token = '', work_held = 0,
			progress = ?3
		WHERE id = ?1 AND work_token = ?2 AND work_token <> '' AND doomed = 0`
)

// ClaimWork implements store.Work.
func (s *Store) ClaimWork(
	ctx context.Context, lane album.Lane, now, until time.Time, n int,
) ([]*album.Media, error) {
	return write(ctx, s, "claim work", func(c *conn) ([]*album.Media, error) {
		due, err := list(c, id[album.MediaID], dueWork, lanes.code(lane), required(now), limit(n))
		if err != nil {
			return nil, err
		}
		media := make([]*album.Media, len(due))
		for i, id := range due {
			if _, err := c.exec(claimWork, id, required(until), rand.Text()); err != nil {
				return nil, err
			}
			if media[i], err = one(c, scanMedia, mediaToWrite, id); err != nil {
				return nil, err
			}
		}
		return media, nil
	})
}

// KeepWork implements store.Work.
func (s *Store) KeepWork(ctx context.Context, id album.MediaID, w album.Work, progress int) error {
	return update(ctx, s, "keep work", func(c *conn) error {
		var n int64
		var err error
		if w.DueAt.IsZero() {
			n, err = c.exec(endWork, id, w.Token, progress)
		} else {
			n, err = c.exec(keepWork, id, w.Token, w.DueAt, w.Attempts, progress)
		}
		if err == nil && n == 0 {
			err = album.ErrConflict
		}
		return err
	})
}

// HurryWork implements store.Work.
func (s *Store) HurryWork(ctx context.Context, id album.MediaID, due, beyond time.Time) error {
	return update(ctx, s, "hurry work", func(c *conn) error {
		_, err := c.exec(hurryWork, id, required(due), required(beyond))
		return err
	})
}

// NextWork implements store.Work.
func (s *Store) NextWork(ctx context.Context, lane album.Lane) (time.Time, error) {
	return read(ctx, s, "next work", func(c *conn) (time.Time, error) {
		due, err := list(c, (*row).time, nextWork, lanes.code(lane))
		if err != nil || len(due) == 0 {
			return time.Time{}, err
		}
		return due[0], nil
	})
}
