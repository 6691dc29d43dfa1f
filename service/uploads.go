package service

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// NewUpload is a file that a client wants to send.
type NewUpload struct {
	FileName    string
	ContentType string
	Bytes       int64
	SHA256      string // lower- or upper-case hex, or empty
	TakenAt     time.Time
	Caption     string
	Method      media.Method
}

// Ticketed is a PENDING medium and how its bytes are to be sent.
type Ticketed struct {
	Media  *album.Media
	Ticket media.Ticket
}

// CreateUploads makes a ticket for each file, or none: 1 to album.MaxBatch of them.
func (s *Service) CreateUploads(ctx context.Context, v album.Identified, id album.AlbumID, files []NewUpload) ([]Ticketed, error) {
	if _, err := s.access(ctx, v, id, album.AddMedia); err != nil {
		return nil, err
	}
	if len(files) == 0 || len(files) > album.MaxBatch {
		return nil, album.Invalid("files", "send 1 to %d at once", album.MaxBatch)
	}
	now := s.now()
	rows := make([]*album.Media, len(files))
	out := make([]Ticketed, len(files))
	for i, f := range files {
		m, err := s.pending(v, id, f, now)
		if err != nil {
			return nil, inFile(i, err)
		}
		ticket, err := s.Bucket.SignUpload(ctx, media.UploadRequest{
			Key: m.Upload.Key, Method: f.Method, ContentType: m.Upload.ContentType,
			Bytes: m.Upload.Bytes, ExpiresAt: m.Upload.ExpiresAt,
		})
		if err != nil {
			return nil, err
		}
		rows[i], out[i] = m, Ticketed{Media: m, Ticket: ticket}
	}
	return out, s.Store.CreateMedia(ctx, rows)
}

// inFile names the file of a batch that an input error is about.
func inFile(i int, err error) error {
	if e, ok := errors.AsType[*album.Error](err); ok && e.Code == album.CodeInvalidInput {
		named := *e
		named.Field = "files." + strconv.Itoa(i) + "." + e.Field
		return &named
	}
	return err
}

// pending checks one file and makes its row.
func (s *Service) pending(v album.Identified, id album.AlbumID, f NewUpload, now time.Time) (*album.Media, error) {
	name, err := album.Text("fileName", f.FileName, 1, album.MaxFileNameLength)
	if err != nil {
		return nil, err
	}
	caption, err := album.Text("caption", f.Caption, 0, album.MaxCaptionLength)
	if err != nil {
		return nil, err
	}
	kind, contentType, err := s.acceptType(f.ContentType)
	if err != nil {
		return nil, err
	}
	most := s.opts.MaxPhoto
	if kind == album.Video {
		most = s.opts.MaxVideo
	}
	if f.Bytes < 1 || f.Bytes > most {
		return nil, album.Invalid("bytes", "a file of this type may have 1 to %d bytes", most)
	}
	sum := strings.ToLower(f.SHA256)
	if b, err := hex.DecodeString(sum); sum != "" && (err != nil || len(b) != 32) {
		return nil, album.Invalid("sha256", "a SHA-256 has 64 hexadecimal digits")
	}
	if err := checkTaken(f.TakenAt, now); err != nil {
		return nil, err
	}
	m := &album.Media{
		ID: s.IDs.Media(), AlbumID: id, OwnerID: v.UserID, Kind: kind, Status: album.Pending,
		FileName: name, ContentType: contentType, Bytes: f.Bytes, TakenAt: f.TakenAt, Caption: caption, CreatedAt: now,
	}
	m.Upload = album.Upload{
		Key: "incoming/" + string(m.ID), ContentType: contentType, Bytes: f.Bytes, SHA256: sum,
		ExpiresAt: now.Add(s.opts.UploadLife),
	}
	return m, nil
}

// acceptType folds a declared type and says what kind of medium it is.
func (s *Service) acceptType(declared string) (album.MediaKind, string, error) {
	declared = strings.ToLower(strings.TrimSpace(declared))
	if declared == "image/jpg" { // what some phones say
		declared = "image/jpeg"
	}
	kind, ok := media.KindOf(declared)
	if !ok {
		return "", "", album.Errorf(album.CodeMediaUnsupported, "send one of: %s", strings.Join(media.ContentTypes(), ", "))
	}
	return kind, declared, nil
}

// The times that a photo can be taken at: from the first photographs to a
// day ahead, for clocks that are wrong.
var firstPhotograph = time.Date(1826, 1, 1, 0, 0, 0, 0, time.UTC)

func checkTaken(t, now time.Time) error {
	if !t.IsZero() && (t.Before(firstPhotograph) || t.After(now.Add(24*time.Hour))) {
		return album.Invalid("takenAt", "no picture can have been taken then")
	}
	return nil
}

