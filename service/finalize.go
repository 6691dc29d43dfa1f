package service

import (
	"context"
	"time"

	"keepsake/album"
)

const (
	// inlineBytes is the largest upload that is received while its client waits;
	// what is larger takes longer to read than a request should last.
	inlineBytes = 64 << 20
	// readyWait is how long FinalizeUpload waits for the pictures.
	readyWait = 8 * time.Second
	// answerTime is left of a request's time to answer it.
	answerTime = 2 * time.Second
)

// FinalizeUpload says that the bytes of an upload are there, and waits for some
// seconds for the medium to be READY; it may come back PROCESSING, and becomes
// READY by itself. It may be called again, also at the same time.
//
// UPLOAD_INCOMPLETE while the bytes are not there, UPLOAD_EXPIRED when they can
// no longer come. Bytes that are refused make the medium FAILED, for good, with
// the code that is returned: UPLOAD_MISMATCH, MEDIA_UNSUPPORTED, MEDIA_CORRUPT,
// LIMIT_EXCEEDED, FORBIDDEN if they may not add any more, or INTERNAL if nobody
// could tell. Bytes that the viewer has in
// the album already are answered with the medium that has them: duplicate.
func (s *Service) FinalizeUpload(ctx context.Context, v album.Identified, id album.MediaID) (m *album.Media, duplicate bool, err error) {
	if err := signedIn(v); err != nil {
		return nil, false, err
	}
	if m, err = s.ownUpload(ctx, v, id); err != nil {
		return nil, false, err
	}
	if m.Status == album.Pending {
		if m, err = s.finalize(ctx, m); err != nil {
			return nil, false, err
		}
	}
	if m.Status != album.Ready && m.Status != album.Failed {
		if m, err = s.awaitReady(ctx, m); err != nil {
			return nil, false, err
		}
	}
	switch {
	case m.DuplicateOf != "":
		m, err = s.Media(ctx, v, m.DuplicateOf)
		return m, true, err
	case m.Status == album.Failed:
		return nil, false, failure(m.Failure)
	}
	return m, false, nil
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

// finalize receives an upload, or has it received.
func (s *Service) finalize(ctx context.Context, m *album.Media) (*album.Media, error) {
	if m.Upload.Bytes <= inlineBytes {
		received, err := s.receive(ctx, m)
		if err == nil {
			s.workers.kick(album.Quick)
		}
		return received, err
	}
	if _, err := s.arrived(ctx, m); err != nil {
		return s.notThere(ctx, m, err)
	}
	now := s.now()
	if err := s.Store.HurryWork(ctx, m.ID, now, now.Add(lease)); err != nil {
		return nil, err
	}
	s.workers.kick(album.Look)
	return m, nil
}

// awaitReady waits until a medium is READY or FAILED, or for as long as there is
// time, and returns it as it is then.
func (s *Service) awaitReady(ctx context.Context, m *album.Media) (*album.Media, error) {
	wait := readyWait
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)-answerTime)
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	// Another node may be at it, which only the store tells of.
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	done, forget := s.workers.await(m.ID)
	defer forget()
	for {
		now, err := s.Store.Media(ctx, m.ID)
		if err != nil || now.Status == album.Ready || now.Status == album.Failed {
			return now, err
		}
		select {
		case <-done:
		case <-look.C:
		case <-timeout.C:
			return now, nil
		case <-ctx.Done():
			return now, nil
		}
	}
}

// failure is the error of a medium that FAILED for that reason.
func failure(reason album.Code) error {
	message := "this upload was refused; ask for a new ticket"
	switch reason {
	case album.CodeUploadMismatch:
		message = "the bytes are not those that the ticket was for; send the file again"
	case album.CodeUploadExpired:
		message = "the ticket is past its time; ask for a new one"
	case album.CodeMediaUnsupported:
		message = "this is no photo or video of a type that is accepted"
	case album.CodeMediaCorrupt:
		message = "this file is damaged or not complete"
	case album.CodeLimitExceeded:
		message = "this picture or video is too large to be shown"
	case album.CodeForbidden:
		message = "you may no longer add to this album"
	case album.CodeNotFound:
		message = "what was to be copied is gone"
	case album.CodeInternal:
		message = "nothing could be made of this file; try another form of it"
	}
	return album.Errorf(reason, "%s", message)
}
