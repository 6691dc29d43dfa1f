package sqlitestore

import "keepsake/album"

// user.storage_used is the sum of upload_bytes of a person's media that are
// neither FAILED nor doomed. It grows in reserve and shrinks in giveBack, which
// whatever takes media out of that sum calls first.

const (
	growStorage   = `UPDATE user SET storage_used = storage_used + ?2 WHERE id = ?1`
	shrinkStorage = `UPDATE user SET storage_used = storage_used - ?2 WHERE id = ?1`
	usedBy        = `SELECT owner_id, upload_bytes FROM media
		WHERE id IN (SELECT value FROM json_each(?)) AND status <> 4 AND doomed = 0`
	doomMedia = `UPDATE media SET doomed = 1, shown = 0 WHERE id IN (SELECT value FROM json_each(?1))`
)

// reserve takes room for uploads, or answers QUOTA_EXCEEDED.
func reserve(c *conn, user album.UserID, bytes, quota int64) error {
	u, err := one(c, scanUser, userByID, user)
	if err != nil {
		return err
	}
	if bytes > quota-u.StorageUsed {
		return album.ErrQuotaExceeded
	}
	_, err = c.exec(growStorage, user, bytes)
	return err
}

// giveBack returns the room of those media that still take some.
func giveBack(c *conn, ids []album.MediaID) error {
	in, err := array(ids)
	if err != nil {
		return err
	}
	back := map[album.UserID]int64{}
	if err := c.each(usedBy, []any{in}, func(r *row) { back[id[album.UserID](r)] += r.num() }); err != nil {
		return err
	}
	for user, bytes := range back {
		if _, err := c.exec(shrinkStorage, user, bytes); err != nil {
			return err
		}
	}
	return nil
}

// doom marks media for deletion.
func doom(c *conn, ids []album.MediaID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := giveBack(c, ids); err != nil {
		return err
	}
	return onMedia(c, doomMedia, ids)
}
