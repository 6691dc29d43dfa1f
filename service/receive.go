package service

import (
	"context"
	"fmt"
	"strings"

	"keepsake/album"
	"keepsake/internal/safeguard"
	"keepsake/media"
	"keepsake/store"
)

// incoming begins the keys that clients upload to.
const incoming = "incoming/"

// mediaPrefix is the folder in the bucket of all that is made of a medium.
func mediaPrefix(id album.MediaID) string { return finished + string(id) + "/" }

// receive verifies the bytes of a PENDING medium and accepts it, or makes it
// FAILED, and returns it as it is then. It may run several times, also at once.
// UPLOAD_INCOMPLETE and UPLOAD_EXPIRED, and what makes it FAILED, are errors.
func (s *Service) receive(ctx context.Context, m *album.Media) (*album.Media, error) {
	if err := s.mayAdd(ctx, m); err != nil {
		return s.notThere(ctx, m, err)
	}
	if m.Upload.CopyOf != "" {
		return s.receiveCopy(ctx, m)
	}
	facts, err := s.verify(ctx, m)
	if err == nil {
		safeguard.CrashAt("verified")
		err = s.Bucket.Publish(ctx, m.Upload.Key, facts.Key, facts.ContentType)
		safeguard.CrashAt("copied")
	}
	if err != nil {
		return s.notThere(ctx, m, err)
	}
	accepted, err := s.Store.AcceptMedia(ctx, m.ID, facts, album.Work{Lane: album.Quick, DueAt: s.now()})
	safeguard.CrashAt("accepted")
	if err == nil && accepted.DuplicateOf != "" {
		err = s.removeObjects(ctx, m)
	}
	return accepted, err
}

// mayAdd is FORBIDDEN if the owner of an upload may no longer add to its album:
// nobody finalises for those who left.
func (s *Service) mayAdd(ctx context.Context, m *album.Media) error {
	member, err := s.Store.Membership(ctx, m.AlbumID, m.OwnerID)
	if album.CodeOf(err) == album.CodeNotFound || err == nil && member.Role < album.Contributor {
		return album.ErrForbidden
	}
	return err
}

// arrived describes the object of an upload, which must have the ticket's size.
func (s *Service) arrived(ctx context.Context, m *album.Media) (media.Object, error) {
	object, err := s.Bucket.Stat(ctx, m.Upload.Key)
	if err == nil && object.Bytes != m.Upload.Bytes {
		err = album.Errorf(album.CodeUploadMismatch, "%d bytes came, the ticket says %d", object.Bytes, m.Upload.Bytes)
	}
	return object, err
}

// verify holds the bytes that came against the ticket. Its *album.Error codes
// are those of FinalizeUpload; NOT_FOUND if there are none.
func (s *Service) verify(ctx context.Context, m *album.Media) (album.MediaFacts, error) {
	object, err := s.arrived(ctx, m)
	if err != nil {
		return album.MediaFacts{}, err
	}
	found, err := media.Inspect(ctx, media.ReaderAt(ctx, s.Bucket, m.Upload.Key, object.Bytes), object.Bytes)
	if err != nil {
		return album.MediaFacts{}, err
	}
	if found.Kind != m.Kind || (found.Kind == album.Photo && found.ContentType != m.Upload.ContentType) {
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch,
			"the bytes are %s, the ticket says %s", found.ContentType, m.Upload.ContentType)
	}
	sums, err := media.Sum(ctx, s.Bucket, m.Upload.Key)
	switch {
	case err != nil:
		return album.MediaFacts{}, err
	case m.Upload.SHA256 != "" && sums.SHA256 != m.Upload.SHA256:
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch, "the SHA-256 is not the ticket's")
	case m.Upload.CRC32C != "" && sums.CRC32C != m.Upload.CRC32C:
		return album.MediaFacts{}, album.Errorf(album.CodeUploadMismatch, "the CRC32C is not the ticket's")
	}
	return album.MediaFacts{
		Kind: found.Kind, ContentType: found.ContentType, Bytes: object.Bytes, SHA256: sums.SHA256, CRC32: sums.CRC32,
		Width: found.Width, Height: found.Height, Duration: found.Duration, TakenAt: found.TakenAt,
		Camera: found.Camera, Place: found.Place,
		Key: mediaPrefix(m.ID) + "original" + found.Extension,
	}, nil
}

// notThere answers a receiving that met err. Another one at the same time may
// have accepted the medium and cleared its upload away: then that is the answer.
func (s *Service) notThere(ctx context.Context, m *album.Media, err error) (*album.Media, error) {
	code := album.CodeOf(err)
	if code == album.CodeNotFound {
		now, again := s.Store.Media(ctx, m.ID)
		switch {
		case again != nil:
			return nil, again
		case now.Status != album.Pending:
			return now, nil
		case m.Upload.CopyOf != "": // what it is a copy of is gone, for good
		case s.now().After(m.Upload.ExpiresAt):
			return nil, album.Errorf(album.CodeUploadExpired, "the ticket is past its time; ask for a new one")
		default:
			return nil, album.Errorf(album.CodeUploadIncomplete, "the bytes have not arrived yet")
		}
	}
	if final(code) || code == album.CodeNotFound {
		if failed := s.fail(ctx, m, code); failed != nil {
			return nil, failed
		}
	}
	return nil, err
}

// final reports whether an error is about the bytes or their owner, so that it
// comes again whenever they are looked at.
func final(code album.Code) bool {
	switch code {
	case album.CodeUploadMismatch, album.CodeMediaUnsupported, album.CodeMediaCorrupt, album.CodeLimitExceeded,
		album.CodeForbidden:
		return true
	}
	return false
}

// fail makes a medium FAILED and takes its bytes away, unless the fault may be
// ours: then they stay until the sweep, an hour after the ticket's end.
func (s *Service) fail(ctx context.Context, m *album.Media, reason album.Code) error {
	entry, err := s.Store.FailMedia(ctx, m.ID, reason, store.Change{Actor: m.OwnerID, At: s.now()})
	if err != nil {
		return err
	}
	s.Hub.PublishEntries(ctx, entry)
	s.workers.done(m.ID)
	if entry == nil || reason == album.CodeInternal { // another was first: what it made of the bytes stands
		return nil
	}
	return s.removeObjects(ctx, m)
}

// removeUpload takes away what a client uploaded, once it was published or when
// it is not wanted. What a copy was made from is not the copy's to remove.
func (s *Service) removeUpload(ctx context.Context, m *album.Media) error {
	if !strings.HasPrefix(m.Upload.Key, incoming) {
		return nil
	}
	if err := s.Bucket.Delete(ctx, m.Upload.Key); err != nil {
		return fmt.Errorf("remove the upload of %s: %w", m.ID, err)
	}
	return nil
}
