package sqlitestore

import (
	"cmp"
	"context"

	"keepsake/album"
	"keepsake/store"
)

const (
	likeStateColumns = `m.album_id, m.id, m.like_count, m.like_version`
	likeStateToWrite = `SELECT ` + likeStateColumns + ` FROM media m
		JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE m.id = ? AND m.shown = 1`
	likeStates = `SELECT ` + likeStateColumns + ` FROM media m
		CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE m.id IN (SELECT value FROM json_each(?)) AND m.doomed = 0`

	insertLike = `INSERT INTO likes (media_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	deleteLike = `DELETE FROM likes WHERE media_id = ? AND user_id = ?`
	countLike  = `UPDATE media SET like_count = ?2, like_version = ?3 WHERE id = ?1`

	likedBy = `SELECT media_id FROM likes WHERE media_id IN (SELECT value FROM json_each(?1)) AND user_id = ?2`
	likesOf = `SELECT l.media_id, l.user_id, l.at FROM json_each(?1) j
		CROSS JOIN media m ON m.id = j.value AND m.doomed = 0
		CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		CROSS JOIN likes l ON l.media_id = m.id AND l.user_id IN (
			SELECT user_id FROM likes
			WHERE media_id = m.id AND (at, user_id) < (?2, ?3)
			ORDER BY at DESC, user_id DESC LIMIT ?4)`
)

func scanLikeState(r *row) album.LikeState {
	return album.LikeState{
		AlbumID: id[album.AlbumID](r), MediaID: id[album.MediaID](r), Count: int(r.num()), Version: r.num(),
	}
}

func scanLike(r *row) album.Like {
	return album.Like{MediaID: id[album.MediaID](r), UserID: id[album.UserID](r), At: r.time()}
}

// likeChange is how often a medium is liked after a write.
type likeChange struct {
	state   album.LikeState
	changed bool
}

// SetLike implements store.Likes.
func (s *Store) SetLike(ctx context.Context, l album.Like, liked bool) (album.LikeState, bool, error) {
	out, err := write(store.WithoutKey(ctx), s, "set like", func(c *conn) (likeChange, error) {
		state, err := one(c, scanLikeState, likeStateToWrite, l.MediaID)
		if err != nil {
			return likeChange{}, err
		}
		by, n := 1, int64(0)
		if liked {
			n, err = c.exec(insertLike, l.MediaID, l.UserID, required(l.At))
		} else {
			by = -1
			n, err = c.exec(deleteLike, l.MediaID, l.UserID)
		}
		if err != nil || n == 0 {
			return likeChange{state: state}, err
		}
		state.Count += by
		state.Version++
		_, err = c.exec(countLike, l.MediaID, state.Count, state.Version)
		return likeChange{state, true}, err
	})
	return out.state, out.changed, err
}

// Liked implements store.Likes.
func (s *Store) Liked(
	ctx context.Context, user album.UserID, ids []album.MediaID,
) (map[album.MediaID]bool, error) {
	media, err := cachedIn(ctx, s, "liked", ids, id[album.MediaID], likedBy, user)
	return members(media, err)
}

// LikesOf implements store.Likes.
func (s *Store) LikesOf(
	ctx context.Context, ids []album.MediaID, r album.Range,
) (map[album.MediaID][]album.Like, error) {
	key, last := before(r.After)
	likes, err := readIn(ctx, s, "likes", ids, scanLike, likesOf, key, last, limit(r.Limit))
	return grouped(likes, err,
		func(l album.Like) album.MediaID { return l.MediaID },
		func(a, b album.Like) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.UserID, a.UserID)) })
}

// LikeStates implements store.Likes.
func (s *Store) LikeStates(
	ctx context.Context, ids []album.MediaID,
) (map[album.MediaID]album.LikeState, error) {
	states, err := readIn(ctx, s, "like states", ids, scanLikeState, likeStates)
	return keyed(states, err, func(s album.LikeState) album.MediaID { return s.MediaID })
}
