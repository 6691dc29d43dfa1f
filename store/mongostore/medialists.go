package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
)

// MediaOf implements store.MediaLists. The newest few of each album come from
// its own part of the index.
func (s *Store) MediaOf(
	ctx context.Context, ids []album.AlbumID, order album.MediaOrder, r album.Range,
) (map[album.AlbumID][]*album.Media, error) {
	key, rest := "addedAt", before("addedAt", "_id", r.After)
	switch order {
	case album.ByTaken:
		key, rest = "sortAt", before("sortAt", "_id", r.After)
	case album.ByHand:
		key, rest = "rank", beforeRank(r.After)
	}
	return run(ctx, s, "media of albums", func(ctx context.Context) (map[album.AlbumID][]*album.Media, error) {
		docs, err := firstOf[mediaDoc](ctx, r.Limit, stages(
			match(bson.D{in("_id", ids)}, notDeleting), onlyID,
			lookup(s.media, "_id", "albumId", "rows",
				match(isShown, rest), op("$sort", newest(key, "_id")), op("$limit", max(r.Limit, 1))),
			replaceWith("rows"),
		), s.albums)
		return grouped(docs, err, mediaDoc.medium, func(m *album.Media) album.AlbumID { return m.AlbumID })
	})
}

// beforeRank is where the order by hand goes on.
func beforeRank(p album.Position) bson.D {
	if p.IsZero() {
		return nil
	}
	return beyond("rank", p.Key, "_id", p.ID, "$lt")
}

// TrashOf implements store.MediaLists.
func (s *Store) TrashOf(
	ctx context.Context, id album.AlbumID, owner album.UserID, r album.Range,
) ([]*album.Media, error) {
	var whose bson.D
	if owner != "" {
		whose = eq("ownerId", owner)
	}
	return run(ctx, s, "trash", func(ctx context.Context) ([]*album.Media, error) {
		docs, err := below[mediaDoc](ctx, s, id, r.Limit, lookup(s.media, "_id", "albumId", "rows",
			match(eq("standing", standingTrash), whose, before("trashedAt", "_id", r.After)),
			op("$sort", newest("trashedAt", "_id")), op("$limit", max(r.Limit, 1))))
		return domain(docs, err, mediaDoc.medium)
	})
}

// coverDoc is an album with its chosen cover, and its newest medium where it
// has none.
type coverDoc struct {
	Chosen []mediaDoc `bson:"chosen"`
	Newest []mediaDoc `bson:"newest"`
}

func (d coverDoc) cover() *album.Media { return append(d.Chosen, d.Newest...)[0].medium() }

// Covers implements store.MediaLists.
func (s *Store) Covers(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Media, error) {
	return run(ctx, s, "covers", func(ctx context.Context) (map[album.AlbumID]*album.Media, error) {
		docs, err := aggregate[coverDoc](ctx, s.albums, stages(
			match(bson.D{in("_id", ids)}, notDeleting), op("$project", eq("coverId", 1)),
			lookup(s.media, "coverId", "_id", "chosen", match(isShown)),
			lookup(s.media, "_id", "albumId", "newest",
				match(isShown), op("$sort", newest("addedAt", "_id")), op("$limit", 1)),
			match(eq("newest", op("$ne", bson.A{}))),
		)...)
		return keyed(docs, err, coverDoc.cover, func(m *album.Media) album.AlbumID { return m.AlbumID })
	})
}
