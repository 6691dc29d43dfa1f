package sqlitestore

import (
	"context"
	"errors"
	"time"

	"keepsake/album"
	"keepsake/store"
)

const (
	// In the order of scanMedia and mediaValues.
	mediaColumns = `m.id, m.album_id, m.owner_id, m.kind, m.status, m.failure, m.file_name, m.content_type, m.bytes,
		m.sha256, m.width, m.height, m.duration, m.taken_at, m.camera, m.crc32, m.blurhash, m.color, m.files,
		m.caption, m.tags, m.place, m.latitude, m.longitude, m.created_at, m.added_at, m.edited_at, m.trashed_at,
		m.like_count, m.like_version, m.comment_count, m.rank, m.key, m.upload_key, m.upload_type, m.upload_bytes,
		m.upload_sha256, m.upload_crc32c, m.upload_expires_at, m.copy_of, m.duplicate_of, m.progress,
		m.work_lane, m.work_due_at, m.work_attempts, m.work_token`
	mediaByID = `SELECT ` + mediaColumns + ` FROM media m JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE m.id = ? AND m.doomed = 0`
	mediaByIDs = `SELECT ` + mediaColumns + ` FROM media m CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE m.id IN (SELECT value FROM json_each(?)) AND m.doomed = 0`
	mediaToWrite = `SELECT ` + mediaColumns + ` FROM media m JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE m.id = ? AND m.doomed = 0`

	editMedia = `UPDATE media SET caption = ?2, tags = ?3, taken_at = ?4, place = ?5, latitude = ?6, longitude = ?7,
			edited_at = ?8
		WHERE id = ?1`
)

var insertMedium = insert("media", mediaColumns)

// CreateMedia implements store.Media.
func (s *Store) CreateMedia(ctx context.Context, media []*album.Media, quota int64) error {
	if len(media) == 0 {
		return nil
	}
	return update(ctx, s, "create media", func(c *conn) error {
		if _, err := one(c, scanAlbum, activeAlbum, media[0].AlbumID); err != nil {
			return err
		}
		var bytes int64
		for _, m := range media {
			if m.AlbumID != media[0].AlbumID || m.OwnerID != media[0].OwnerID {
				return errors.New("media of several albums or owners")
			}
			bytes += m.Upload.Bytes
		}
		if err := reserve(c, media[0].OwnerID, bytes, quota); err != nil {
			return err
		}
		for _, m := range media {
			if err := insertPending(c, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertPending adds a medium that nothing has happened to yet.
func insertPending(c *conn, m *album.Media) error {
	n := *m
	n.Status, n.Failure, n.DuplicateOf, n.Progress, n.Rank = album.Pending, "", "", 0, 0
	n.AddedAt, n.EditedAt, n.TrashedAt = time.Time{}, time.Time{}, time.Time{}
	n.LikeCount, n.LikeVersion, n.CommentCount = 0, 0, 0
	values, err := mediaValues(&n)
	if err != nil {
		return err
	}
	_, err = c.exec(insertMedium, values...)
	return err
}

// Media implements store.Media.
func (s *Store) Media(ctx context.Context, id album.MediaID) (*album.Media, error) {
	return read(ctx, s, "media", func(c *conn) (*album.Media, error) {
		return one(c, scanMedia, mediaByID, id)
	})
}

// MediaByID implements store.Media.
func (s *Store) MediaByID(ctx context.Context, ids []album.MediaID) (map[album.MediaID]*album.Media, error) {
	media, err := readIn(ctx, s, "media by ID", ids, scanMedia, mediaByIDs)
	return keyed(media, err, func(m *album.Media) album.MediaID { return m.ID })
}

// EditMedia implements store.Media.
func (s *Store) EditMedia(
	ctx context.Context, id album.MediaID, p album.MediaPatch, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := write(ctx, s, "edit media", func(c *conn) (mediaChange, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		switch {
		case err != nil:
			return mediaChange{}, err
		case !isShown(m):
			return mediaChange{}, album.ErrNotFound
		}
		if !p.Apply(m) {
			return mediaChange{Media: m}, nil
		}
		e := &album.Entry{Kind: album.MediaEdited, MediaID: id}
		if err := record(c, m.AlbumID, ch, counts{}, e); err != nil {
			return mediaChange{}, err
		}
		m.EditedAt = e.At
		tags, err := tagsValue(m.Tags)
		if err != nil {
			return mediaChange{}, err
		}
		place, latitude, longitude := placeValues(m.Place)
		_, err = c.exec(editMedia, id, m.Caption, tags, m.TakenAt, place, latitude, longitude, required(e.At))
		return mediaChange{m, e}, err
	})
	return out.Media, out.Entry, err
}

// isShown is the column shown, for a medium that is not doomed.
func isShown(m *album.Media) bool { return m.Status == album.Ready && m.TrashedAt.IsZero() }
