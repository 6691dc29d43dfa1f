package sqlitestore

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

const (
	insertAlbum = `INSERT INTO album (id, owner_id, title, description, cover_id, visibility, comments, likes,
			downloads, media_order, state, trashed_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	albumColumns = `a.id, a.owner_id, a.title, a.description, a.cover_id, a.visibility, a.comments, a.likes,
		a.downloads, a.media_order, a.state, a.media_count, a.member_count, a.seq, a.created_at, a.updated_at, a.trashed_at`
	albumByID  = `SELECT ` + albumColumns + ` FROM album a WHERE a.id = ? AND a.state <> 3`
	albumsByID = `SELECT ` + albumColumns + ` FROM album a
		WHERE a.id IN (SELECT value FROM json_each(?)) AND a.state <> 3`
	publicAlbums = `SELECT ` + albumColumns + ` FROM album a
		WHERE a.owner_id = ? AND a.state = 1 AND a.visibility = 3 AND (a.created_at, a.id) < (?, ?)
		ORDER BY a.created_at DESC, a.id DESC LIMIT ?`
	trashedAlbums = `SELECT ` + albumColumns + ` FROM album a
		WHERE a.owner_id = ? AND a.state = 2 AND (a.created_at, a.id) < (?, ?)
		ORDER BY a.created_at DESC, a.id DESC LIMIT ?`
	activeAlbum = `SELECT ` + albumColumns + ` FROM album a WHERE a.id = ? AND a.state = 1`

	updateAlbum = `UPDATE album SET title = ?2, description = ?3, cover_id = ?4, visibility = ?5, comments = ?6,
		likes = ?7, downloads = ?8, media_order = ?9 WHERE id = ?1`
	updateState = `UPDATE album SET state = ?2, trashed_at = ?3 WHERE id = ?1`
	holdWork    = `UPDATE media SET work_held = ?2 WHERE album_id = ?1 AND work_due_at IS NOT NULL`
	isShownIn   = `SELECT 1 FROM media WHERE id = ? AND album_id = ? AND shown = 1`
)

func scanAlbum(r *row) *album.Album {
	return &album.Album{
		ID: id[album.AlbumID](r), OwnerID: id[album.UserID](r), Title: r.text(), Description: r.text(),
		CoverID: id[album.MediaID](r), Visibility: visibilities.read(r),
		Settings: album.Settings{
			Comments: audiences.read(r), Likes: audiences.read(r), Downloads: audiences.read(r),
			Order: orders.read(r),
		},
		State: states.read(r), MediaCount: int(r.num()), MemberCount: int(r.num()), Seq: r.num(),
		CreatedAt: r.time(), UpdatedAt: r.time(), TrashedAt: r.time(),
	}
}

// CreateAlbum implements store.Albums.
func (s *Store) CreateAlbum(ctx context.Context, a *album.Album, ch store.Change) (*album.Entry, error) {
	return write(ctx, s, "create album", func(c *conn) (*album.Entry, error) {
		if _, err := c.exec(insertAlbum, a.ID, a.OwnerID, a.Title, a.Description, a.CoverID,
			visibilities.code(a.Visibility), audiences.code(a.Settings.Comments), audiences.code(a.Settings.Likes),
			audiences.code(a.Settings.Downloads), orders.code(a.Settings.Order), states.code(a.State), a.TrashedAt,
			required(a.CreatedAt), required(ch.At)); err != nil {
			return nil, err
		}
		if _, err := c.exec(insertMember, a.ID, a.OwnerID, int(album.Owner), nil, required(a.CreatedAt)); err != nil {
			return nil, err
		}
		e := &album.Entry{Kind: album.AlbumCreated}
		return e, record(c, a.ID, ch, counts{members: 1}, e)
	})
}

// Album implements store.Albums.
func (s *Store) Album(ctx context.Context, id album.AlbumID) (*album.Album, error) {
	return read(ctx, s, "album", func(c *conn) (*album.Album, error) {
		return one(c, scanAlbum, albumByID, id)
	})
}

// AlbumsByID implements store.Albums.
func (s *Store) AlbumsByID(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Album, error) {
	albums, err := readIn(ctx, s, "albums by ID", ids, scanAlbum, albumsByID)
	return keyed(albums, err, func(a *album.Album) album.AlbumID { return a.ID })
}

// AlbumsOf implements store.Albums.
func (s *Store) AlbumsOf(ctx context.Context, user album.UserID, r album.Range) ([]*album.Membership, error) {
	return read(ctx, s, "albums of user", func(c *conn) ([]*album.Membership, error) {
		key, last := before(r.After)
		return list(c, scanMember, albumsOfUser, user, key, last, limit(r.Limit))
	})
}

// PublicAlbumsOf implements store.Albums.
func (s *Store) PublicAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error) {
	return s.ownAlbums(ctx, "public albums", publicAlbums, owner, r)
}

// TrashedAlbumsOf implements store.Albums.
func (s *Store) TrashedAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error) {
	return s.ownAlbums(ctx, "trashed albums", trashedAlbums, owner, r)
}

func (s *Store) ownAlbums(
	ctx context.Context, op, query string, owner album.UserID, r album.Range,
) ([]*album.Album, error) {
	return read(ctx, s, op, func(c *conn) ([]*album.Album, error) {
		key, last := before(r.After)
		return list(c, scanAlbum, query, owner, key, last, limit(r.Limit))
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
	out, err := write(ctx, s, "update album", func(c *conn) (albumChange, error) {
		a, err := one(c, scanAlbum, activeAlbum, id)
		if err != nil {
			return albumChange{}, err
		}
		cover := a.CoverID
		if !p.Apply(a) {
			return albumChange{Album: a}, nil
		}
		if a.CoverID != cover && a.CoverID != "" {
			if _, err := one(c, (*row).num, isShownIn, a.CoverID, id); err != nil {
				return albumChange{}, err
			}
		}
		if _, err := c.exec(updateAlbum, id, a.Title, a.Description, a.CoverID, visibilities.code(a.Visibility),
			audiences.code(a.Settings.Comments), audiences.code(a.Settings.Likes),
			audiences.code(a.Settings.Downloads), orders.code(a.Settings.Order)); err != nil {
			return albumChange{}, err
		}
		e := &album.Entry{Kind: album.AlbumEdited}
		err = record(c, id, ch, counts{}, e)
		a.Seq, a.UpdatedAt = e.Seq, e.At
		return albumChange{a, e}, err
	})
	return out.Album, out.Entry, err
}

// SetAlbumState implements store.Albums.
func (s *Store) SetAlbumState(
	ctx context.Context, id album.AlbumID, to album.State, ch store.Change,
) (*album.Entry, error) {
	return write(ctx, s, "set album state", func(c *conn) (*album.Entry, error) {
		a, err := one(c, scanAlbum, albumByID, id)
		if err != nil || a.State == to {
			return nil, err
		}
		return setState(c, a.ID, to, ch)
	})
}

// setState moves an album to another state.
func setState(c *conn, id album.AlbumID, to album.State, ch store.Change) (*album.Entry, error) {
	e := &album.Entry{Kind: map[album.State]album.EntryKind{
		album.Active: album.AlbumRestored, album.Trashed: album.AlbumTrashed, album.Deleting: album.AlbumDeleted,
	}[to]}
	if err := record(c, id, ch, counts{}, e); err != nil {
		return nil, err
	}
	var trashedAt any
	if to == album.Trashed {
		trashedAt = required(e.At)
	}
	if _, err := c.exec(updateState, id, states.code(to), trashedAt); err != nil {
		return nil, err
	}
	_, err := c.exec(holdWork, id, to != album.Active)
	return e, err
}
