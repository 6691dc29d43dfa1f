package sqlitestore

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/store"
)

const (
	insertShare = `INSERT INTO share (id, album_id, creator_id, parent_id, token_hash, password_hash, join_role,
			download_allowed, hide_location, created_at, expires_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	shareColumns = `s.id, s.album_id, s.creator_id, s.parent_id, s.token_hash, s.password_hash, s.join_role,
		s.download_allowed, s.hide_location, s.created_at, s.expires_at, s.revoked_at`
	shareByID = `SELECT ` + shareColumns + ` FROM share s JOIN album a ON a.id = s.album_id AND a.state <> 3
		WHERE s.id = ?`
	shareByToken = `SELECT ` + shareColumns + ` FROM share s JOIN album a ON a.id = s.album_id AND a.state <> 3
		WHERE s.token_hash = ?`
	sharesOf = `SELECT ` + shareColumns + ` FROM album a
		LEFT JOIN share s ON s.album_id = a.id AND s.revoked_at IS NULL AND (s.created_at, s.id) < (?2, ?3)
		WHERE a.id = ?1 AND a.state <> 3
		ORDER BY s.created_at DESC, s.id DESC LIMIT ?4`

	countOpenShares = `SELECT count(*) FROM share
		WHERE album_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)`
	// The length of a chain, as far as it may go at most.
	shareDepth = `WITH RECURSIVE chain (id, depth) AS (
			VALUES (?1, 1)
			UNION ALL
			SELECT s.parent_id, depth + 1 FROM chain JOIN share s ON s.id = chain.id
			WHERE s.parent_id IS NOT NULL AND depth < ?2)
		SELECT max(depth) FROM chain`
	revokeShares = `WITH RECURSIVE handed (id) AS (
			VALUES (?1)
			UNION
			SELECT s.id FROM handed JOIN share s ON s.parent_id = handed.id)
		UPDATE share SET revoked_at = ?2 WHERE id IN (SELECT id FROM handed) AND revoked_at IS NULL`
)

func scanShare(r *row) *album.Share {
	return &album.Share{
		ID: id[album.ShareID](r), AlbumID: id[album.AlbumID](r), CreatorID: id[album.UserID](r),
		ParentID: id[album.ShareID](r), TokenHash: r.blob(), PasswordHash: r.text(),
		JoinRole: album.Role(r.num()), DownloadAllowed: r.num() != 0, HideLocation: r.num() != 0,
		CreatedAt: r.time(), ExpiresAt: r.time(), RevokedAt: r.time(),
	}
}

// CreateShare implements store.Shares.
func (s *Store) CreateShare(ctx context.Context, n *album.Share) error {
	return update(ctx, s, "create share", func(c *conn) error {
		if _, err := one(c, scanAlbum, activeAlbum, n.AlbumID); err != nil {
			return err
		}
		if n.ParentID != "" {
			if err := shareIsOpen(c, n.ParentID, n.AlbumID, n.CreatedAt); err != nil {
				return err
			}
			depth, err := one(c, (*row).num, shareDepth, n.ParentID, album.MaxShareDepth)
			if err != nil {
				return err
			}
			if depth >= album.MaxShareDepth {
				return album.Errorf(album.CodeLimitExceeded, "a link may be handed on %d times", album.MaxShareDepth-1)
			}
		}
		open, err := one(c, (*row).num, countOpenShares, n.AlbumID, required(n.CreatedAt))
		if err != nil {
			return err
		}
		if open >= album.MaxOpenShares {
			return album.Errorf(album.CodeLimitExceeded, "an album may have at most %d open links", album.MaxOpenShares)
		}
		_, err = c.exec(insertShare, n.ID, n.AlbumID, n.CreatorID, n.ParentID, n.TokenHash, n.PasswordHash,
			int(n.JoinRole), n.DownloadAllowed, n.HideLocation, required(n.CreatedAt), n.ExpiresAt, n.RevokedAt)
		return err
	})
}

// shareIsOpen looks for a share of that album: NOT_FOUND, SHARE_CLOSED or nil.
func shareIsOpen(c *conn, share album.ShareID, of album.AlbumID, at time.Time) error {
	s, err := one(c, scanShare, shareByID, share)
	switch {
	case err != nil:
		return err
	case s.AlbumID != of:
		return album.ErrNotFound
	case !s.Open(at):
		return album.ErrShareClosed
	}
	return nil
}

// Share implements store.Shares.
func (s *Store) Share(ctx context.Context, id album.ShareID) (*album.Share, error) {
	return read(ctx, s, "share", func(c *conn) (*album.Share, error) {
		return one(c, scanShare, shareByID, id)
	})
}

// ShareByToken implements store.Shares.
func (s *Store) ShareByToken(ctx context.Context, hash []byte) (*album.Share, error) {
	return read(ctx, s, "share by token", func(c *conn) (*album.Share, error) {
		return one(c, scanShare, shareByToken, hash)
	})
}

// SharesOf implements store.Shares.
func (s *Store) SharesOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Share, error) {
	return read(ctx, s, "shares", func(c *conn) ([]*album.Share, error) {
		key, last := before(r.After)
		return below(c, r.Limit, scanShare, sharesOf, id, key, last)
	})
}

// RevokeShare implements store.Shares.
func (s *Store) RevokeShare(ctx context.Context, id album.ShareID, ch store.Change) (*album.Entry, error) {
	return write(ctx, s, "revoke share", func(c *conn) (*album.Entry, error) {
		share, err := one(c, scanShare, shareByID, id)
		if err != nil {
			return nil, err
		}
		if _, err := one(c, scanAlbum, activeAlbum, share.AlbumID); err != nil {
			return nil, err
		}
		if n, err := c.exec(revokeShares, id, required(ch.At)); err != nil || n == 0 {
			return nil, err
		}
		e := &album.Entry{Kind: album.AccessChanged}
		return e, record(c, share.AlbumID, ch, counts{}, e)
	})
}
