package service

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

// checkBatch bounds the items of a batch.
func checkBatch(ids []album.MediaID) error {
	if len(ids) == 0 || len(ids) > album.MaxBatch {
		return album.Invalid("mediaIds", "name 1 to %d", album.MaxBatch)
	}
	return nil
}

func isPublished(m *album.Media) bool { return m.Status == album.Ready && m.TrashedAt.IsZero() }

// MoveMedia moves media that the viewer may change to another album that they may
// add to. Each item has its own result.
func (s *Service) MoveMedia(ctx context.Context, v album.Identified, from, to album.AlbumID, ids []album.MediaID) ([]Result, error) {
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	if store.Begun(ctx) {
		return s.movedTo(ctx, v, to, ids)
	}
	access, err := s.access(ctx, v, from, album.View)
	if err != nil {
		return nil, err
	}
	if _, err := s.access(ctx, v, to, album.AddMedia); err != nil {
		return nil, err
	}
	if from == to {
		return nil, album.Invalid("toAlbumId", "they are there already")
	}
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	results, err := each(ids, func(id album.MediaID) (*album.Media, error) {
		m := found[id]
		switch {
		case m == nil || m.AlbumID != from || !access.CanSeeMedia(m) || !isPublished(m):
			return nil, album.ErrNotFound
		case !access.CanEditMedia(m):
			return nil, forbidden(access)
		}
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	return s.move(ctx, v, from, to, results)
}

// move moves those that may be, together; if one of them has changed meanwhile,
// one by one.
func (s *Service) move(ctx context.Context, v album.Identified, from, to album.AlbumID, results []Result) ([]Result, error) {
	var may []album.MediaID
	for _, r := range results {
		if r.Err == nil {
			may = append(may, r.ID)
		}
	}
	if len(may) == 0 {
		return results, nil
	}
	moved, err := s.moveTogether(ctx, v, from, to, may)
	switch {
	case album.CodeOf(err) == album.CodeNotFound:
		return again(results, func(id album.MediaID) (*album.Media, error) {
			one, err := s.moveTogether(ctx, v, from, to, []album.MediaID{id})
			if err == nil && one[id] == nil {
				err = album.ErrNotFound
			}
			return one[id], err
		})
	case err != nil:
		return nil, err
	}
	for i, r := range results {
		if r.Err != nil {
			continue
		}
		if results[i].Media = moved[r.ID]; results[i].Media == nil { // it was deleted at once
			results[i].Err = album.ErrNotFound
		}
	}
	return results, nil
}

// movedTo tells what became of a move that was done before: what is there now.
func (s *Service) movedTo(ctx context.Context, v album.Identified, to album.AlbumID, ids []album.MediaID) ([]Result, error) {
	found, err := s.VisibleMedia(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	return each(ids, func(id album.MediaID) (*album.Media, error) {
		if m := found[id]; m != nil && m.AlbumID == to {
			return m, nil
		}
		return nil, album.ErrNotFound
	})
}

// again does what is still to be done, item by item.
func again(results []Result, do func(album.MediaID) (*album.Media, error)) ([]Result, error) {
	for i, r := range results {
		if r.Err != nil {
			continue
		}
		one, err := each([]album.MediaID{r.ID}, do)
		if err != nil {
			return nil, err
		}
		results[i] = one[0]
	}
	return results, nil
}

func (s *Service) moveTogether(
	ctx context.Context, v album.Identified, from, to album.AlbumID, ids []album.MediaID,
) (map[album.MediaID]*album.Media, error) {
	entries, err := s.Store.MoveMedia(ctx, from, to, ids, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entries...)
	return s.Store.MediaByID(ctx, ids)
}

func forbidden(access album.Access) error {
	if access.UserID == "" {
		return album.ErrUnauthenticated
	}
	return album.ErrForbidden
}

// ArrangeMedia puts media of an album, in that order, right behind another one,
// or first if after is empty, and returns them.
func (s *Service) ArrangeMedia(
	ctx context.Context, v album.Identified, id album.AlbumID, ids []album.MediaID, after album.MediaID,
) ([]*album.Media, error) {
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	if _, err := s.access(ctx, v, id, album.EditAlbum); err != nil {
		return nil, err
	}
	entries, err := s.Store.ArrangeMedia(ctx, id, ids, after, s.change(v))
	return s.changed(ctx, ids, entries, err)
}
