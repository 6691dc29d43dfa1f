package floor

import (
	"context"
	"errors"
	"net/http"
	"time"

	"keepsake/album"
)

const (
	likableQuery = `SELECT a.visibility, a.likes, m.role IS NOT NULL FROM media x
		JOIN album a ON a.id = x.album_id AND a.state = 1
		LEFT JOIN member m ON m.album_id = a.id AND m.user_id = ?2
		WHERE x.id = ?1 AND x.shown = 1`

	likeQuery   = `INSERT INTO likes (media_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	unlikeQuery = `DELETE FROM likes WHERE media_id = ? AND user_id = ?`
	countQuery  = `UPDATE media SET like_count = like_count + ?2, like_version = like_version + abs(?2)
		WHERE id = ?1 RETURNING like_count, like_version`
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
		var visibility, likes int
		var member bool
		if err := f.likable.QueryRowContext(ctx, id, viewer).Scan(&visibility, &likes, &member); err != nil {
			return nil, err
		}
		switch {
		case !member && visibility == private:
			return nil, errNotFound
		case likes != anyone && (likes != members || !member):
			return nil, errForbidden
		}
		now, err := f.commitLike(ctx, id, viewer, liked)
		if liked {
			return likeAnswer{likesOf{now}}, err
		}
		return unlikeAnswer{likesOf{now}}, err
	}
}

// commitLike writes one like in a transaction of its own.
func (f *Floor) commitLike(ctx context.Context, id string, viewer album.UserID, liked bool) (now likes, err error) {
	tx, err := f.writeDB.BeginTx(ctx, nil)
	if err != nil {
		return now, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	by := 1
	change := func() (int64, error) {
		res, err := tx.StmtContext(ctx, f.like).ExecContext(ctx, id, viewer, time.Now().UnixMilli())
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	}
	if !liked {
		by = -1
		change = func() (int64, error) {
			res, err := tx.StmtContext(ctx, f.unlike).ExecContext(ctx, id, viewer)
			if err != nil {
				return 0, err
			}
			return res.RowsAffected()
		}
	}
	n, err := change()
	if err != nil {
		return now, err
	}
	if n == 0 {
		by = 0
	}
	if err := tx.StmtContext(ctx, f.count).QueryRowContext(ctx, id, by).Scan(&now.Count, &now.Version); err != nil {
		return now, err
	}
	return now, tx.Commit()
}
