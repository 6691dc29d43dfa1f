package service

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

// CreateAlbum makes an album that belongs to the viewer. Zero fields of
// settings take their defaults.
func (s *Service) CreateAlbum(
	ctx context.Context, v album.Identified, title, description string, vis album.Visibility, settings album.Settings,
) (*album.Album, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	title, err := album.Text("title", title, 1, album.MaxTitleLength)
	if err != nil {
		return nil, err
	}
	if description, err = album.Text("description", description, 0, album.MaxDescriptionLength); err != nil {
		return nil, err
	}
	c := s.change(v)
	a := &album.Album{
		ID: s.ids(ctx).Album(), OwnerID: v.UserID, Title: title, Description: description,
		Visibility: vis, Settings: merge(album.DefaultSettings(), settings), State: album.Active, CreatedAt: c.At,
	}
	entry, err := s.Store.CreateAlbum(ctx, a, c)
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	s.Hub.NotifyUser(ctx, v.UserID)
	return s.Store.Album(ctx, a.ID)
}

// merge puts the fields of over that are set into base.
func merge(base, over album.Settings) album.Settings {
	if over.Comments != "" {
		base.Comments = over.Comments
	}
	if over.Likes != "" {
		base.Likes = over.Likes
	}
	if over.Downloads != "" {
		base.Downloads = over.Downloads
	}
	if over.Order != "" {
		base.Order = over.Order
	}
	return base
}

// UpdateAlbum changes an album. Zero fields of p.Settings stay as they are.
// Visibility and settings say who gets in and are the owner's alone.
func (s *Service) UpdateAlbum(ctx context.Context, v album.Identified, id album.AlbumID, p album.AlbumPatch) (*album.Album, error) {
	access, err := s.access(ctx, v, id, album.EditAlbum)
	if err != nil {
		return nil, err
	}
	if p.Visibility != nil || p.Settings != nil {
		if err := Allowed(access, album.DisposeAlbum); err != nil {
			return nil, err
		}
	}
	if p.Settings != nil {
		merged := merge(access.Album.Settings, *p.Settings)
		p.Settings = &merged
	}
	if err := trim(&p.Title, "title", 1, album.MaxTitleLength); err != nil {
		return nil, err
	}
	if err := trim(&p.Description, "description", 0, album.MaxDescriptionLength); err != nil {
		return nil, err
	}
	a, entry, err := s.Store.UpdateAlbum(ctx, id, p, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return a, nil
}

// trim checks the text of a patch's field, where there is one.
func trim(text **string, field string, least, most int) error {
	if *text == nil {
		return nil
	}
	s, err := album.Text(field, **text, least, most)
	*text = &s
	return err
}

// SetAlbumState trashes, restores or deletes an album, by its owner.
func (s *Service) SetAlbumState(ctx context.Context, v album.Identified, id album.AlbumID, state album.State) error {
	if store.Begun(ctx) { // it was done, and perhaps the album is gone
		return nil
	}
	if _, err := s.access(ctx, v, id, album.DisposeAlbum); err != nil {
		return err
	}
	entry, err := s.Store.SetAlbumState(ctx, id, state, s.change(v))
	if err != nil {
		return err
	}
	s.Hub.PublishEntries(ctx, entry)
	return nil
}

// TransferAlbum hands an album over to another member.
func (s *Service) TransferAlbum(ctx context.Context, v album.Identified, id album.AlbumID, to album.UserID) error {
	if store.Begun(ctx) { // it was done, and is the viewer's no longer
		return nil
	}
	if _, err := s.access(ctx, v, id, album.DisposeAlbum); err != nil {
		return err
	}
	if to == v.UserID {
		return album.Invalid("userId", "the album is yours already")
	}
	entries, err := s.Store.TransferAlbum(ctx, id, v.UserID, to, s.change(v))
	if err != nil {
		return err
	}
	s.Hub.PublishEntries(ctx, entries...)
	return nil
}

// AlbumsOf lists the albums of a user: one's own memberships, the public albums
// of anyone else. Share visitors, who see one album alone, get none.
func (s *Service) AlbumsOf(ctx context.Context, v album.Identified, user album.UserID, p PageArgs) (album.Page[*album.Album], error) {
	if !v.SignedIn() || user != v.UserID {
		return s.publicAlbumsOf(ctx, v, user, p)
	}
	r, err := p.window(album.ListAlbums)
	if err != nil {
		return album.Page[*album.Album]{}, err
	}
	members, err := s.Store.AlbumsOf(ctx, user, r)
	if err != nil {
		return album.Page[*album.Album]{}, err
	}
	ids := make([]album.AlbumID, len(members))
	for i, m := range members {
		ids[i] = m.AlbumID
	}
	albums, err := s.Store.AlbumsByID(ctx, ids)
	if err != nil {
		return album.Page[*album.Album]{}, err
	}
	list := page(album.ListAlbums, r, members, func(m *album.Membership) album.Position {
		return album.Position{Key: m.JoinedAt.UnixMilli(), ID: string(m.AlbumID)}
	})
	out := album.Page[*album.Album]{HasNext: list.HasNext, HasPrev: list.HasPrev}
	for _, e := range list.Edges {
		if a := albums[e.Node.AlbumID]; a != nil {
			out.Edges = append(out.Edges, album.Edge[*album.Album]{Cursor: e.Cursor, Node: a})
		}
	}
	return out, nil
}

func (s *Service) publicAlbumsOf(ctx context.Context, v album.Identified, user album.UserID, p PageArgs) (album.Page[*album.Album], error) {
	r, err := p.window(album.ListPublic)
	if err != nil || v.ShareID != "" {
		return album.Page[*album.Album]{}, err
	}
	rows, err := s.Store.PublicAlbumsOf(ctx, user, r)
	return page(album.ListPublic, r, rows, albumPosition), err
}

// TrashedAlbumsOf lists the viewer's own albums in the trash.
func (s *Service) TrashedAlbumsOf(ctx context.Context, v album.Identified, user album.UserID, p PageArgs) (album.Page[*album.Album], error) {
	if err := signedIn(v); err != nil {
		return album.Page[*album.Album]{}, err
	}
	if user != v.UserID {
		return album.Page[*album.Album]{}, album.ErrForbidden
	}
	r, err := p.window(album.ListTrashed)
	if err != nil {
		return album.Page[*album.Album]{}, err
	}
	rows, err := s.Store.TrashedAlbumsOf(ctx, user, r)
	return page(album.ListTrashed, r, rows, albumPosition), err
}

func albumPosition(a *album.Album) album.Position {
	return album.Position{Key: a.CreatedAt.UnixMilli(), ID: string(a.ID)}
}

// Covers returns the cover of each album that has one. The caller has seen that
// the viewer may see those albums.
func (s *Service) Covers(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Media, error) {
	return s.Store.Covers(ctx, ids)
}
