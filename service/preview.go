package service

import (
	"context"

	"keepsake/album"
)

// SharePreview is what a link tells of its album wherever the link is shown.
type SharePreview struct {
	Title string
	Count int      // of its media
	Cover *Address // or nil
}

// PreviewShare returns what an open link without a password tells of its album, to
// anyone who has the link. It lets nobody in and writes nothing. Its errors are
// those of OpenShare without a password.
func (s *Service) PreviewShare(ctx context.Context, token string) (*SharePreview, error) {
	_, a, err := s.enter(ctx, token, "")
	if err != nil {
		return nil, err
	}
	p := &SharePreview{Title: a.Title, Count: a.MediaCount}
	covers, err := s.Covers(ctx, []album.AlbumID{a.ID})
	if err != nil {
		return nil, err
	}
	if cover := covers[a.ID]; cover != nil {
		p.Cover, err = s.URL(ctx, album.Access{}, cover, album.Medium)
	}
	return p, err
}
