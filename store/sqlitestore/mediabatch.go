package sqlitestore

import (
	"context"

	"keepsake/album"
	"keepsake/store"
)

const (
	batchMedia = `SELECT m.id, m.status, m.trashed_at IS NOT NULL FROM media m
		WHERE m.id IN (SELECT value FROM json_each(?2)) AND m.album_id = ?1 AND m.doomed = 0`
	trashMedia   = `UPDATE media SET trashed_at = ?2, shown = 0 WHERE id IN (SELECT value FROM json_each(?1))`
	restoreMedia = `UPDATE media SET trashed_at = NULL, shown = 1 WHERE id IN (SELECT value FROM json_each(?1))`
	moveMedia    = `UPDATE media SET album_id = ?2, added_at = ?3, rank = ?4
		WHERE id IN (SELECT value FROM json_each(?1))`
	moveComments = `UPDATE comment SET album_id = ?2 WHERE media_id IN (SELECT value FROM json_each(?1))`
	newestMoved  = `SELECT max(created_at) FROM comment WHERE media_id IN (SELECT value FROM json_each(?))`
	unsetCovers  = `UPDATE album SET cover_id = NULL
		WHERE id = ?1 AND cover_id IN (SELECT value FROM json_each(?2))`
)

// standing is where a medium of a batch stands.
type standing int

const (
	onItsWay standing = iota // or FAILED
	inAlbum
	inTrash
)

// batch finds the media of an ACTIVE album by their IDs, all of them or
// NOT_FOUND.
func batch(c *conn, id album.AlbumID, ids []album.MediaID) (map[album.MediaID]standing, error) {
	if _, err := one(c, scanAlbum, activeAlbum, id); err != nil {
		return nil, err
	}
	in, err := array(ids)
	if err != nil {
		return nil, err
	}
	found := make(map[album.MediaID]standing, len(ids))
	err = c.each(batchMedia, []any{id, in}, func(r *row) {
		m, at := album.MediaID(r.text()), onItsWay
		if statuses.read(r) == album.Ready {
			at = inAlbum
			if r.num() != 0 {
				at = inTrash
			}
		}
		found[m] = at
	})
	if err == nil && len(found) < len(ids) {
		err = album.ErrNotFound
	}
	return found, err
}

// pick returns those of ids that stand at a place, in their order.
func pick(ids []album.MediaID, found map[album.MediaID]standing, at standing) []album.MediaID {
	var out []album.MediaID
	for _, id := range ids {
		if found[id] == at {
			out = append(out, id)
		}
	}
	return out
}

// entriesFor makes an entry of that kind for each medium.
func entriesFor(kind album.EntryKind, ids []album.MediaID) []*album.Entry {
	entries := make([]*album.Entry, len(ids))
	for i, id := range ids {
		entries[i] = &album.Entry{Kind: kind, MediaID: id}
	}
	return entries
}

// takeOut takes media out of an album's view: their entries, the count, the cover.
func takeOut(c *conn, id album.AlbumID, ids []album.MediaID, ch store.Change) ([]*album.Entry, error) {
	entries := entriesFor(album.MediaRemoved, ids)
	if err := record(c, id, ch, counts{media: -len(ids)}, entries...); err != nil {
		return nil, err
	}
	in, err := array(ids)
	if err != nil {
		return nil, err
	}
	_, err = c.exec(unsetCovers, id, in)
	return entries, err
}

// TrashMedia implements store.Media.
func (s *Store) TrashMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "trash media", func(c *conn) ([]*album.Entry, error) {
		found, err := batch(c, id, ids)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, onItsWay)) > 0 {
			return nil, album.ErrNotFound
		}
		shown := pick(ids, found, inAlbum)
		if len(shown) == 0 {
			return nil, nil
		}
		entries, err := takeOut(c, id, shown, ch)
		if err != nil {
			return nil, err
		}
		return entries, onMedia(c, trashMedia, shown, required(entries[0].At))
	})
}

// RestoreMedia implements store.Media.
func (s *Store) RestoreMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "restore media", func(c *conn) ([]*album.Entry, error) {
		found, err := batch(c, id, ids)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, onItsWay)) > 0 {
			return nil, album.ErrNotFound
		}
		trashed := pick(ids, found, inTrash)
		if len(trashed) == 0 {
			return nil, nil
		}
		entries := entriesFor(album.MediaRestored, trashed)
		if err := record(c, id, ch, counts{media: len(trashed)}, entries...); err != nil {
			return nil, err
		}
		return entries, onMedia(c, restoreMedia, trashed)
	})
}

// DeleteMedia implements store.Media.
func (s *Store) DeleteMedia(
	ctx context.Context, id album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "delete media", func(c *conn) ([]*album.Entry, error) {
		found, err := batch(c, id, ids)
		if err != nil {
			return nil, err
		}
		var entries []*album.Entry
		if shown := pick(ids, found, inAlbum); len(shown) > 0 {
			if entries, err = takeOut(c, id, shown, ch); err != nil {
				return nil, err
			}
		}
		return entries, doom(c, ids)
	})
}

// MoveMedia implements store.Media. The entries of the album that the media
// leave come first.
func (s *Store) MoveMedia(
	ctx context.Context, from, to album.AlbumID, ids []album.MediaID, ch store.Change,
) ([]*album.Entry, error) {
	ids = distinct(ids)
	return write(ctx, s, "move media", func(c *conn) ([]*album.Entry, error) {
		found, err := batch(c, from, ids)
		if err != nil {
			return nil, err
		}
		if len(pick(ids, found, inAlbum)) < len(ids) {
			return nil, album.ErrNotFound
		}
		if _, err := one(c, scanAlbum, activeAlbum, to); err != nil || from == to || len(ids) == 0 {
			return nil, err
		}
		removed, err := takeOut(c, from, ids, ch)
		if err != nil {
			return nil, err
		}
		in, err := array(ids)
		if err != nil {
			return nil, err
		}
		newest, err := one(c, (*row).time, newestMoved, in)
		if err != nil {
			return nil, err
		}
		if newest.After(ch.At) { // the clock went back; the feed relies on the order
			ch.At = newest
		}
		added := entriesFor(album.MediaAdded, ids)
		if err := record(c, to, ch, counts{media: len(ids)}, added...); err != nil {
			return nil, err
		}
		if err := onMedia(c, moveMedia, ids, to, required(added[0].At), album.RankAt(added[0].At)); err != nil {
			return nil, err
		}
		return append(removed, added...), onMedia(c, moveComments, ids, to)
	})
}

// onMedia runs a statement whose first argument is an array of media.
func onMedia(c *conn, query string, ids []album.MediaID, args ...any) error {
	in, err := array(ids)
	if err != nil {
		return err
	}
	_, err = c.exec(query, append([]any{in}, args...)...)
	return err
}
