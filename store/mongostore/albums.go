package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// albumDoc is an album.Album with what the store needs beside it.
type albumDoc struct {
	Row     albumFields `bson:",inline"`
	Trimmed int64       `bson:"trimmed"` // entries up to this Seq were taken away
	LogBits int         `bson:"logBits"` // see measure
}

type albumFields struct {
	ID          album.AlbumID    `bson:"_id"`
	OwnerID     album.UserID     `bson:"ownerId"`
	Title       string           `bson:"title"`
	Description string           `bson:"description"`
	CoverID     album.MediaID    `bson:"coverId,omitempty"`
	Visibility  album.Visibility `bson:"visibility"`
	Settings    album.Settings   `bson:"settings"`
	State       album.State      `bson:"state"`
	MediaCount  int              `bson:"mediaCount"`
	MemberCount int              `bson:"memberCount"`
	Seq         int64            `bson:"seq"`
	CreatedAt   time.Time        `bson:"createdAt"`
	UpdatedAt   time.Time        `bson:"updatedAt"`
	TrashedAt   time.Time        `bson:"trashedAt,omitempty"`
}

func (d albumDoc) album() *album.Album {
	a := album.Album(d.Row)
	if a.Settings.Order == "" { // made before albums had one
		a.Settings.Order = album.ByAdded
	}
	return &a
}

func albumID(a *album.Album) album.AlbumID { return a.ID }

var (
	isActive    = eq("state", album.Active)
	notDeleting = eq("state", op("$ne", album.Deleting))
)

// activeAlbum reads an album that may be changed: NOT_FOUND for others.
func (s *Store) activeAlbum(ctx context.Context, id album.AlbumID) (*album.Album, error) {
	d, err := findOne[albumDoc](ctx, s.albums, and(eq("_id", id), isActive))
	return d.album(), err
}

// CreateAlbum implements store.Albums.
func (s *Store) CreateAlbum(ctx context.Context, a *album.Album, ch store.Change) (*album.Entry, error) {
	return write(ctx, s, "create album", nil, func(ctx context.Context) (*album.Entry, error) {
		if err := s.userExists(ctx, a.OwnerID); err != nil {
			return nil, err
		}
		d := albumDoc{Row: albumFields(*a)}
		d.Row.Seq, d.Row.MediaCount, d.Row.MemberCount, d.Row.UpdatedAt = 0, 0, 0, ch.At
		if _, err := s.albums.InsertOne(ctx, d); err != nil {
			return nil, err
		}
		owner := album.Membership{AlbumID: a.ID, UserID: a.OwnerID, Role: album.Owner, JoinedAt: a.CreatedAt}
		if _, err := s.members.InsertOne(ctx, memberDocOf(owner)); err != nil {
			return nil, err
		}
		e := &album.Entry{Kind: album.AlbumCreated}
		return e, s.record(ctx, a.ID, ch, counts{members: 1}, e)
	})
}

// Album implements store.Albums.
func (s *Store) Album(ctx context.Context, id album.AlbumID) (*album.Album, error) {
	return run(ctx, s, "album", func(ctx context.Context) (*album.Album, error) {
		d, err := findOne[albumDoc](ctx, s.albums, and(eq("_id", id), notDeleting))
		return d.album(), err
	})
}

// AlbumsByID implements store.Albums.
func (s *Store) AlbumsByID(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Album, error) {
	return run(ctx, s, "albums by ID", func(ctx context.Context) (map[album.AlbumID]*album.Album, error) {
		docs, err := find[albumDoc](ctx, s.albums, and(bson.D{in("_id", ids)}, notDeleting))
		return keyed(docs, err, albumDoc.album, albumID)
	})
}

// AlbumsOf implements store.Albums.
func (s *Store) AlbumsOf(ctx context.Context, user album.UserID, r album.Range) ([]*album.Membership, error) {
	if r.Limit <= 0 {
		return nil, nil
	}
	return run(ctx, s, "albums of user", func(ctx context.Context) ([]*album.Membership, error) {
		docs, err := aggregate[memberDoc](ctx, s.members, stages(
			s.activeAlbumsOf(user, r),
			op("$unset", "album"),
		)...)
		return domain(docs, err, memberDoc.member)
	})
}

