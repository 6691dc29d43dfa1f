package service

import (
	"context"
	"errors"
	"path"
	"slices"

	"keepsake/album"
	"keepsake/internal/safeguard"
)

// Result is what became of one item of a batch.
type Result struct {
	ID    album.MediaID
	Media *album.Media // nil where Err is set
	Err   *album.Error
}

// CopyMedia copies media that the viewer may download, places and all, to an album
// that they may add to, where they own the copies. A medium that they have there
// already is the answer. Each item has its own result; what could not be copied at
// once goes on in the background, and comes back PENDING.
func (s *Service) CopyMedia(ctx context.Context, v album.Identified, from, to album.AlbumID, ids []album.MediaID) ([]Result, error) {
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	source, err := s.access(ctx, v, from, album.Download)
	if err != nil {
		return nil, err
	}
	if !source.SeesPlaces() { // a copy is an original with all that it tells
		return nil, forbidden(source)
	}
	if _, err := s.access(ctx, v, to, album.AddMedia); err != nil {
		return nil, err
	}
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	sums := make([]string, 0, len(found))
	for _, m := range found {
		if m.AlbumID == from {
			sums = append(sums, m.SHA256)
		}
	}
	there, err := s.Store.Duplicates(ctx, to, v.UserID, sums)
	if err != nil {
		return nil, err
	}
	return each(ids, func(id album.MediaID) (copied *album.Media, err error) {
		m := found[id]
		if m == nil || m.AlbumID != from || !source.CanSeeMedia(m) || !isPublished(m) {
			return nil, album.ErrNotFound
		}
		if known := there[m.SHA256]; known != nil {
			return known, nil
		}
		if copied, err = s.copyOne(ctx, v, m, to); err == nil {
			there[m.SHA256] = copied // for one that is named twice
		}
		return copied, err
	})
}

// copyOne begins a copy in the store, so that it is finished whatever happens,
// and finishes it.
func (s *Service) copyOne(ctx context.Context, v album.Identified, m *album.Media, to album.AlbumID) (*album.Media, error) {
	now := s.now()
	row := &album.Media{
		ID: s.IDs.Media(), AlbumID: to, OwnerID: v.UserID, Kind: m.Kind, Status: album.Pending,
		FileName: m.FileName, ContentType: m.ContentType, Bytes: m.Bytes, TakenAt: m.TakenAt, Place: m.Place,
		Caption: m.Caption, Tags: m.Tags, CreatedAt: now,
		Upload: album.Upload{
			Key: m.Key, ContentType: m.ContentType, Bytes: m.Bytes, SHA256: m.SHA256,
			CopyOf: m.ID, ExpiresAt: now.Add(s.opts.UploadLife),
		},
		Work: album.Work{Lane: album.Look, DueAt: now.Add(firstLook)},
	}
	if err := s.Store.CreateMedia(ctx, []*album.Media{row}, s.quota()); err != nil {
		return nil, err
	}
	safeguard.CrashAt("copy begun")
	copied, err := s.receiveCopy(ctx, row)
	if album.CodeOf(err) == album.CodeUnavailable {
		return row, nil // later
	}
	if err == nil && copied.DuplicateOf != "" {
		return s.Store.Media(ctx, copied.DuplicateOf)
	}
	return copied, err
}

// receiveCopy makes a copy's objects from those of what it is a copy of, and
// publishes it. It may run several times, also at once.
func (s *Service) receiveCopy(ctx context.Context, m *album.Media) (*album.Media, error) {
	source, err := s.Store.Media(ctx, m.Upload.CopyOf)
	if err == nil {
		err = s.Bucket.Publish(ctx, source.Key, copiedKey(m, source.Key), source.ContentType)
	}
	if err != nil {
		return s.notThere(ctx, m, err)
	}
	made := album.MediaMade{
		Width: source.Width, Height: source.Height, Blurhash: source.Blurhash, Color: source.Color,
		Files: slices.Clone(source.Files), Progress: 100,
	}
	for i, f := range made.Files {
		made.Files[i].Key = copiedKey(m, f.Key)
		if err := s.Bucket.Publish(ctx, f.Key, made.Files[i].Key, f.ContentType); err != nil {
			return s.notThere(ctx, m, err)
		}
	}
	if source.Kind == album.Video && source.File(album.Movie) == nil && source.Progress < 100 && s.Renderer.Videos() {
		made.Next, made.Progress = album.Work{Lane: album.Long, DueAt: s.now()}, 50
	}
	accepted, err := s.Store.AcceptMedia(ctx, m.ID, album.MediaFacts{
		Kind: source.Kind, ContentType: source.ContentType, Bytes: source.Bytes, SHA256: source.SHA256, CRC32: source.CRC32,
		Width: source.Width, Height: source.Height, Duration: source.Duration, TakenAt: source.TakenAt,
		Camera: source.Camera, Place: source.Place, Key: copiedKey(m, source.Key),
	}, album.Work{Lane: album.Quick, DueAt: s.now().Add(lease)})
	if err != nil {
		return nil, err
	}
	if accepted.DuplicateOf != "" {
		return accepted, s.removeObjects(ctx, m)
	}
	if err := s.publish(ctx, m, made); err != nil {
		return nil, err
	}
	return s.Store.Media(ctx, m.ID)
}

// copiedKey is where a copy has what its source has under that key.
func copiedKey(m *album.Media, key string) string { return mediaPrefix(m.ID) + path.Base(key) }

// each runs do for every item and gathers the results. Errors that are not about
// the item end it.
func each(ids []album.MediaID, do func(album.MediaID) (*album.Media, error)) ([]Result, error) {
	out := make([]Result, len(ids))
	for i, id := range ids {
		m, err := do(id)
		out[i] = Result{ID: id, Media: m}
		if err != nil {
			known, ok := errors.AsType[*album.Error](err)
			if !ok {
				return nil, err
			}
			out[i].Media, out[i].Err = nil, known
		}
	}
	return out, nil
}
