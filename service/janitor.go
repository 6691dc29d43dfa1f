package service

import (
	"context"
	"errors"
	"time"

	"keepsake/album"
)

const (
	// sweepBatch bounds one step of a sweep.
	sweepBatch = 100
	// uploadGrace is how long after its ticket's end an upload is kept.
	uploadGrace = time.Hour
)

// Sweep takes away for good what nobody wants any more: deleted media and
// albums, what was in the trash for album.TrashDuration, uploads that never
// ended, old sessions and idempotency keys, the tails of long logs, and objects of
// no medium. Bytes go before their row, so nothing is forgotten if it is stopped in
// between. It works in bounded steps until nothing is left to do; what fails keeps
// nothing else from going.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	trashed := now.Add(-album.TrashDuration)
	errs := []error{s.sweepMedia(ctx, trashed, now.Add(-uploadGrace))}
	_, err := s.Store.PurgeAlbums(ctx, trashed)
	// PurgeAlbums may have doomed the media of albums that were long in the trash.
	errs = append(errs, err, s.sweepMedia(ctx, trashed, now.Add(-uploadGrace)))
	_, err = s.Store.TrimLogs(ctx, s.opts.LogKeep)
	return errors.Join(append(errs, err, s.Store.PurgeSessions(ctx, now), s.Store.PurgeKeys(ctx, now), s.sweepOrphans(ctx, now))...)
}

// sweepMedia removes doomed media. One whose bytes cannot be removed stays for
// the next sweep, and keeps no other from going.
func (s *Service) sweepMedia(ctx context.Context, trashed, expired time.Time) error {
	for {
		doomed, err := s.Store.Doomed(ctx, trashed, expired, sweepBatch)
		if err != nil || len(doomed) == 0 {
			return err
		}
		var errs []error
		ids := make([]album.MediaID, 0, len(doomed))
		for _, m := range doomed {
			if err := s.removeObjects(ctx, m); err != nil {
				errs = append(errs, err)
				continue
			}
			ids = append(ids, m.ID)
		}
		if err := s.Store.RemoveMedia(ctx, ids); err != nil || len(errs) > 0 {
			return errors.Join(append(errs, err)...)
		}
	}
}

// removeObjects takes away a medium's bytes: what was uploaded, and all that was
// made of it.
func (s *Service) removeObjects(ctx context.Context, m *album.Media) error {
	if err := s.removeUpload(ctx, m); err != nil {
		return err
	}
	made, err := s.Bucket.List(ctx, mediaPrefix(m.ID), "", sweepBatch)
	if err != nil {
		return err
	}
	for _, object := range made {
		if err := s.Bucket.Delete(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}

// RunJanitor sweeps at once and then every so often, until ctx ends.
func (s *Service) RunJanitor(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.Logger.ErrorContext(ctx, "a sweep did not end", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