// activeAlbumsOf lists a user's memberships in ACTIVE albums, the latest joined
// first, each with its album.
func (s *Store) activeAlbumsOf(user album.UserID, r album.Range) []bson.D {
	return []bson.D{
		match(eq("userId", user), before("joinedAt", "albumId", r.After)),
		op("$sort", newest("joinedAt", "albumId")),
		lookup(s.albums, "albumId", "_id", "album", match(isActive), op("$project", eq("updatedAt", 1))),
		match(eq("album", op("$ne", bson.A{}))),
		op("$limit", r.Limit),
	}
}

// PublicAlbumsOf implements store.Albums.
func (s *Store) PublicAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error) {
	return s.ownAlbums(ctx, "public albums", and(isActive, eq("visibility", album.Public)), owner, r)
}

// TrashedAlbumsOf implements store.Albums.
func (s *Store) TrashedAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error) {
	return s.ownAlbums(ctx, "trashed albums", eq("state", album.Trashed), owner, r)
}

func (s *Store) ownAlbums(
	ctx context.Context, name string, which bson.D, owner album.UserID, r album.Range,
) ([]*album.Album, error) {
	return run(ctx, s, name, func(ctx context.Context) ([]*album.Album, error) {
		docs, err := page[albumDoc](ctx, s.albums, and(eq("ownerId", owner), which, before("createdAt", "_id", r.After)),
			newest("createdAt", "_id"), r.Limit)
		return domain(docs, err, albumDoc.album)
	})
}

// albumChange is an album as a write left it, with the entry it made.
type albumChange struct {
	Album *album.Album
	Entry *album.Entry
}

// UpdateAlbum implements store.Albums.
func (s *Store) UpdateAlbum(
	ctx context.Context, id album.AlbumID, p album.AlbumPatch, ch store.Change,
) (*album.Album, *album.Entry, error) {
	out, err := write(ctx, s, "update album", []string{string(id)}, func(ctx context.Context) (albumChange, error) {
		a, err := s.activeAlbum(ctx, id)
		if err != nil {
			return albumChange{}, err
		}
		cover := a.CoverID
		if !p.Apply(a) {
			return albumChange{Album: a}, nil
		}
		if a.CoverID != cover && a.CoverID != "" {
			if _, err := findOne[mediaDoc](ctx, s.media, and(eq("_id", a.CoverID), eq("albumId", id), isShown)); err != nil {
				return albumChange{}, err
			}
		}
		e := &album.Entry{Kind: album.AlbumEdited}
		if err := s.record(ctx, id, ch, counts{}, e); err != nil {
			return albumChange{}, err
		}
		a.Seq, a.UpdatedAt = e.Seq, e.At
		return albumChange{a, e}, setOne(ctx, s.albums, eq("_id", id), op("$set", bson.D{
			{Key: "title", Value: a.Title},
			{Key: "description", Value: a.Description},
			{Key: "coverId", Value: a.CoverID},
			{Key: "visibility", Value: a.Visibility},
			{Key: "settings", Value: a.Settings},
		}))
	})
	return out.Album, out.Entry, err
}

// SetAlbumState implements store.Albums.
func (s *Store) SetAlbumState(
	ctx context.Context, id album.AlbumID, to album.State, ch store.Change,
) (*album.Entry, error) {
	return write(ctx, s, "set album state", []string{string(id)}, func(ctx context.Context) (*album.Entry, error) {
		a, err := findOne[albumDoc](ctx, s.albums, and(eq("_id", id), notDeleting))
		if err != nil || a.Row.State == to {
			return nil, err
		}
		return s.setState(ctx, id, to, ch)
	})
}

// setState moves an album to another state.
func (s *Store) setState(ctx context.Context, id album.AlbumID, to album.State, ch store.Change) (*album.Entry, error) {
	e := &album.Entry{Kind: map[album.State]album.EntryKind{
		album.Active: album.AlbumRestored, album.Trashed: album.AlbumTrashed, album.Deleting: album.AlbumDeleted,
	}[to]}
	if err := s.record(ctx, id, ch, counts{}, e); err != nil {
		return nil, err
	}
	change := bson.D{{Key: "$set", Value: eq("state", to)}, {Key: "$unset", Value: eq("trashedAt", "")}}
	if to == album.Trashed {
		change = op("$set", bson.D{{Key: "state", Value: to}, {Key: "trashedAt", Value: e.At}})
	}
	return e, setOne(ctx, s.albums, eq("_id", id), change)
}
