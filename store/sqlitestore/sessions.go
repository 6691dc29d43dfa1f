package sqlitestore

import (
	"bytes"
	"context"
	"time"

	"keepsake/album"
)

const (
	insertSession = `INSERT INTO session (id, user_id, refresh_hash, created_at, expires_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?)`
	insertRefresh = `INSERT INTO refresh (hash, session_id) VALUES (?, ?)`

	sessionColumns = `s.id, s.user_id, s.refresh_hash, s.created_at, s.expires_at, s.revoked_at`
	sessionByID    = `SELECT ` + sessionColumns + ` FROM session s WHERE s.id = ?`
	sessionByHash  = `SELECT ` + sessionColumns + ` FROM refresh r JOIN session s ON s.id = r.session_id WHERE r.hash = ?`

	rotateSession  = `UPDATE session SET refresh_hash = ?2, expires_at = ?3 WHERE id = ?1`
	revokeSession  = `UPDATE session SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1`
	revokeSessions = `UPDATE session SET revoked_at = ?2
		WHERE user_id = ?1 AND revoked_at IS NULL AND id IS NOT ?3 RETURNING id`
)

func scanSession(r *row) album.Session {
	return album.Session{
		ID: id[album.SessionID](r), UserID: id[album.UserID](r), RefreshHash: r.blob(),
		CreatedAt: r.time(), ExpiresAt: r.time(), RevokedAt: r.time(),
	}
}

// CreateSession implements store.Sessions.
func (s *Store) CreateSession(ctx context.Context, n album.Session) error {
	return update(ctx, s, "create session", func(c *conn) error {
		if _, err := c.exec(insertSession, n.ID, n.UserID, n.RefreshHash,
			required(n.CreatedAt), required(n.ExpiresAt), n.RevokedAt); err != nil {
			return err
		}
		_, err := c.exec(insertRefresh, n.RefreshHash, n.ID)
		return err
	})
}

// Session implements store.Sessions.
func (s *Store) Session(ctx context.Context, id album.SessionID) (album.Session, error) {
	return read(ctx, s, "session", func(c *conn) (album.Session, error) {
		return one(c, scanSession, sessionByID, id)
	})
}

// RotateSession implements store.Sessions.
func (s *Store) RotateSession(ctx context.Context, old, next []byte, now, expires time.Time) (album.Session, error) {
	n, err := write(ctx, s, "rotate session", func(c *conn) (album.Session, error) {
		n, err := one(c, scanSession, sessionByHash, old)
		switch {
		case err != nil:
			return n, err
		case !n.RevokedAt.IsZero() || !now.Before(n.ExpiresAt):
			return n, nil
		case !bytes.Equal(n.RefreshHash, old): // used twice: one of the two users stole it
			_, err := c.exec(revokeSession, n.ID, required(now))
			return n, err
		}
		n.RefreshHash, n.ExpiresAt = bytes.Clone(next), millis(expires)
		if _, err := c.exec(rotateSession, n.ID, next, required(expires)); err != nil {
			return n, err
		}
		_, err = c.exec(insertRefresh, next, n.ID)
		return n, err
	})
	// An error inside would have rolled the revocation back.
	if err == nil && !bytes.Equal(n.RefreshHash, next) {
		err = album.ErrSessionRevoked
	}
	return n, err
}

// RevokeSession implements store.Sessions.
func (s *Store) RevokeSession(ctx context.Context, id album.SessionID, at time.Time) error {
	return update(ctx, s, "revoke session", func(c *conn) error {
		return found(c.exec(revokeSession, id, required(at)))
	})
}

// RevokeSessions implements store.Sessions.
func (s *Store) RevokeSessions(
	ctx context.Context, user album.UserID, except album.SessionID, at time.Time,
) ([]album.SessionID, error) {
	return write(ctx, s, "revoke sessions", func(c *conn) ([]album.SessionID, error) {
		return list(c, id[album.SessionID], revokeSessions, user, required(at), except)
	})
}
