package sqlitestore

import (
	"context"

	"keepsake/album"
)

const (
	insertUser     = `INSERT INTO user (id, display_name, avatar_url, created_at) VALUES (?, ?, ?, ?)`
	insertIdentity = `INSERT INTO identity (provider, subject, user_id, secret) VALUES (?, ?, ?, ?)
		ON CONFLICT (provider, subject) DO NOTHING`

	userColumns = `id, display_name, avatar_url, created_at, storage_used`
	userByID    = `SELECT ` + userColumns + ` FROM user WHERE id = ?`
	usersByID   = `SELECT ` + userColumns + ` FROM user WHERE id IN (SELECT value FROM json_each(?))`
	updateUser  = `UPDATE user SET display_name = coalesce(?2, display_name), avatar_url = coalesce(?3, avatar_url)
		WHERE id = ?1 RETURNING ` + userColumns

	identityColumns = `provider, subject, user_id, secret`
	identityByName  = `SELECT ` + identityColumns + ` FROM identity WHERE provider = ? AND subject = ?`
	identityByUser  = `SELECT ` + identityColumns + ` FROM identity WHERE user_id = ? AND provider = ? LIMIT 1`
	updateSecret    = `UPDATE identity SET secret = ? WHERE provider = ? AND subject = ?`
)

func scanUser(r *row) *album.User {
	return &album.User{
		ID: id[album.UserID](r), DisplayName: r.text(), AvatarURL: r.text(), CreatedAt: r.time(), StorageUsed: r.num(),
	}
}

func scanIdentity(r *row) album.Identity {
	return album.Identity{Provider: r.text(), Subject: r.text(), UserID: id[album.UserID](r), Secret: r.text()}
}

// CreateUser implements store.Users.
func (s *Store) CreateUser(ctx context.Context, u *album.User, i album.Identity) error {
	return update(ctx, s, "create user", func(c *conn) error {
		if _, err := c.exec(insertUser, u.ID, u.DisplayName, u.AvatarURL, required(u.CreatedAt)); err != nil {
			return err
		}
		n, err := c.exec(insertIdentity, i.Provider, i.Subject, u.ID, i.Secret)
		if err == nil && n == 0 {
			err = album.ErrNameTaken
		}
		return err
	})
}

// User implements store.Users.
func (s *Store) User(ctx context.Context, id album.UserID) (*album.User, error) {
	return read(ctx, s, "user", func(c *conn) (*album.User, error) {
		return one(c, scanUser, userByID, id)
	})
}

// UsersByID implements store.Users.
func (s *Store) UsersByID(ctx context.Context, ids []album.UserID) (map[album.UserID]*album.User, error) {
	users, err := cachedIn(ctx, s, "users by ID", ids, scanUser, usersByID)
	return keyed(users, err, func(u *album.User) album.UserID { return u.ID })
}

// Identity implements store.Users.
func (s *Store) Identity(ctx context.Context, provider, subject string) (album.Identity, error) {
	return read(ctx, s, "identity", func(c *conn) (album.Identity, error) {
		return one(c, scanIdentity, identityByName, provider, subject)
	})
}

// IdentityOf implements store.Users.
func (s *Store) IdentityOf(ctx context.Context, user album.UserID, provider string) (album.Identity, error) {
	return read(ctx, s, "identity of user", func(c *conn) (album.Identity, error) {
		return one(c, scanIdentity, identityByUser, user, provider)
	})
}

// SetSecret implements store.Users.
func (s *Store) SetSecret(ctx context.Context, provider, subject, secret string) error {
	return update(ctx, s, "set secret", func(c *conn) error {
		return found(c.exec(updateSecret, secret, provider, subject))
	})
}

// UpdateUser implements store.Users.
func (s *Store) UpdateUser(ctx context.Context, id album.UserID, p album.UserPatch) (*album.User, error) {
	return write(ctx, s, "update user", func(c *conn) (*album.User, error) {
		return one(c, scanUser, updateUser, id, p.DisplayName, p.AvatarURL)
	})
}

// found makes a statement that changed no row NOT_FOUND.
func found(changed int64, err error) error {
	if err == nil && changed == 0 {
		return album.ErrNotFound
	}
	return err
}
