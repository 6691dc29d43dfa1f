package service

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// Media returns one medium that the viewer may see.
func (s *Service) Media(ctx context.Context, v album.Identified, id album.MediaID) (*album.Media, error) {
	if _, err := album.ParseMediaID(string(id)); err != nil {
		return nil, err
	}
	found, err := s.VisibleMedia(ctx, v, []album.MediaID{id})
	if err != nil {
		return nil, err
	}
	if found[id] == nil {
		return nil, album.ErrNotFound
	}
	return found[id], nil
}

// MediumIn returns a medium of that album, if the viewer may see it.
func (s *Service) MediumIn(ctx context.Context, v album.Identified, id album.AlbumID, medium album.MediaID) (*album.Media, error) {
	m, err := s.Media(ctx, v, medium)
	if err != nil {
		return nil, err
	}
	if m.AlbumID != id {
		return nil, album.ErrNotFound
	}
	return m, nil
}

// VisibleMedia returns those of ids that the viewer may see, in at most four statements.
func (s *Service) VisibleMedia(ctx context.Context, v album.Identified, ids []album.MediaID) (map[album.MediaID]*album.Media, error) {
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	albums := albumsOf(found)
	if len(found) < len(ids) {
		albums = append(albums, nowhere)
	}
	access, err := s.Access(ctx, v, albums)
	if err != nil {
		return nil, err
	}
	for id, m := range found {
		if !access[m.AlbumID].CanSeeMedia(m) {
			delete(found, id)
		}
	}
	return found, nil
}

func albumsOf(found map[album.MediaID]*album.Media) []album.AlbumID {
	seen := map[album.AlbumID]bool{}
	var ids []album.AlbumID
	for _, m := range found {
		if !seen[m.AlbumID] {
			seen[m.AlbumID] = true
			ids = append(ids, m.AlbumID)
		}
	}
	return ids
}

