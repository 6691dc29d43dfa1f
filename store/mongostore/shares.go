package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// shareDoc is an album.Share.
type shareDoc struct {
	ID              album.ShareID `bson:"_id"`
	AlbumID         album.AlbumID `bson:"albumId"`
	CreatorID       album.UserID  `bson:"creatorId"`
	ParentID        album.ShareID `bson:"parentId,omitempty"`
	TokenHash       []byte        `bson:"tokenHash"`
	PasswordHash    string        `bson:"passwordHash"`
	JoinRole        album.Role    `bson:"joinRole"`
	DownloadAllowed bool          `bson:"downloadAllowed"`
	HideLocation    bool          `bson:"hideLocation"`
	CreatedAt       time.Time     `bson:"createdAt"`
	ExpiresAt       time.Time     `bson:"expiresAt,omitempty"`
	RevokedAt       time.Time     `bson:"revokedAt,omitempty"`
}

func (d shareDoc) share() *album.Share { s := album.Share(d); return &s }

// CreateShare implements store.Shares.
func (s *Store) CreateShare(ctx context.Context, n *album.Share) error {
	_, err := write(ctx, s, "create share", []string{string(n.AlbumID)}, func(ctx context.Context) (struct{}, error) {
		if _, err := s.activeAlbum(ctx, n.AlbumID); err != nil {
			return struct{}{}, err
		}
		if n.ParentID != "" {
			if err := s.mayHandOn(ctx, n); err != nil {
				return struct{}{}, err
			}
		}
		open, err := s.shares.CountDocuments(ctx, and(eq("albumId", n.AlbumID), notRevoked,
			eq("$or", bson.A{eq("expiresAt", nil), eq("expiresAt", op("$gt", n.CreatedAt))})))
		if err != nil {
			return struct{}{}, err
		}
		if open >= album.MaxOpenShares {
			return struct{}{}, album.Errorf(album.CodeLimitExceeded, "an album may have at most %d open links", album.MaxOpenShares)
		}
		// No entry, but it must collide with the changes that it was checked against.
		if err := setOne(ctx, s.albums, eq("_id", n.AlbumID), op("$inc", eq("sharesMade", 1))); err != nil {
			return struct{}{}, err
		}
		_, err = s.shares.InsertOne(ctx, shareDoc(*n))
		return struct{}{}, err
	})
	return err
}

// mayHandOn checks the chain of shares that a new one continues.
func (s *Store) mayHandOn(ctx context.Context, n *album.Share) error {
	if err := s.shareIsOpen(ctx, n.ParentID, n.AlbumID, n.CreatedAt); err != nil {
		return err
	}
	depth := 1 // with the new one
	for id := n.ParentID; id != ""; depth++ {
		if depth >= album.MaxShareDepth {
			return album.Errorf(album.CodeLimitExceeded, "a link may be handed on %d times", album.MaxShareDepth-1)
		}
		parent, err := findOne[shareDoc](ctx, s.shares, eq("_id", id))
		if err != nil {
			return err
		}
		id = parent.ParentID
	}
	return nil
}

// shareIsOpen looks for a share of that album: NOT_FOUND, SHARE_CLOSED or nil.
func (s *Store) shareIsOpen(ctx context.Context, id album.ShareID, of album.AlbumID, at time.Time) error {
	d, err := findOne[shareDoc](ctx, s.shares, and(eq("_id", id), eq("albumId", of)))
	if err == nil && !d.share().Open(at) {
		err = album.ErrShareClosed
	}
	return err
}

// Share implements store.Shares.
func (s *Store) Share(ctx context.Context, id album.ShareID) (*album.Share, error) {
	return s.shareBy(ctx, "share", eq("_id", id))
}

// ShareByToken implements store.Shares.
func (s *Store) ShareByToken(ctx context.Context, hash []byte) (*album.Share, error) {
	return s.shareBy(ctx, "share by token", eq("tokenHash", hash))
}

func (s *Store) shareBy(ctx context.Context, name string, filter bson.D) (*album.Share, error) {
	return run(ctx, s, name, func(ctx context.Context) (*album.Share, error) {
		docs, err := aggregate[shareDoc](ctx, s.shares, stages(match(filter), s.liveAlbum())...)
		return only(docs, err, shareDoc.share)
	})
}

// SharesOf implements store.Shares.
func (s *Store) SharesOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Share, error) {
	return run(ctx, s, "shares", func(ctx context.Context) ([]*album.Share, error) {
		docs, err := below[shareDoc](ctx, s, id, r.Limit, lookup(s.shares, "_id", "albumId", "rows",
			match(notRevoked, before("createdAt", "_id", r.After)),
			op("$sort", newest("createdAt", "_id")), op("$limit", max(r.Limit, 1))))
		return domain(docs, err, shareDoc.share)
	})
}

// RevokeShare implements store.Shares.
func (s *Store) RevokeShare(ctx context.Context, id album.ShareID, ch store.Change) (*album.Entry, error) {
	share, err := s.Share(ctx, id) // its album never changes
	if err != nil {
		return nil, err
	}
	return write(ctx, s, "revoke share", []string{string(share.AlbumID)}, func(ctx context.Context) (*album.Entry, error) {
		if _, err := s.activeAlbum(ctx, share.AlbumID); err != nil {
			return nil, err
		}
		chain, err := s.handedOn(ctx, id)
		if err != nil {
			return nil, err
		}
		r, err := s.shares.UpdateMany(ctx, and(bson.D{in("_id", chain)}, notRevoked), op("$set", eq("revokedAt", ch.At)))
		if err != nil || r.ModifiedCount == 0 {
			return nil, err
		}
		e := &album.Entry{Kind: album.AccessChanged}
		return e, s.record(ctx, share.AlbumID, ch, counts{}, e)
	})
}

// handedOn returns a share and all that were handed on from it, at most
// MaxShareDepth deep.
func (s *Store) handedOn(ctx context.Context, id album.ShareID) ([]album.ShareID, error) {
	chain := []album.ShareID{id}
	for last := chain; len(last) > 0; {
		docs, err := find[shareDoc](ctx, s.shares, bson.D{in("parentId", last)})
		if err != nil {
			return nil, err
		}
		last = nil
		for _, d := range docs {
			last = append(last, d.ID)
		}
		chain = append(chain, last...)
	}
	return chain, nil
}
