package service

import (
	"context"

	"keepsake/album"
)

// SetLike makes a medium liked by the viewer, or not, and returns how often it
// is liked now. Asking for what is so already changes nothing.
func (s *Service) SetLike(ctx context.Context, v album.Identified, id album.MediaID, liked bool) (album.LikeState, error) {
	if _, err := s.shown(ctx, v, id, album.LikeMedia); err != nil {
		return album.LikeState{}, err
	}
	state, changed, err := s.Store.SetLike(ctx, album.Like{MediaID: id, UserID: v.UserID, At: s.now()}, liked)
	if err != nil {
		return album.LikeState{}, err
	}
	if changed {
		s.Hub.PublishLike(ctx, state)
	}
	return state, nil
}

// Liked returns which of the media the viewer likes.
func (s *Service) Liked(ctx context.Context, v album.Identified, ids []album.MediaID) (map[album.MediaID]bool, error) {
	if !v.SignedIn() {
		return map[album.MediaID]bool{}, nil
	}
	return s.Store.Liked(ctx, v.UserID, ids)
}

// LikesOf lists who likes each of those media, in one statement. The caller has
// seen that the viewer may see the media.
func (s *Service) LikesOf(ctx context.Context, ids []album.MediaID, p PageArgs) (map[album.MediaID]album.Page[album.Like], error) {
	return pages(ctx, ids, p, album.ListLikes, s.Store.LikesOf, func(l album.Like) album.Position {
		return album.Position{Key: l.At.UnixMilli(), ID: string(l.UserID)}
	})
}
