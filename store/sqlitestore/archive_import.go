package sqlitestore

import (
	"context"
	"fmt"

	"keepsake/album"
	"keepsake/store"
)

// The statements that write records. Their columns are those that the records
// are read by.
var (
	importUser     = upsert("user", "id", userColumns)
	importIdentity = upsert("identity", "provider, subject", identityColumns)
	importSession  = upsert("session", "id", sessionColumns)
	importRefresh  = upsert("refresh", "hash", refreshColumns)
	importAlbum    = upsert("album", "id", albumColumns)
	importMember   = upsert("member", "album_id, user_id", memberColumns)
	importShare    = upsert("share", "id", shareColumns)
	importMedium   = upsert("media", "id", mediaColumns+", doomed, shown, work_held")
	importComment  = upsert("comment", "id", commentColumns)
	importLike     = upsert("likes", "media_id, user_id", likeColumns)
	importEntry    = upsert("entry", "album_id, seq", entryColumns)
)

const isActive = `SELECT state = 1 FROM album WHERE id = ?`

// Import implements store.Archive: one call is one transaction.
func (s *Store) Import(ctx context.Context, records []store.Record) error {
	return update(ctx, s, "import", func(c *conn) error {
		for _, r := range records {
			if err := importRecord(c, r); err != nil {
				return fmt.Errorf("%s: %w", r.SortKey(), err)
			}
		}
		return nil
	})
}

func importRecord(c *conn, r store.Record) (err error) {
	switch r := r.(type) {
	case store.UserRecord:
		_, err = c.exec(importUser, r.ID, r.DisplayName, r.AvatarURL, required(r.CreatedAt), r.StorageUsed)
	case store.IdentityRecord:
		_, err = c.exec(importIdentity, r.Provider, r.Subject, r.UserID, r.Secret)
	case store.SessionRecord:
		_, err = c.exec(importSession, r.ID, r.UserID, r.RefreshHash,
			required(r.CreatedAt), required(r.ExpiresAt), r.RevokedAt)
	case store.RefreshRecord:
		_, err = c.exec(importRefresh, r.Hash, r.SessionID)
	case store.AlbumRecord:
		if _, err = c.exec(importAlbum, r.ID, r.OwnerID, r.Title, r.Description, r.CoverID,
			visibilities.code(r.Visibility), audiences.code(r.Settings.Comments), audiences.code(r.Settings.Likes),
			audiences.code(r.Settings.Downloads), orders.code(r.Settings.Order), states.code(r.State), r.MediaCount,
			r.MemberCount, r.Seq, required(r.CreatedAt), required(r.UpdatedAt), r.TrashedAt); err == nil {
			_, err = c.exec(holdWork, r.ID, r.State != album.Active)
		}
	case store.MemberRecord:
		_, err = c.exec(importMember, r.AlbumID, r.UserID, int(r.Role), r.ShareID, required(r.JoinedAt))
	case store.ShareRecord:
		_, err = c.exec(importShare, r.ID, r.AlbumID, r.CreatorID, r.ParentID, r.TokenHash, r.PasswordHash,
			int(r.JoinRole), r.DownloadAllowed, r.HideLocation, required(r.CreatedAt), r.ExpiresAt, r.RevokedAt)
	case store.MediaRecord:
		err = importMedia(c, r)
	case store.CommentRecord:
		_, err = c.exec(importComment, r.ID, r.AlbumID, r.MediaID, r.AuthorID, r.ParentID, r.ThreadID, r.Text,
			r.ReplyCount, required(r.CreatedAt), r.EditedAt, r.RemovedAt)
	case store.LikeRecord:
		_, err = c.exec(importLike, r.MediaID, r.UserID, required(r.At))
	case store.EntryRecord:
		_, err = c.exec(importEntry, r.AlbumID, r.Seq, required(r.At), entryKinds.code(r.Kind),
			r.ActorID, r.MediaID, r.CommentID, r.UserID)
	default:
		err = fmt.Errorf("a %T is no record", r)
	}
	return err
}

func importMedia(c *conn, r store.MediaRecord) error {
	active, err := one(c, (*row).num, isActive, r.AlbumID)
	if err != nil {
		return err
	}
	values, err := mediaValues(&r.Media)
	if err != nil {
		return err
	}
	_, err = c.exec(importMedium, append(values, r.Doomed, !r.Doomed && isShown(&r.Media), active == 0)...)
	return err
}

// mark returns the mark of an import, or that there is none. It is a table of its
// own with one row, there only during an import: a finished one leaves a
// database like any other.
func mark(c *conn) (mark string, ok bool, err error) {
	err = c.each(`PRAGMA table_list(import_mark)`, nil, func(*row) { ok = true })
	if err != nil || !ok {
		return "", false, err
	}
	mark, err = one(c, (*row).text, `SELECT mark FROM import_mark`)
	return mark, true, err
}

// BeginImport implements store.Archive.
func (s *Store) BeginImport(ctx context.Context, as string) error {
	return update(ctx, s, "begin an import", func(c *conn) error {
		present, ok, err := mark(c)
		switch {
		case err != nil:
			return err
		case ok && present != as:
			return album.Errorf(album.CodeConflict, "another import, of %s, began in this database and did not end", present)
		case ok:
			return nil
		}
		for _, kind := range store.Kinds() {
			table, _ := tableOf(kind)
			n, err := one(c, (*row).num, `SELECT count(*) FROM (SELECT 1 FROM `+table+` LIMIT 1)`)
			if err != nil {
				return err
			}
			if n > 0 {
				return album.Errorf(album.CodeConflict, "this database is not empty: it has %s", kind)
			}
		}
		if _, err := c.exec(`CREATE TABLE import_mark (mark TEXT NOT NULL) STRICT`); err != nil {
			return err
		}
		_, err = c.exec(`INSERT INTO import_mark (mark) VALUES (?)`, as)
		return err
	})
}

// Importing implements store.Archive.
func (s *Store) Importing(ctx context.Context) (string, error) {
	return write(ctx, s, "importing", func(c *conn) (string, error) {
		present, _, err := mark(c)
		return present, err
	})
}

// EndImport implements store.Archive.
func (s *Store) EndImport(ctx context.Context) error {
	return update(ctx, s, "end an import", func(c *conn) error {
		_, err := c.exec(`DROP TABLE IF EXISTS import_mark`)
		return err
	})
}
