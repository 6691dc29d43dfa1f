package mongostore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

// feedStep is how many albums one query of the feed spans. The server merges as
// many index scans and sorts nothing: it stops doing so at 200
// (internalQueryMaxScansToExplode).
const feedStep = 100

// feedAlbum is an album that a feed follows. None of its rows is later than updatedAt.
type feedAlbum struct {
	AlbumID album.AlbumID `bson:"albumId"`
	Album   []struct {
		UpdatedAt time.Time `bson:"updatedAt"`
	} `bson:"album"`
}

func (a feedAlbum) updatedAt() time.Time { return a.Album[0].UpdatedAt }

// FeedOf implements store.MediaLists. It looks into the albums in steps, those
// that changed last first, until no other can have a row for the page.
func (s *Store) FeedOf(ctx context.Context, user album.UserID, r album.Range) ([]album.FeedItem, error) {
	if r.Limit <= 0 {
		return nil, nil
	}
	return run(ctx, s, "feed", func(ctx context.Context) ([]album.FeedItem, error) {
		albums, err := aggregate[feedAlbum](ctx, s.members,
			s.activeAlbumsOf(user, album.Range{Limit: album.MaxFeedAlbums})...)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(albums, func(a, b feedAlbum) int { return b.updatedAt().Compare(a.updatedAt()) })
		var rows []album.FeedItem
		for step := range slices.Chunk(albums, feedStep) {
			if len(rows) == r.Limit && step[0].updatedAt().UnixMilli() < rows[len(rows)-1].At {
				break
			}
			more, err := s.feedStep(ctx, step, r)
			if err != nil {
				return nil, err
			}
			rows = newestItems(append(rows, more...), r.Limit)
		}
		return rows, nil
	})
}

// feedStep lists the newest media and comments of some albums.
func (s *Store) feedStep(ctx context.Context, albums []feedAlbum, r album.Range) ([]album.FeedItem, error) {
	ids := make([]album.AlbumID, len(albums))
	for i, a := range albums {
		ids[i] = a.AlbumID
	}
	list := func(c *mongo.Collection, visible bson.D, key string) ([]feedDoc, error) {
		return find[feedDoc](ctx, c, and(bson.D{in("albumId", ids)}, visible, before(key, "_id", r.After)),
			options.Find().SetSort(newest(key, "_id")).SetLimit(int64(r.Limit)).
				SetProjection(bson.D{{Key: "albumId", Value: 1}, {Key: "mediaId", Value: 1}, {Key: key, Value: 1}}))
	}
	media, err := list(s.media, isShown, "addedAt")
	if err != nil {
		return nil, err
	}
	comments, err := list(s.comments, eq("inFeed", true), "createdAt")
	if err != nil {
		return nil, err
	}
	return domain(append(media, comments...), nil, feedDoc.item)
}

// feedDoc is a medium, or a comment, which has a MediaID.
type feedDoc struct {
	ID        string        `bson:"_id"`
	AlbumID   album.AlbumID `bson:"albumId"`
	MediaID   album.MediaID `bson:"mediaId"`
	AddedAt   time.Time     `bson:"addedAt"`
	CreatedAt time.Time     `bson:"createdAt"`
}

func (d feedDoc) item() album.FeedItem {
	if d.MediaID == "" {
		return album.FeedItem{AlbumID: d.AlbumID, MediaID: album.MediaID(d.ID), At: d.AddedAt.UnixMilli()}
	}
	return album.FeedItem{
		AlbumID: d.AlbumID, MediaID: d.MediaID, CommentID: album.CommentID(d.ID), At: d.CreatedAt.UnixMilli(),
	}
}

// newestItems sorts items, the latest first, and cuts them to limit.
func newestItems(items []album.FeedItem, limit int) []album.FeedItem {
	slices.SortFunc(items, func(a, b album.FeedItem) int {
		p, q := a.Position(), b.Position()
		return cmp.Or(cmp.Compare(q.Key, p.Key), cmp.Compare(q.ID, p.ID))
	})
	return items[:min(len(items), limit)]
}
