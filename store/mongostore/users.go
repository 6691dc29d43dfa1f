package mongostore

import (
	"context"
	"net/url"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"keepsake/album"
)

// userDoc is an album.User as it is stored.
type userDoc struct {
	ID          album.UserID `bson:"_id"`
	DisplayName string       `bson:"displayName"`
	AvatarURL   string       `bson:"avatarUrl"`
	CreatedAt   time.Time    `bson:"createdAt"`
	StorageUsed int64        `bson:"storageUsed"`
}

func (d userDoc) user() *album.User { u := album.User(d); return &u }

func userID(u *album.User) album.UserID { return u.ID }

// identityDoc is an album.Identity. Its ID, made of provider and subject, makes
// them unique on a sharded cluster too.
type identityDoc struct {
	ID  string         `bson:"_id"`
	Row identityFields `bson:",inline"`
}

type identityFields struct {
	Provider string       `bson:"provider"`
	Subject  string       `bson:"subject"`
	UserID   album.UserID `bson:"userId"`
	Secret   string       `bson:"secret"`
}

func identityID(provider, subject string) string { return url.PathEscape(provider) + "/" + subject }

// CreateUser implements store.Users.
func (s *Store) CreateUser(ctx context.Context, u *album.User, i album.Identity) error {
	_, err := write(ctx, s, "create user", nil, func(ctx context.Context) (struct{}, error) {
		identity := identityDoc{identityID(i.Provider, i.Subject), identityFields(i)}
		identity.Row.UserID = u.ID
		if _, err := s.identities.InsertOne(ctx, identity); mongo.IsDuplicateKeyError(err) {
			return struct{}{}, album.ErrNameTaken
		} else if err != nil {
			return struct{}{}, err
		}
		d := userDoc(*u)
		d.StorageUsed = 0
		_, err := s.users.InsertOne(ctx, d)
		return struct{}{}, err
	})
	return err
}

// User implements store.Users.
func (s *Store) User(ctx context.Context, id album.UserID) (*album.User, error) {
	return run(ctx, s, "user", func(ctx context.Context) (*album.User, error) {
		d, err := findOne[userDoc](ctx, s.users, eq("_id", id))
		return d.user(), err
	})
}

// UsersByID implements store.Users.
func (s *Store) UsersByID(ctx context.Context, ids []album.UserID) (map[album.UserID]*album.User, error) {
	return run(ctx, s, "users by ID", func(ctx context.Context) (map[album.UserID]*album.User, error) {
		docs, err := find[userDoc](ctx, s.users, bson.D{in("_id", ids)})
		return keyed(docs, err, userDoc.user, userID)
	})
}

// Identity implements store.Users.
func (s *Store) Identity(ctx context.Context, provider, subject string) (album.Identity, error) {
	return s.identity(ctx, eq("_id", identityID(provider, subject)))
}

// IdentityOf implements store.Users.
func (s *Store) IdentityOf(ctx context.Context, user album.UserID, provider string) (album.Identity, error) {
	return s.identity(ctx, and(eq("userId", user), eq("provider", provider)))
}

func (s *Store) identity(ctx context.Context, filter bson.D) (album.Identity, error) {
	return run(ctx, s, "identity", func(ctx context.Context) (album.Identity, error) {
		d, err := findOne[identityDoc](ctx, s.identities, filter)
		return album.Identity(d.Row), err
	})
}

// SetSecret implements store.Users.
func (s *Store) SetSecret(ctx context.Context, provider, subject, secret string) error {
	_, err := write(ctx, s, "set secret", nil, func(ctx context.Context) (struct{}, error) {
		id := eq("_id", identityID(provider, subject))
		return struct{}{}, setOne(ctx, s.identities, id, op("$set", eq("secret", secret)))
	})
	return err
}

// UpdateUser implements store.Users.
func (s *Store) UpdateUser(ctx context.Context, id album.UserID, p album.UserPatch) (*album.User, error) {
	change := bson.D{}
	if p.DisplayName != nil {
		change = append(change, bson.E{Key: "displayName", Value: *p.DisplayName})
	}
	if p.AvatarURL != nil {
		change = append(change, bson.E{Key: "avatarUrl", Value: *p.AvatarURL})
	}
	if len(change) == 0 {
		return s.User(ctx, id)
	}
	return write(ctx, s, "update user", nil, func(ctx context.Context) (*album.User, error) {
		d, err := changeOne[userDoc](ctx, s.users, eq("_id", id), op("$set", change))
		return d.user(), err
	})
}
