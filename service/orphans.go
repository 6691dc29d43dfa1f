package service

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/media"
)

const (
	// uploadOrphan and fileOrphan are how old an object is at least that is taken
	// away because no medium has it. An upload has a medium before it has a ticket,
	// so one without may go at once, before the next one takes its room; for files
	// that were made there is no hurry.
	uploadOrphan = 10 * time.Minute
	fileOrphan   = 48 * time.Hour
	// orphanPage is how many objects of each kind a sweep looks at. So a bucket of
	// a million is gone through once in a day, for some cents.
	orphanPage = 1000
)

// finished begins the keys of what is made of media.
const finished = "m/"

// orphans is how far the search for objects of no medium is. Each node goes
// through the bucket for itself, and begins anew when it starts.
type orphans struct {
	mu    sync.Mutex
	after map[string]string // by kind, the last key that was looked at; never nil
}

// sweepOrphans looks at the next objects of the bucket and takes away those that
// no medium will ever have: uploads that came when their medium was gone or done
// with, and what was made of a medium while it was removed.
func (s *Service) sweepOrphans(ctx context.Context, now time.Time) error {
	s.orphans.mu.Lock()
	defer s.orphans.mu.Unlock()
	return errors.Join(
		s.sweepPrefix(ctx, "unfinished", incoming, now.Add(-uploadOrphan), s.Bucket.Unfinished),
		s.sweepPrefix(ctx, "uploaded", incoming, now.Add(-uploadOrphan), s.listing(incoming)),
		s.sweepPrefix(ctx, "made", finished, now.Add(-fileOrphan), s.listing(finished)),
	)
}

// listing lists the objects with a prefix.
func (s *Service) listing(prefix string) lister {
	return func(ctx context.Context, after string, limit int) ([]media.Object, error) {
		return s.Bucket.List(ctx, prefix, after, limit)
	}
}

// lister lists objects after a key.
type lister func(ctx context.Context, after string, limit int) ([]media.Object, error)

// sweepPrefix looks at the next objects that a lister gives, whose keys begin with
// prefix and go on with a medium's ID.
func (s *Service) sweepPrefix(ctx context.Context, what, prefix string, before time.Time, list lister) error {
	objects, err := list(ctx, s.orphans.after[what], orphanPage)
	if err != nil {
		return err
	}
	s.orphans.after[what] = ""
	if len(objects) == orphanPage {
		s.orphans.after[what] = objects[orphanPage-1].Key
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
	if len(known) == 0 && what == "made" {
		// Rather than that all were left behind, this is another's database.
		s.Logger.ErrorContext(ctx, "no medium is known of a whole page of objects: is this bucket's database another one?",
			"objects", what, "first", old[0].Key, "count", len(old))
		return nil
	}
	var errs []error
	removed := 0
	for i, o := range old {
		wanted := known[ids[i]] // what is known is swept with all that it has
		if m := there[ids[i]]; m != nil {
			wanted = m.Status == album.Pending || m.Status == album.Processing
		}
		if wanted {
			continue
		}
		if err := s.Bucket.Delete(ctx, o.Key); err != nil {
			errs = append(errs, err)
			continue
		}
		removed++
	}
	if removed > 0 {
		s.Logger.InfoContext(ctx, "objects of no medium were removed", "objects", what, "count", removed)
	}
	return errors.Join(errs...)
}
