package floor

import (
	"net/http"

	"keepsake/album"
)

type (
	likeAnswer struct {
		LikeMedia likesOf `json:"likeMedia"`
	}
	unlikeAnswer struct {
		UnlikeMedia likesOf `json:"unlikeMedia"`
	}
	likesOf struct {
		Likes likes `json:"likes"`
	}
	likes struct {
		Count   int   `json:"count"`
		Version int64 `json:"version"`
	}
)

// setLike answers a like or the end of one.
func (f *Floor) setLike(liked bool) func(*http.Request, album.UserID) (any, error) {
	return func(r *http.Request, viewer album.UserID) (any, error) {
		ctx, id := r.Context(), r.PathValue("id")
		is, err := f.db.medium(ctx, id, viewer)
		switch {
		case err != nil:
			return nil, err
		case is.hidden():
			return nil, errNotFound
		case !is.allowed():
			return nil, errForbidden
		}
		now, err := f.db.like(ctx, id, viewer, liked)
		if liked {
			return likeAnswer{likesOf{now}}, err
		}
		return unlikeAnswer{likesOf{now}}, err
	}
}
