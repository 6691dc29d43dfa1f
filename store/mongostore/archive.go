package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

var _ store.Archive = (*Store)(nil)

// countTime bounds the counting of a collection, which looks at all its keys.
const countTime = time.Hour

// Export implements store.Archive.
func (s *Store) Export(ctx context.Context, kind store.Kind, after store.Record, n int) ([]store.Record, error) {
	if n <= 0 {
		return nil, nil
	}
	return sweep(ctx, s, "export "+string(kind), func(ctx context.Context) ([]store.Record, error) {
		switch kind {
		case store.KindUsers:
			return export(ctx, s.users, after, n, func(d userDoc) store.UserRecord { return store.UserRecord{User: *d.user()} })
		case store.KindIdentities:
			return export(ctx, s.identities, after, n, func(d identityDoc) store.IdentityRecord {
				return store.IdentityRecord{Identity: album.Identity(d.Row)}
			})
		case store.KindSessions:
			return export(ctx, s.sessions, after, n, func(d sessionDoc) store.SessionRecord {
				return store.SessionRecord{Session: album.Session(d)}
			})
		case store.KindRefreshes:
			return export(ctx, s.refreshes, after, n, func(d refreshDoc) store.RefreshRecord { return store.RefreshRecord(d) })
		case store.KindAlbums:
			return s.exportAlbums(ctx, after, n)
		case store.KindMembers:
			return s.exportMembers(ctx, after, n)
		case store.KindShares:
			return export(ctx, s.shares, after, n, func(d shareDoc) store.ShareRecord { return store.ShareRecord{Share: *d.share()} })
		case store.KindMedia:
			return export(ctx, s.media, after, n, func(d mediaDoc) store.MediaRecord {
				return store.MediaRecord{Media: *d.medium(), Doomed: d.Standing == standingDoomed}
			})
		case store.KindComments:
			return export(ctx, s.comments, after, n, func(d commentDoc) store.CommentRecord {
				return store.CommentRecord{Comment: *d.comment()}
			})
		case store.KindLikes:
			return export(ctx, s.likes, after, n, func(d likeDoc) store.LikeRecord { return store.LikeRecord{Like: d.like()} })
		case store.KindEntries:
			return export(ctx, s.entries, after, n, func(d entryDoc) store.EntryRecord { return store.EntryRecord{Entry: d.entry()} })
		}
		return nil, unknownKind(kind)
	})
}

func unknownKind(kind store.Kind) error { return fmt.Errorf("there is no kind %q", kind) }

// export reads one page of a kind whose documents' IDs sort as its records do.
func export[D any, R store.Record](
	ctx context.Context, c *mongo.Collection, after store.Record, n int, record func(D) R,
) ([]store.Record, error) {
	docs, err := find[D](ctx, c, beyondID(after), firstBy(eq("_id", 1), n))
	return domain(docs, err, func(d D) store.Record { return record(d) })
}

func beyondID(after store.Record) bson.D {
	if after == nil {
		return bson.D{}
	}
	return eq("_id", op("$gt", documentID(after)))
}

// firstBy takes the first n documents, in one answer.
func firstBy(sort bson.D, n int) *options.FindOptionsBuilder {
	return options.Find().SetSort(sort).SetLimit(int64(n)).SetBatchSize(int32(n))
}

// documentID is the _id of a record's document.
func documentID(r store.Record) any {
	switch r := r.(type) {
	case store.IdentityRecord:
		return identityID(r.Provider, r.Subject)
	case store.RefreshRecord:
		return r.Hash
	case store.MemberRecord:
		return memberID(r.UserID, r.AlbumID)
	}
	return r.SortKey()
}

// exportAlbums finds out how far each log was trimmed by where it begins: of a
// trim that was broken off the album says more than is gone.
func (s *Store) exportAlbums(ctx context.Context, after store.Record, n int) ([]store.Record, error) {
	type logged struct {
		Album albumDoc   `bson:",inline"`
		First []entryDoc `bson:"first"`
	}
	docs, err := aggregate[logged](ctx, s.albums,
		match(beyondID(after)), op("$sort", eq("_id", 1)), op("$limit", n),
		lookup(s.entries, "_id", "albumId", "first", op("$sort", oldest("at", "seq")), op("$limit", 1)))
	return domain(docs, err, func(d logged) store.Record {
		r := store.AlbumRecord{Album: *d.Album.album(), Trimmed: d.Album.Row.Seq}
		if len(d.First) > 0 {
			r.Trimmed = d.First[0].Row.Seq - 1
		}
		return r
	})
}

// exportMembers goes by the index that lists the members of an album: first the
// rest of the album that the last page ended in, then the albums after it.
func (s *Store) exportMembers(ctx context.Context, last store.Record, n int) ([]store.Record, error) {
	m, _ := last.(store.MemberRecord)
	rest := and(eq("albumId", m.AlbumID),
		after("joinedAt", "userId", album.Position{Key: m.JoinedAt.UnixMilli(), ID: string(m.UserID)}))
	var records []store.Record
	for _, filter := range []bson.D{rest, eq("albumId", op("$gt", m.AlbumID))} {
		if len(records) == n {
			break
		}
		docs, err := find[memberDoc](ctx, s.members, filter,
			firstBy(bson.D{{Key: "albumId", Value: 1}, {Key: "joinedAt", Value: 1}, {Key: "userId", Value: 1}}, n-len(records)))
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			records = append(records, store.MemberRecord{Membership: *d.member()})
		}
	}
	return records, nil
}

// Count implements store.Archive.
func (s *Store) Count(ctx context.Context, kind store.Kind) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	c, ok := s.collectionsByKind()[kind]
	if !ok {
		return 0, edge("count", unknownKind(kind))
	}
	n, err := c.CountDocuments(ctx, bson.D{}, options.Count().SetHint("_id_"))
	return n, edge("count "+string(kind), err)
}

func (s *Store) collectionsByKind() map[store.Kind]*mongo.Collection {
	return map[store.Kind]*mongo.Collection{
		store.KindUsers: s.users, store.KindIdentities: s.identities, store.KindSessions: s.sessions,
		store.KindRefreshes: s.refreshes, store.KindAlbums: s.albums, store.KindMembers: s.members,
		store.KindShares: s.shares, store.KindMedia: s.media, store.KindComments: s.comments,
		store.KindLikes: s.likes, store.KindEntries: s.entries,
	}
}