// FinalizeUpload verifies the bytes of an upload and publishes it. It may be
// called again, also at the same time: a READY medium is returned as it is.
//
// UPLOAD_INCOMPLETE while the bytes are not there, UPLOAD_EXPIRED when they can
// no longer come. Bytes that are refused make the medium FAILED, for good, with
// the code that is returned: UPLOAD_MISMATCH, MEDIA_UNSUPPORTED, MEDIA_CORRUPT
// or LIMIT_EXCEEDED.
func (s *Service) FinalizeUpload(ctx context.Context, v album.Identified, id album.MediaID) (*album.Media, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	m, err := s.ownUpload(ctx, v, id)
	if err != nil || m.Status == album.Ready {
		return m, err
	}
	if m.Status == album.Failed {
		return nil, album.Errorf(m.Failure, "this upload was refused; ask for a new ticket")
	}
	facts, err := s.verify(ctx, m)
	if err != nil {
		return s.refused(ctx, v, m, err)
	}
	if err := s.Bucket.Publish(ctx, m.Upload.Key, facts.Key, facts.ContentType); err != nil {
		return s.refused(ctx, v, m, err)
	}
	published, entry, err := s.Store.PublishMedia(ctx, id, facts, s.change(v))
	if album.CodeOf(err) == album.CodeNotFound { // deleted meanwhile: leave no bytes behind
		err = errors.Join(err, s.Bucket.Delete(ctx, facts.Key))
	}
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	if err := s.Bucket.Delete(ctx, m.Upload.Key); err != nil {
		// The medium is published; the janitor's successor finds what is left.
		s.Logger.WarnContext(ctx, "an uploaded object was left behind", "media", id, "error", err)
	}
	return published, nil
}

// ownUpload finds a medium that the viewer is uploading, or has, while they may
// add to its album.
func (s *Service) ownUpload(ctx context.Context, v album.Identified, id album.MediaID) (*album.Media, error) {
	m, err := s.Media(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if m.OwnerID != v.UserID {
		return nil, album.ErrForbidden
	}
	if m.Status == album.Pending {
		if _, err := s.access(ctx, v, m.AlbumID, album.AddMedia); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// verify holds the bytes that came against the ticket. Its *album.Error codes
// are those of FinalizeUpload.
func (s *Service) verify(ctx context.Context, m *album.Media) (album.MediaFacts, error) {
	object, err := s.Bucket.Stat(ctx, m.Upload.Key)
	if err != nil {
		return album.MediaFacts{}, err
	}
	if object.Bytes != m.Upload.Bytes {
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch,
			"%d bytes came, the ticket says %d", object.Bytes, m.Upload.Bytes)
	}
	found, err := media.Inspect(ctx, media.ReaderAt(ctx, s.Bucket, m.Upload.Key, object.Bytes), object.Bytes)
	if err != nil {
		return album.MediaFacts{}, err
	}
	if found.Kind != m.Kind || (found.Kind == album.Photo && found.ContentType != m.Upload.ContentType) {
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch,
			"the bytes are %s, the ticket says %s", found.ContentType, m.Upload.ContentType)
	}
	sum, err := media.SHA256(ctx, s.Bucket, m.Upload.Key)
	if err != nil {
		return album.MediaFacts{}, err
	}
	if m.Upload.SHA256 != "" && sum != m.Upload.SHA256 {
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch, "the SHA-256 is not the ticket's")
	}
	return album.MediaFacts{
		Kind: found.Kind, ContentType: found.ContentType, Bytes: object.Bytes, SHA256: sum,
		Width: found.Width, Height: found.Height, Duration: found.Duration, TakenAt: found.TakenAt,
		Key: mediaPrefix(m.ID) + "original" + found.Extension,
	}, nil
}

// mediaPrefix is the folder in the bucket of all that is made of a medium.
func mediaPrefix(id album.MediaID) string { return "m/" + string(id) + "/" }

// refused answers a finalisation that met err. Another one at the same time may
// have published the medium and cleared its upload away: then that is the answer.
func (s *Service) refused(ctx context.Context, v album.Identified, m *album.Media, err error) (*album.Media, error) {
	switch code := album.CodeOf(err); code {
	case album.CodeNotFound:
		now, again := s.Media(ctx, v, m.ID)
		switch {
		case again != nil:
			return nil, again
		case now.Status == album.Ready:
			return now, nil
		case s.now().After(m.Upload.ExpiresAt):
			return nil, album.Errorf(album.CodeUploadExpired, "the ticket is past its time; ask for a new one")
		}
		return nil, album.Errorf(album.CodeUploadIncomplete, "the bytes have not arrived yet")
	case album.CodeUploadMismatch, album.CodeMediaUnsupported, album.CodeMediaCorrupt, album.CodeLimitExceeded:
		if failed := s.Store.FailMedia(ctx, m.ID, code); failed != nil {
			return nil, failed
		}
	}
	return nil, err
}
