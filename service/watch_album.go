package service

import (
	"context"

	"keepsake/album"
)

// WatchAlbum follows one album from now on, or right after a cursor.
func (s *Service) WatchAlbum(ctx context.Context, v album.Identified, id album.AlbumID, after album.Cursor) (*Watch, error) {
	if _, err := s.access(ctx, v, id, album.View); err != nil {
		return nil, err
	}
	seq := int64(-1)
	if after != "" {
		var err error
		if seq, err = album.ParseLogCursor(id, after); err != nil {
			return nil, err
		}
	}
	return s.watch(ctx, v, &albumScope{s: s, v: v, id: id, after: seq})
}

// WatchMedium follows one album as WatchAlbum does, for a client that wants to
// hear of one of its media alone; the medium must be there. Choosing the events
// is the caller's.
func (s *Service) WatchMedium(
	ctx context.Context, v album.Identified, id album.AlbumID, medium album.MediaID, after album.Cursor,
) (*Watch, error) {
	if medium != "" {
		m, err := s.Media(ctx, v, medium)
		if err != nil {
			return nil, err
		}
		if m.AlbumID != id {
			return nil, album.ErrNotFound
		}
	}
	return s.WatchAlbum(ctx, v, id, after)
}

// albumScope follows one album.
type albumScope struct {
	s     *Service
	v     album.Identified
	id    album.AlbumID
	after int64
}

func (a *albumScope) begin(context.Context) (map[album.AlbumID]int64, *album.Event, error) {
	return map[album.AlbumID]int64{a.id: a.after}, nil, nil
}

func (a *albumScope) changed(ctx context.Context, following map[album.AlbumID]*follow) (map[album.AlbumID]int64, []album.AlbumID, error) {
	access, err := a.s.Access(ctx, a.v, []album.AlbumID{a.id})
	if _, ok := access[a.id]; err != nil || ok || following[a.id] == nil {
		return nil, nil, err
	}
	return nil, []album.AlbumID{a.id}, nil
}

func (a *albumScope) cursor(_ context.Context, _ album.AlbumID, seq int64) (album.Cursor, error) {
	a.after = seq
	return a.here(), nil
}

func (a *albumScope) here() album.Cursor { return album.LogCursor(a.id, max(a.after, 0)) }

func (a *albumScope) single() bool { return true }
