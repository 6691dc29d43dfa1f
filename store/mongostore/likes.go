package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"keepsake/album"
	"keepsake/store"
)

// likeDoc is an album.Like. Its ID, made of medium and user, makes them unique
// on a sharded cluster too.
type likeDoc struct {
	ID  string     `bson:"_id"`
	Row likeFields `bson:",inline"`
}

type likeFields struct {
	MediaID album.MediaID `bson:"mediaId"`
	UserID  album.UserID  `bson:"userId"`
	At      time.Time     `bson:"at"`
}

func likeID(id album.MediaID, user album.UserID) string { return string(id) + "/" + string(user) }

func (d likeDoc) like() album.Like { return album.Like(d.Row) }

// stateOf is how often a medium is liked.
func stateOf(m mediaDoc) album.LikeState {
	return album.LikeState{AlbumID: m.Row.AlbumID, MediaID: m.Row.ID, Count: m.Row.LikeCount, Version: m.Row.LikeVersion}
}

// SetLike implements store.Likes. The like and the count on the medium change
// in one transaction, which does not touch the album. Calls for one medium that
// meet in this process share one (likeGroups), so that a photo that everyone
// likes at once is not a queue of transactions that collide.
func (s *Store) SetLike(ctx context.Context, l album.Like, liked bool) (_ album.LikeState, _ bool, err error) {
	defer s.observed(ctx, "set like", time.Now(), &err)
	ctx, cancel := context.WithTimeout(store.WithoutKey(ctx), s.timeout)
	defer cancel()
	r, err := s.likeGroups.join(ctx, likeCall{like: l, liked: liked}, s.setLikes)
	return r.state, r.changed, edge("set like", err)
}

// setLikes runs the calls of one group, all of one medium, as if one after the
// other.
func (s *Store) setLikes(ctx context.Context, calls []likeCall) ([]likeResult, error) {
	return write(ctx, s, "set likes", nil, func(ctx context.Context) ([]likeResult, error) {
		id := calls[0].like.MediaID
		m, err := s.mediaToWrite(ctx, id)
		switch {
		case err != nil:
			return nil, err
		case m.Standing != standingShown:
			return nil, album.ErrNotFound
		}
		was, err := s.likers(ctx, id, calls)
		if err != nil {
			return nil, err
		}
		state := stateOf(m)
		is := map[album.UserID]album.Like{}
		for user, l := range was {
			is[user] = l
		}
		results := make([]likeResult, len(calls))
		for i, c := range calls {
			if _, likes := is[c.like.UserID]; likes != c.liked {
				state.Version++
				if c.liked {
					state.Count++
					is[c.like.UserID] = c.like
				} else {
					state.Count--
					delete(is, c.like.UserID)
				}
				results[i].changed = true
			}
			results[i].state = state
		}
		if state.Version == m.Row.LikeVersion {
			return results, nil
		}
		// Set, not added to: the transaction fails if the medium is no longer as it was read.
		if err := setOne(ctx, s.media, eq("_id", id),
			op("$set", bson.D{{Key: "likeCount", Value: state.Count}, {Key: "likeVersion", Value: state.Version}})); err != nil {
			return nil, err
		}
		return results, s.writeLikes(ctx, id, was, is)
	})
}

// likers returns the likes of those who call.
func (s *Store) likers(ctx context.Context, id album.MediaID, calls []likeCall) (map[album.UserID]album.Like, error) {
	keys := make([]string, len(calls))
	for i, c := range calls {
		keys[i] = likeID(id, c.like.UserID)
	}
	docs, err := find[likeDoc](ctx, s.likes, and(eq("mediaId", id), bson.D{in("_id", keys)}))
	return keyed(docs, err, likeDoc.like, func(l album.Like) album.UserID { return l.UserID })
}

// writeLikes turns the likes that were into those that are.
func (s *Store) writeLikes(ctx context.Context, id album.MediaID, was, is map[album.UserID]album.Like) error {
	var models []mongo.WriteModel
	for user, l := range is {
		if old, ok := was[user]; !ok || old != l {
			models = append(models, mongo.NewReplaceOneModel().SetFilter(oneLike(id, user)).
				SetReplacement(likeDoc{likeID(id, user), likeFields(l)}).SetUpsert(true))
		}
	}
	for user := range was {
		if _, ok := is[user]; !ok {
			models = append(models, mongo.NewDeleteOneModel().SetFilter(oneLike(id, user)))
		}
	}
	if len(models) == 0 { // liked and unliked again within the group
		return nil
	}
	_, err := s.likes.BulkWrite(ctx, models)
	return err
}

func oneLike(id album.MediaID, user album.UserID) bson.D {
	return and(eq("_id", likeID(id, user)), eq("mediaId", id), eq("userId", user))
}

// Liked implements store.Likes.
func (s *Store) Liked(
	ctx context.Context, user album.UserID, ids []album.MediaID,
) (map[album.MediaID]bool, error) {
	return run(ctx, s, "liked", func(ctx context.Context) (map[album.MediaID]bool, error) {
		keys := make([]string, len(ids))
		for i, id := range ids {
			keys[i] = likeID(id, user)
		}
		docs, err := find[likeDoc](ctx, s.likes, bson.D{in("_id", keys), in("mediaId", ids)})
		if err != nil {
			return nil, err
		}
		out := make(map[album.MediaID]bool, len(docs))
		for _, d := range docs {
			out[d.Row.MediaID] = true
		}
		return out, nil
	})
}

// LikesOf implements store.Likes.
func (s *Store) LikesOf(
	ctx context.Context, ids []album.MediaID, r album.Range,
) (map[album.MediaID][]album.Like, error) {
	return run(ctx, s, "likes", func(ctx context.Context) (map[album.MediaID][]album.Like, error) {
		docs, err := firstOf[likeDoc](ctx, r.Limit, stages(
			match(bson.D{in("_id", ids)}, notDoomed), op("$project", eq("albumId", 1)), s.liveAlbum(),
			lookup(s.likes, "_id", "mediaId", "rows",
				match(before("at", "userId", r.After)), op("$sort", newest("at", "userId")), op("$limit", max(r.Limit, 1))),
			replaceWith("rows"),
		), s.media)
		return grouped(docs, err, likeDoc.like, func(l album.Like) album.MediaID { return l.MediaID })
	})
}

// LikeStates implements store.Likes.
func (s *Store) LikeStates(
	ctx context.Context, ids []album.MediaID,
) (map[album.MediaID]album.LikeState, error) {
	return run(ctx, s, "like states", func(ctx context.Context) (map[album.MediaID]album.LikeState, error) {
		docs, err := aggregate[mediaDoc](ctx, s.media, stages(
			match(bson.D{in("_id", ids)}, notDoomed),
			op("$project", bson.D{{Key: "albumId", Value: 1}, {Key: "likeCount", Value: 1}, {Key: "likeVersion", Value: 1}}),
			s.liveAlbum(),
		)...)
		return keyed(docs, err, stateOf, func(l album.LikeState) album.MediaID { return l.MediaID })
	})
}
