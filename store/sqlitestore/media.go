package sqlitestore

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"keepsake/album"
	"keepsake/store"
)

const (
	insertMedia = `INSERT INTO media (id, album_id, owner_id, kind, status, failure, file_name, content_type, bytes,
			sha256, width, height, duration, taken_at, caption, tags, place, latitude, longitude, created_at, key,
			upload_key, upload_type, upload_bytes, upload_sha256, upload_expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	mediaColumns = `m.id, m.album_id, m.owner_id, m.kind, m.status, m.failure, m.file_name, m.content_type, m.bytes,
		m.sha256, m.width, m.height, m.duration, m.taken_at, m.caption, m.tags, m.place, m.latitude, m.longitude,
		m.created_at, m.added_at, m.edited_at, m.trashed_at, m.like_count, m.like_version, m.comment_count, m.key,
		m.upload_key, m.upload_type, m.upload_bytes, m.upload_sha256, m.upload_expires_at`
	mediaByID = `SELECT ` + mediaColumns + ` FROM media m JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE m.id = ? AND m.doomed = 0`
	mediaByIDs = `SELECT ` + mediaColumns + ` FROM media m CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE m.id IN (SELECT value FROM json_each(?)) AND m.doomed = 0`
	mediaToWrite = `SELECT ` + mediaColumns + ` FROM media m JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE m.id = ? AND m.doomed = 0`

	publishMedia = `UPDATE media SET status = 3, shown = 1, kind = ?2, content_type = ?3, bytes = ?4, sha256 = ?5, width = ?6,
			height = ?7, duration = ?8, taken_at = coalesce(taken_at, ?9), key = ?10, added_at = ?11
		WHERE id = ?1`
	failMedia = `UPDATE media SET status = 4, failure = ?2 WHERE id = ?1`
	editMedia = `UPDATE media SET caption = ?2, tags = ?3, taken_at = ?4, place = ?5, latitude = ?6, longitude = ?7,
			edited_at = ?8
		WHERE id = ?1`
)

func scanMedia(r *row) *album.Media {
	return &album.Media{
		ID: id[album.MediaID](r), AlbumID: id[album.AlbumID](r), OwnerID: id[album.UserID](r),
		Kind: kinds.read(r), Status: statuses.read(r), Failure: id[album.Code](r),
		FileName: r.text(), ContentType: r.text(), Bytes: r.num(), SHA256: r.text(),
		Width: int(r.num()), Height: int(r.num()), Duration: time.Duration(r.num()), TakenAt: r.time(),
		Caption: r.text(), Tags: scanTags(r), Place: scanPlace(r),
		CreatedAt: r.time(), AddedAt: r.time(), EditedAt: r.time(), TrashedAt: r.time(),
		LikeCount: int(r.num()), LikeVersion: r.num(), CommentCount: int(r.num()),
		Key: r.text(),
		Upload: album.Upload{
			Key: r.text(), ContentType: r.text(), Bytes: r.num(), SHA256: r.text(), ExpiresAt: r.time(),
		},
	}
}

func scanTags(r *row) []string {
	text := r.text()
	if text == "" {
		return nil
	}
	var tags []string
	// Only tagsValue writes the column.
	_ = json.Unmarshal([]byte(text), &tags) //nolint:errcheck // see above
	return tags
}

func tagsValue(tags []string) (any, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(tags)
	return string(b), err
}

func scanPlace(r *row) *album.Place {
	name := r.value()
	p := album.Place{Latitude: r.float(), Longitude: r.float()}
	if name == nil {
		return nil
	}
	p.Name, _ = name.(string)
	return &p
}

func placeValues(p *album.Place) (name, latitude, longitude any) {
	if p == nil {
		return nil, nil, nil
	}
	return p.Name, p.Latitude, p.Longitude
}

// CreateMedia implements store.Media.
func (s *Store) CreateMedia(ctx context.Context, media []*album.Media) error {
	if len(media) == 0 {
		return nil
	}
	return update(ctx, s, "create media", func(c *conn) error {
		if _, err := one(c, scanAlbum, activeAlbum, media[0].AlbumID); err != nil {
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

func insertPending(c *conn, m *album.Media) error {
	tags, err := tagsValue(m.Tags)
	if err != nil {
		return err
	}
	place, latitude, longitude := placeValues(m.Place)
	_, err = c.exec(insertMedia, m.ID, m.AlbumID, m.OwnerID, kinds.code(m.Kind), statuses.code(album.Pending), "",
		m.FileName, m.ContentType, m.Bytes, m.SHA256, m.Width, m.Height, int64(m.Duration), m.TakenAt, m.Caption,
		tags, place, latitude, longitude, required(m.CreatedAt), m.Key,
		m.Upload.Key, m.Upload.ContentType, m.Upload.Bytes, m.Upload.SHA256, m.Upload.ExpiresAt)
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

// mediaChange is a medium as a write left it, with the entry it made.
type mediaChange struct {
	media *album.Media
	entry *album.Entry
}

// PublishMedia implements store.Media.
func (s *Store) PublishMedia(
	ctx context.Context, id album.MediaID, f album.MediaFacts, ch store.Change,
) (*album.Media, *album.Entry, error) {
	out, err := write(ctx, s, "publish media", func(c *conn) (mediaChange, error) {
		m, err := one(c, scanMedia, mediaToWrite, id)
		switch {
		case err != nil:
			return mediaChange{}, err
		case m.Status == album.Ready:
			return mediaChange{media: m}, nil
		case m.Status == album.Failed:
			return mediaChange{}, album.ErrConflict
		}
		e := &album.Entry{Kind: album.MediaAdded, MediaID: id}
		if err := record(c, m.AlbumID, ch, counts{media: 1}, e); err != nil {
			return mediaChange{}, err
		}
		if _, err := c.exec(publishMedia, id, kinds.code(f.Kind), f.ContentType, f.Bytes, f.SHA256,
			f.Width, f.Height, int64(f.Duration), f.TakenAt, f.Key, required(e.At)); err != nil {
			return mediaChange{}, err
		}
		m, err = one(c, scanMedia, mediaToWrite, id)
		return mediaChange{m, e}, err
	})
	return out.media, out.entry, err
}

// FailMedia implements store.Media.
func (s *Store) FailMedia(ctx context.Context, id album.MediaID, reason album.Code) error {
	return update(ctx, s, "fail media", func(c *conn) error {
		m, err := one(c, scanMedia, mediaToWrite, id)
		if err != nil || m.Status != album.Pending {
			return err
		}
		_, err = c.exec(failMedia, id, string(reason))
		return err
	})
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
		was := *m
		patchMedia(m, p)
		if sameMedia(m, &was) {
			return mediaChange{media: m}, nil
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
	return out.media, out.entry, err
}

// isShown is the column shown, for a medium that is not doomed.
func isShown(m *album.Media) bool { return m.Status == album.Ready && m.TrashedAt.IsZero() }

func patchMedia(m *album.Media, p album.MediaPatch) {
	set(&m.Caption, p.Caption)
	set(&m.TakenAt, p.TakenAt)
	m.TakenAt = millis(m.TakenAt)
	if p.Tags != nil {
		m.Tags = append([]string(nil), *p.Tags...)
	}
	if p.Place != nil {
		m.Place = nil
		if place := *p.Place; place != nil {
			copied := *place
			m.Place = &copied
		}
	}
}

// sameMedia compares what a patch can change.
func sameMedia(a, b *album.Media) bool {
	samePlace := a.Place == b.Place || a.Place != nil && b.Place != nil && *a.Place == *b.Place
	return samePlace && a.Caption == b.Caption && a.TakenAt.Equal(b.TakenAt) && slices.Equal(a.Tags, b.Tags)
}
