package mongostore

import (
	"bytes"
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
)

// sessionDoc is an album.Session.
type sessionDoc struct {
	ID          album.SessionID `bson:"_id"`
	UserID      album.UserID    `bson:"userId"`
	RefreshHash []byte          `bson:"refreshHash"`
	CreatedAt   time.Time       `bson:"createdAt"`
	ExpiresAt   time.Time       `bson:"expiresAt"`
	RevokedAt   time.Time       `bson:"revokedAt,omitempty"`
}

// refreshDoc is one refresh token that a session has or had, so that a used one
// is known again.
type refreshDoc struct {
	Hash      []byte          `bson:"_id"`
	SessionID album.SessionID `bson:"sessionId"`
}

var notRevoked = eq("revokedAt", nil)

// CreateSession implements store.Sessions.
func (s *Store) CreateSession(ctx context.Context, n album.Session) error {
	_, err := write(ctx, s, "create session", nil, func(ctx context.Context) (struct{}, error) {
		if err := s.userExists(ctx, n.UserID); err != nil {
			return struct{}{}, err
		}
		if _, err := s.sessions.InsertOne(ctx, sessionDoc(n)); err != nil {
			return struct{}{}, err
		}
		_, err := s.refreshes.InsertOne(ctx, refreshDoc{n.RefreshHash, n.ID})
		return struct{}{}, err
	})
	return err
}

// userExists is NOT_FOUND for who does not. Users are never deleted, so the
// answer stays true.
func (s *Store) userExists(ctx context.Context, id album.UserID) error {
	ok, err := exists(ctx, s.users, eq("_id", id))
	if err == nil && !ok {
		err = album.ErrNotFound
	}
	return err
}

// Session implements store.Sessions.
func (s *Store) Session(ctx context.Context, id album.SessionID) (album.Session, error) {
	return run(ctx, s, "session", func(ctx context.Context) (album.Session, error) {
		d, err := findOne[sessionDoc](ctx, s.sessions, eq("_id", id))
		return album.Session(d), err
	})
}

// RotateSession implements store.Sessions.
func (s *Store) RotateSession(ctx context.Context, old, next []byte, now, expires time.Time) (album.Session, error) {
	n, err := write(ctx, s, "rotate session", nil, func(ctx context.Context) (sessionDoc, error) {
		token, err := findOne[refreshDoc](ctx, s.refreshes, eq("_id", old))
		if err != nil {
			return sessionDoc{}, err
		}
		n, err := findOne[sessionDoc](ctx, s.sessions, eq("_id", token.SessionID))
		switch {
		case err != nil:
			return sessionDoc{}, err
		case !n.RevokedAt.IsZero() || !now.Before(n.ExpiresAt):
			return n, nil
		case !bytes.Equal(n.RefreshHash, old): // used twice: one of the two users stole it
			return n, setOne(ctx, s.sessions, eq("_id", n.ID), op("$set", eq("revokedAt", now)))
		}
		n.RefreshHash, n.ExpiresAt = bytes.Clone(next), millis(expires)
		if err := setOne(ctx, s.sessions, eq("_id", n.ID),
			op("$set", bson.D{{Key: "refreshHash", Value: next}, {Key: "expiresAt", Value: expires}})); err != nil {
			return n, err
		}
		_, err = s.refreshes.InsertOne(ctx, refreshDoc{next, n.ID})
		return n, err
	})
	// An error inside would have rolled the revocation back.
	if err == nil && !bytes.Equal(n.RefreshHash, next) {
		err = album.ErrSessionRevoked
	}
	return album.Session(n), err
}

// RevokeSession implements store.Sessions.
func (s *Store) RevokeSession(ctx context.Context, id album.SessionID, at time.Time) error {
	_, err := write(ctx, s, "revoke session", nil, func(ctx context.Context) (struct{}, error) {
		n, err := findOne[sessionDoc](ctx, s.sessions, eq("_id", id))
		if err == nil && n.RevokedAt.IsZero() {
			err = setOne(ctx, s.sessions, eq("_id", id), op("$set", eq("revokedAt", at)))
		}
		return struct{}{}, err
	})
	return err
}

// RevokeSessions implements store.Sessions.
func (s *Store) RevokeSessions(
	ctx context.Context, user album.UserID, except album.SessionID, at time.Time,
) ([]album.SessionID, error) {
	return write(ctx, s, "revoke sessions", nil, func(ctx context.Context) ([]album.SessionID, error) {
		good, err := find[sessionDoc](ctx, s.sessions, and(eq("userId", user), notRevoked, eq("_id", op("$ne", except))))
		if err != nil || len(good) == 0 {
			return nil, err
		}
		ids := make([]album.SessionID, len(good))
		for i, n := range good {
			ids[i] = n.ID
		}
		_, err = s.sessions.UpdateMany(ctx, bson.D{in("_id", ids)}, op("$set", eq("revokedAt", at)))
		return ids, err
	})
}

// sessionStep is how many sessions a sweep takes away at a time.
const sessionStep = 500

// PurgeSessions implements store.Sweeps.
func (s *Store) PurgeSessions(ctx context.Context, t time.Time) error {
	for {
		n, err := write(ctx, s, "purge sessions", nil, func(ctx context.Context) (int, error) {
			old, err := find[sessionDoc](ctx, s.sessions, eq("expiresAt", op("$lt", t)),
				options.Find().SetSort(eq("expiresAt", 1)).SetLimit(sessionStep))
			if err != nil || len(old) == 0 {
				return 0, err
			}
			ids := make([]album.SessionID, len(old))
			for i, n := range old {
				ids[i] = n.ID
			}
			if _, err := s.refreshes.DeleteMany(ctx, bson.D{in("sessionId", ids)}); err != nil {
				return 0, err
			}
			_, err = s.sessions.DeleteMany(ctx, bson.D{in("_id", ids)})
			return len(old), err
		})
		if err != nil || n < sessionStep {
			return err
		}
	}
}
