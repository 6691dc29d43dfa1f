package service

import (
	"context"
	"strings"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/media"
)

const (
	// orphanAge is how old an object is at least that is taken away because no
	// medium has it: more than any ticket's life, so that nothing under way is hit.
	orphanAge = 48 * time.Hour
	// orphanPage is how many objects of each kind a sweep looks at. So a bucket of
	// a million is gone through once in a day, for some cents.
	orphanPage = 1000
)

// orphans is how far the search for objects of no medium is. Each node goes
// through the bucket for itself, and begins anew when it starts.
type orphans struct {
	mu    sync.Mutex
	after map[string]string // by prefix, the last key that was looked at; never nil
}

// sweepOrphans looks at the next objects of the bucket and takes away those that
// no medium will ever have: uploads that came when their medium was gone or done
// with, and what was made of a medium while it was removed.
func (s *Service) sweepOrphans(ctx context.Context, now time.Time) error {
	s.orphans.mu.Lock()
	defer s.orphans.mu.Unlock()
	for _, prefix := range []string{incoming, "m/"} {
		if err := s.sweepPrefix(ctx, prefix, now.Add(-orphanAge)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweepPrefix(ctx context.Context, prefix string, before time.Time) error {
	objects, err := s.Bucket.List(ctx, prefix, s.orphans.after[prefix], orphanPage)
	if err != nil {
		return err
	}
	s.orphans.after[prefix] = ""
	if len(objects) == orphanPage {
		s.orphans.after[prefix] = objects[orphanPage-1].Key
	}
	var old []media.Object
	var ids []album.MediaID
	for _, o := range objects {
		id, _, _ := strings.Cut(strings.TrimPrefix(o.Key, prefix), "/")
		if _, err := album.ParseMediaID(id); err == nil && o.ModifiedAt.Before(before) {
			old, ids = append(old, o), append(ids, album.MediaID(id))
		}
	}
	if len(old) == 0 {
		return nil
	}
	known, err := s.Store.KnownMedia(ctx, ids)
	if err != nil {
		return err
	}
	var there map[album.MediaID]*album.Media
	if prefix == incoming {
		if there, err = s.Store.MediaByID(ctx, ids); err != nil {
			return err
		}
	}
	for i, o := range old {
		wanted := known[ids[i]] // what is known is swept with all that it has
		if m := there[ids[i]]; m != nil {
			wanted = m.Status == album.Pending || m.Status == album.Processing
		}
		if wanted {
			continue
		}
		if err := s.Bucket.Delete(ctx, o.Key); err != nil {
			return err
		}
	}
	return nil
}