// shown finds a published medium on which the viewer may do that action.
func (s *Service) shown(ctx context.Context, v album.Identified, id album.MediaID, action album.Action) (*album.Media, error) {
	m, err := s.Media(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if !isPublished(m) {
		return nil, album.Errorf(album.CodeConflict, "it is not published")
	}
	_, err = s.access(ctx, v, m.AlbumID, action)
	return m, err
}

// MediaOf lists the published media of each of those albums, in one statement.
// The caller has seen that the viewer may see the albums.
func (s *Service) MediaOf(
	ctx context.Context, ids []album.AlbumID, order album.MediaOrder, p PageArgs,
) (map[album.AlbumID]album.Page[*album.Media], error) {
	list, position := album.ListAdded, addedPosition
	switch order {
	case album.ByTaken:
		list, position = album.ListTaken, takenPosition
	case album.ByHand:
		list, position = album.ListHand, handPosition
	}
	read := func(ctx context.Context, ids []album.AlbumID, r album.Range) (map[album.AlbumID][]*album.Media, error) {
		return s.Store.MediaOf(ctx, ids, order, r)
	}
	return pages(ctx, ids, p, list, read, position)
}

func addedPosition(m *album.Media) album.Position {
	return album.Position{Key: m.AddedAt.UnixMilli(), ID: string(m.ID)}
}

func takenPosition(m *album.Media) album.Position {
	if m.TakenAt.IsZero() {
		return addedPosition(m)
	}
	return album.Position{Key: m.TakenAt.UnixMilli(), ID: string(m.ID)}
}

func handPosition(m *album.Media) album.Position {
	return album.Position{Key: m.Rank, ID: string(m.ID)}
}

// TrashOf lists an album's trash: all of it to editors, their own to contributors.
func (s *Service) TrashOf(ctx context.Context, access album.Access, p PageArgs) (album.Page[*album.Media], error) {
	if err := Allowed(access, album.EditOwnMedia); err != nil {
		return album.Page[*album.Media]{}, err
	}
	owner := access.UserID
	if access.Can(album.EditAnyMedia) {
		owner = ""
	}
	r, err := p.window(album.ListTrash)
	if err != nil {
		return album.Page[*album.Media]{}, err
	}
	rows, err := s.Store.TrashOf(ctx, access.Album.ID, owner, r)
	return page(album.ListTrash, r, rows, func(m *album.Media) album.Position {
		return album.Position{Key: m.TrashedAt.UnixMilli(), ID: string(m.ID)}
	}), err
}

// EditMedia changes what is said about a medium.
func (s *Service) EditMedia(ctx context.Context, v album.Identified, id album.MediaID, p album.MediaPatch) (*album.Media, error) {
	m, err := s.Media(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.editable(ctx, v, m.AlbumID, []album.MediaID{id}); err != nil {
		return nil, err
	}
	if !isPublished(m) {
		return nil, album.Errorf(album.CodeConflict, "it is not published")
	}
	if err := checkMediaPatch(&p, s.now()); err != nil {
		return nil, err
	}
	edited, entry, err := s.Store.EditMedia(ctx, id, p, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return edited, nil
}

func checkMediaPatch(p *album.MediaPatch, now time.Time) error {
	if err := trim(&p.Caption, "caption", 0, album.MaxCaptionLength); err != nil {
		return err
	}
	if p.Tags != nil {
		tags, err := checkTags(*p.Tags)
		if err != nil {
			return err
		}
		p.Tags = &tags
	}
	if p.TakenAt != nil {
		if err := checkTaken(*p.TakenAt, now); err != nil {
			return err
		}
	}
	if p.Place == nil || *p.Place == nil {
		return nil
	}
	place := **p.Place
	name, err := album.Text("place.name", place.Name, 0, album.MaxPlaceNameLength)
	if err != nil {
		return err
	}
	// Written so that NaN is refused too.
	if !(place.Latitude >= -90 && place.Latitude <= 90) || !(place.Longitude >= -180 && place.Longitude <= 180) {
		return album.Invalid("place", "latitude goes from -90 to 90, longitude from -180 to 180")
	}
	place.Name = name
	checked := &place
	p.Place = &checked
	return nil
}

// checkTags trims the tags and drops repeated ones.
func checkTags(tags []string) ([]string, error) {
	if len(tags) > album.MaxTags {
		return nil, album.Invalid("tags", "at most %d tags", album.MaxTags)
	}
	out := make([]string, 0, len(tags))
	seen := map[string]bool{}
	for _, tag := range tags {
		tag, err := album.Text("tags", tag, 1, album.MaxTagLength)
		if err != nil {
			return nil, err
		}
		if !seen[tag] {
			seen[tag] = true
			out = append(out, tag)
		}
	}
	return out, nil
}

// editable checks a batch of media of one album: 1 to album.MaxBatch of them,
// all in that album and all the viewer's to change.
func (s *Service) editable(ctx context.Context, v album.Identified, id album.AlbumID, ids []album.MediaID) (album.Access, error) {
	if err := checkBatch(ids); err != nil {
		return album.Access{}, err
	}
	access, err := s.access(ctx, v, id, album.View)
	if err != nil {
		return access, err
	}
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return access, err
	}
	for _, mid := range ids {
		m := found[mid]
		switch {
		case m == nil || m.AlbumID != id || !access.CanSeeMedia(m):
			return access, album.ErrNotFound
		case !access.CanEditMedia(m):
			return access, forbidden(access)
		}
	}
	return access, nil
}

// TrashMedia puts media of an album into its trash and returns them in order.
func (s *Service) TrashMedia(ctx context.Context, v album.Identified, id album.AlbumID, ids []album.MediaID) ([]*album.Media, error) {
	if _, err := s.editable(ctx, v, id, ids); err != nil {
		return nil, err
	}
	entries, err := s.Store.TrashMedia(ctx, id, ids, s.change(v))
	return s.changed(ctx, ids, entries, err)
}

// RestoreMedia takes media of an album out of its trash and returns them in order.
func (s *Service) RestoreMedia(ctx context.Context, v album.Identified, id album.AlbumID, ids []album.MediaID) ([]*album.Media, error) {
	if _, err := s.editable(ctx, v, id, ids); err != nil {
		return nil, err
	}
	entries, err := s.Store.RestoreMedia(ctx, id, ids, s.change(v))
	return s.changed(ctx, ids, entries, err)
}

// DeleteMedia removes media of an album for good. Their bytes follow with the
// next sweep.
func (s *Service) DeleteMedia(ctx context.Context, v album.Identified, id album.AlbumID, ids []album.MediaID) error {
	if store.Begun(ctx) { // it was done, and they are gone
		return nil
	}
	if _, err := s.editable(ctx, v, id, ids); err != nil {
		return err
	}
	entries, err := s.Store.DeleteMedia(ctx, id, ids, s.change(v))
	if err != nil {
		return err
	}
	s.Hub.PublishEntries(ctx, entries...)
	return nil
}

// changed publishes what a batch did and reads the media back, in order.
func (s *Service) changed(ctx context.Context, ids []album.MediaID, entries []*album.Entry, err error) ([]*album.Media, error) {
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entries...)
	found, err := s.Store.MediaByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*album.Media, 0, len(ids))
	for _, id := range ids {
		if m := found[id]; m != nil {
			out = append(out, m)
		}
	}
	return out, nil
}
