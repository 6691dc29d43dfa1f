package sqlitestore

import (
	"encoding/json"
	"time"

	"keepsake/album"
)

func scanMedia(r *row) *album.Media {
	return &album.Media{
		ID: id[album.MediaID](r), AlbumID: id[album.AlbumID](r), OwnerID: id[album.UserID](r),
		Kind: kinds.read(r), Status: statuses.read(r), Failure: id[album.Code](r),
		FileName: r.text(), ContentType: r.text(), Bytes: r.num(), SHA256: r.text(),
		Width: int(r.num()), Height: int(r.num()), Duration: time.Duration(r.num()), TakenAt: r.time(),
		Camera: r.text(), CRC32: uint32(r.num()), Blurhash: r.text(), Color: r.text(), Files: scanFiles(r),
		Caption: r.text(), Tags: scanTags(r), Place: scanPlace(r),
		CreatedAt: r.time(), AddedAt: r.time(), EditedAt: r.time(), TrashedAt: r.time(),
		LikeCount: int(r.num()), LikeVersion: r.num(), CommentCount: int(r.num()), Rank: r.num(),
		Key: r.text(),
		Upload: album.Upload{
			Key: r.text(), ContentType: r.text(), Bytes: r.num(), SHA256: r.text(), CRC32C: r.text(),
			ExpiresAt: r.time(), CopyOf: id[album.MediaID](r),
		},
		DuplicateOf: id[album.MediaID](r), Progress: int(r.num()),
		Work: album.Work{Lane: lanes.read(r), DueAt: r.time(), Attempts: int(r.num()), Token: r.text()},
	}
}

// mediaValues is the inverse of scanMedia.
func mediaValues(m *album.Media) ([]any, error) {
	files, err := filesValue(m.Files)
	if err != nil {
		return nil, err
	}
	tags, err := tagsValue(m.Tags)
	if err != nil {
		return nil, err
	}
	place, latitude, longitude := placeValues(m.Place)
	return append([]any{
		m.ID, m.AlbumID, m.OwnerID, kinds.code(m.Kind), statuses.code(m.Status), string(m.Failure),
		m.FileName, m.ContentType, m.Bytes, m.SHA256, m.Width, m.Height, int64(m.Duration), m.TakenAt,
		m.Camera, int64(m.CRC32), m.Blurhash, m.Color, files, m.Caption, tags, place, latitude, longitude,
		required(m.CreatedAt), m.AddedAt, m.EditedAt, m.TrashedAt, m.LikeCount, m.LikeVersion, m.CommentCount, m.Rank,
		m.Key, m.Upload.Key, m.Upload.ContentType, m.Upload.Bytes, m.Upload.SHA256, m.Upload.CRC32C,
		m.Upload.ExpiresAt, m.Upload.CopyOf, m.DuplicateOf, m.Progress,
	}, workValues(m.Work)...), nil
}

// workValues are the columns work_lane to work_token. Work that is never due is
// none.
func workValues(w album.Work) []any {
	if w.DueAt.IsZero() {
		w = album.Work{}
	}
	return []any{lanes.code(w.Lane), w.DueAt, w.Attempts, w.Token}
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
	name, latitude, longitude := r.cell(), r.float(), r.float()
	if name.kind == isNull {
		return nil
	}
	return &album.Place{Name: name.text, Latitude: latitude, Longitude: longitude}
}

func placeValues(p *album.Place) (name, latitude, longitude any) {
	if p == nil {
		return nil, nil, nil
	}
	return p.Name, p.Latitude, p.Longitude
}
