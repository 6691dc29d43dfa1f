package service

import (
	"context"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/internal/safeguard"
	"keepsake/media"
)

// NewUpload is a file that a client wants to send.
type NewUpload struct {
	FileName    string
	ContentType string
	Bytes       int64
	SHA256      string // lower- or upper-case hex, or empty
	CRC32C      string // 8 digits of hex, or empty
	TakenAt     time.Time
	Caption     string
	Method      media.Method
}

// Ticketed is a PENDING medium and how its bytes are to be sent. If it is a
// Duplicate, the medium is one that has the bytes already, and there is no ticket.
type Ticketed struct {
	Media     *album.Media
	Ticket    media.Ticket
	Duplicate bool
}

const (
	// chunksLife is how long a ticket for chunks holds at least: they are for
	// large files and bad networks.
	chunksLife = 24 * time.Hour
	// firstLook is when somebody looks whether the bytes of an upload have come
	// whose client does not say so, as a page that was closed does not. Then the
	// time doubles.
	firstLook = 2 * time.Minute
)

// CreateUploads makes a ticket for each file, or none: 1 to album.MaxBatch of
// them. Their bytes count against the viewer's quota from now on: beyond it, it
// is QUOTA_EXCEEDED. Files that declare a SHA-256 which the viewer has in the
// album already get no ticket.
func (s *Service) CreateUploads(ctx context.Context, v album.Identified, id album.AlbumID, files []NewUpload) ([]Ticketed, error) {
	if _, err := s.access(ctx, v, id, album.AddMedia); err != nil {
		return nil, err
	}
	if len(files) == 0 || len(files) > album.MaxBatch {
		return nil, album.Invalid("files", "send 1 to %d at once", album.MaxBatch)
	}
	now := s.now()
	out := make([]Ticketed, len(files))
	sums := make([]string, 0, len(files))
	for i, f := range files {
		m, err := s.pending(ctx, v, id, f, now)
		if err != nil {
			return nil, inFile(i, err)
		}
		out[i].Media = m
		if m.Upload.SHA256 != "" {
			sums = append(sums, m.Upload.SHA256)
		}
	}
	known, err := s.duplicates(ctx, v, id, sums)
	if err != nil {
		return nil, err
	}
	var rows []*album.Media
	for i, f := range files {
		m := out[i].Media
		if there := known[m.Upload.SHA256]; there != nil && there.Upload.Bytes == m.Upload.Bytes {
			out[i] = Ticketed{Media: there, Duplicate: true, Ticket: media.Ticket{Method: f.Method}}
			continue
		}
		out[i].Ticket, err = s.Bucket.SignUpload(ctx, media.UploadRequest{
			Key: m.Upload.Key, Method: f.Method, ContentType: m.Upload.ContentType,
			Bytes: m.Upload.Bytes, ExpiresAt: m.Upload.ExpiresAt,
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, m)
	}
	err = s.Store.CreateMedia(ctx, rows, s.quota())
	safeguard.CrashAt("ticketed")
	return out, err
}

func (s *Service) duplicates(
	ctx context.Context, v album.Identified, id album.AlbumID, sums []string,
) (map[string]*album.Media, error) {
	if len(sums) == 0 {
		return nil, nil
	}
	return s.Store.Duplicates(ctx, id, v.UserID, sums)
}

// quota is how many bytes a person's media may take.
func (s *Service) quota() int64 {
	if s.opts.Quota == 0 {
		return math.MaxInt64
	}
	return s.opts.Quota
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
func (s *Service) pending(ctx context.Context, v album.Identified, id album.AlbumID, f NewUpload, now time.Time) (*album.Media, error) {
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
	crc := strings.ToLower(f.CRC32C)
	if b, err := hex.DecodeString(crc); crc != "" && (err != nil || len(b) != 4) {
		return nil, album.Invalid("crc32c", "a CRC32C has 8 hexadecimal digits")
	}
	if err := checkTaken(f.TakenAt, now); err != nil {
		return nil, err
	}
	life := s.opts.UploadLife
	if f.Method == media.CHUNKS {
		life = max(life, chunksLife)
	}
	m := &album.Media{
		ID: s.ids(ctx).Media(), AlbumID: id, OwnerID: v.UserID, Kind: kind, Status: album.Pending,
		FileName: name, ContentType: contentType, Bytes: f.Bytes, TakenAt: f.TakenAt, Caption: caption, CreatedAt: now,
	}
	m.Upload = album.Upload{
		Key: incoming + string(m.ID), ContentType: contentType, Bytes: f.Bytes, SHA256: sum, CRC32C: crc,
		ExpiresAt: now.Add(life),
	}
	m.Work = album.Work{Lane: album.Look, DueAt: now.Add(firstLook)}
	return m, nil
}

// acceptType folds a declared type and says what kind of medium it is.
func (s *Service) acceptType(declared string) (album.MediaKind, string, error) {
	declared = strings.ToLower(strings.TrimSpace(declared))
	switch declared { // what some phones say
	case "image/jpg":
		declared = "image/jpeg"
	case "image/heif":
		declared = "image/heic"
	}
	kind, ok := media.KindOf(declared)
	if !ok || !slices.Contains(s.contentTypes(), declared) {
		return "", "", album.Errorf(album.CodeMediaUnsupported, "send one of: %s", strings.Join(s.contentTypes(), ", "))
	}
	return kind, declared, nil
}

// contentTypes are those that can be uploaded.
func (s *Service) contentTypes() []string {
	return slices.DeleteFunc(media.ContentTypes(), func(t string) bool { return t == "image/heic" && !s.Renderer.HEIC() })
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
