package sqlitestore

import (
	"context"
	"reflect"

	"keepsake/album"
	"keepsake/store"
)

const (
	// The conditions are those of the index media_sum.
	duplicates = `SELECT ` + mediaColumns + ` FROM json_each(?1) j
		CROSS JOIN album a ON a.id = ?2 AND a.state <> 3
		CROSS JOIN media m ON m.id = (
			SELECT id FROM media
			WHERE album_id = a.id AND owner_id = ?3 AND sha256 = j.value AND sha256 <> ''
				AND status IN (2, 3) AND trashed_at IS NULL AND doomed = 0
			ORDER BY id LIMIT 1)`

	acceptMedia = `UPDATE media SET status = 2, kind = ?2, content_type = ?3, bytes = ?4, sha256 = ?5, crc32 = ?6,
			width = ?7, height = ?8, duration = ?9, camera = ?10, key = ?11, taken_at = ?12, place = ?13, latitude = ?14,
			longitude = ?15, work_lane = ?16, work_due_at = ?17, work_attempts = ?18, work_token = ?19, work_held = 0
		WHERE id = ?1`
	addMade = `UPDATE media SET status = 3, shown = ?2, added_at = ?3, rank = ?4, width = ?5, height = ?6,
			blurhash = ?7, color = ?8, files = ?9, progress = ?10,
			crc32 = ?11,
			work_lane = ?12, work_due_at = ?13, work_attempts = ?14, work_token = ?15, work_held = 0
		WHERE id = ?1`
	failMedia = `UPDATE media SET status = 4, failure = ?2, duplicate_of = ?3,
			work_lane = 0, work_due_at = NULL, work_attempts = 0, work_token = '', work_held = 0
		WHERE id = ?1`
)

// Duplicates implements store.Media.
func (s *Store) Duplicates(
	ctx context.Context, id album.AlbumID, owner album.UserID, sums []string,
) (map[string]*album.Media, error) {
	media, err := readIn(ctx, s, "duplicates", sums, scanMedia, duplicates, id, owner)
	return keyed(media, err, func(m *album.Media) string { return m.SHA256 })
}

// AcceptMedia implements store.Media.
func (s *Store) AcceptMedia(
	ctx context.Context, id album.MediaID, f album.MediaFacts, w album.Work,
) (*album.Media, error) {
	return write(ctx, s, "accept media", func(c *conn) (*album.Media, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		if err != nil || m.Status != album.Pending {
			return m, err
		}
		in, err := array([]string{f.SHA256})
		if err != nil {
			return nil, err
		}
		same, err := list(c, scanMedia, duplicates, in, m.AlbumID, m.OwnerID)
		switch {
		case err != nil:
			return nil, err
		case len(same) > 0:
			err = fail(c, id, album.CodeUploadDuplicate, same[0].ID)
		default:
			err = accept(c, m, f, w)
		}
		if err != nil {
			return nil, err
		}
		return one(c, scanMedia, mediaToWrite, id)
	})
}

func accept(c *conn, m *album.Media, f album.MediaFacts, w album.Work) error {
	if m.TakenAt.IsZero() {
		m.TakenAt = f.TakenAt
	}
	if m.Place == nil {
		m.Place = f.Place
	}
	place, latitude, longitude := placeValues(m.Place)
	_, err := c.exec(acceptMedia, append([]any{
		m.ID, kinds.code(f.Kind), f.ContentType, f.Bytes, f.SHA256, int64(f.CRC32), f.Width, f.Height,
		int64(f.Duration), f.Camera, f.Key, m.TakenAt, place, latitude, longitude,
	}, workValues(w)...)...)
	return err
}

// fail makes a medium FAILED.
func fail(c *conn, id album.MediaID, reason album.Code, duplicateOf album.MediaID) error {
	if err := giveBack(c, []album.MediaID{id}); err != nil {
		return err
	}
	_, err := c.exec(failMedia, id, string(reason), duplicateOf)
	return err
}

// mediaChange is a medium as a write left it, with the entry it made.
type mediaChange struct {
	Media *album.Media
	Entry *album.Entry
}

// PublishMedia implements store.Media.
func (s *Store) PublishMedia(
	ctx context.Context, id album.MediaID, made album.MediaMade, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := write(ctx, s, "publish media", func(c *conn) (mediaChange, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		switch {
		case err != nil:
			return mediaChange{}, err
		case m.Status == album.Ready:
			return mediaChange{Media: m}, nil
		case m.Status != album.Processing:
			return mediaChange{}, album.ErrConflict
		}
		e := &album.Entry{Kind: album.MediaAdded, MediaID: id}
		if err := record(c, m.AlbumID, ch, counts{media: 1}, e); err != nil {
			return mediaChange{}, err
		}
		m.AddedAt, m.Rank = e.At, album.RankAt(e.At)
		return add(c, m, made, e)
	})
	return out.Media, out.Entry, err
}

// ImproveMedia implements store.Media.
func (s *Store) ImproveMedia(
	ctx context.Context, id album.MediaID, made album.MediaMade, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := write(ctx, s, "improve media", func(c *conn) (mediaChange, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		switch {
		case err != nil:
			return mediaChange{}, err
		case m.Status != album.Ready:
			return mediaChange{}, album.ErrConflict
		}
		was := *m
		out, err := add(c, m, made, nil)
		if err != nil || !isShown(m) || reflect.DeepEqual(*out.Media, was) {
			return out, err
		}
		out.Entry = &album.Entry{Kind: album.MediaProcessed, MediaID: id}
		return out, record(c, m.AlbumID, ch, counts{}, out.Entry)
	})
	return out.Media, out.Entry, err
}

// add writes what was made of a medium, which is READY then, and reads it back.
func add(c *conn, m *album.Media, made album.MediaMade, e *album.Entry) (mediaChange, error) {
	m.Status = album.Ready
	m.Add(made)
	files, err := filesValue(m.Files)
	if err != nil {
		return mediaChange{}, err
	}
	if _, err := c.exec(addMade, append([]any{
		m.ID, isShown(m), m.AddedAt, m.Rank, m.Width, m.Height, m.Blurhash, m.Color, files, m.Progress, int64(m.CRC32),
	}, workValues(m.Work)...)...); err != nil {
		return mediaChange{}, err
	}
	m, err = one(c, scanMedia, mediaToWrite, m.ID)
	return mediaChange{m, e}, err
}

// FailMedia implements store.Media.
func (s *Store) FailMedia(
	ctx context.Context, id album.MediaID, reason album.Code, ch store.Change,
) (*album.Entry, error) {
	return write(ctx, s, "fail media", func(c *conn) (*album.Entry, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		if err != nil || m.Status != album.Pending && m.Status != album.Processing {
			return nil, err
		}
		if err := fail(c, id, reason, ""); err != nil {
			return nil, err
		}
		e := &album.Entry{Kind: album.MediaFailed, MediaID: id}
		return e, record(c, m.AlbumID, ch, counts{}, e)
	})
}
