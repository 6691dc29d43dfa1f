package sqlitestore

import (
	"context"
	"fmt"
	"strings"

	"keepsake/album"
	"keepsake/store"
)

var _ store.Archive = (*Store)(nil)

const (
	exportUsers      = `SELECT ` + userColumns + ` FROM user WHERE id > ? ORDER BY id LIMIT ?`
	exportIdentities = `SELECT ` + identityColumns + ` FROM identity
		WHERE (provider, subject) > (?, ?) ORDER BY provider, subject LIMIT ?`
	exportSessions  = `SELECT ` + sessionColumns + ` FROM session s WHERE s.id > ? ORDER BY s.id LIMIT ?`
	exportRefreshes = `SELECT ` + refreshColumns + ` FROM refresh WHERE hash > ? ORDER BY hash LIMIT ?`
	exportAlbums    = `SELECT ` + albumColumns + `,
			coalesce((SELECT e.seq - 1 FROM entry e WHERE e.album_id = a.id ORDER BY e.seq LIMIT 1), a.seq)
		FROM album a WHERE a.id > ? ORDER BY a.id LIMIT ?`
	exportMembers = `SELECT ` + memberColumns + ` FROM member m
		WHERE (m.album_id, m.joined_at, m.user_id) > (?, ?, ?) ORDER BY m.album_id, m.joined_at, m.user_id LIMIT ?`
	exportShares   = `SELECT ` + shareColumns + ` FROM share s WHERE s.id > ? ORDER BY s.id LIMIT ?`
	exportMedia    = `SELECT ` + mediaColumns + `, m.doomed FROM media m WHERE m.id > ? ORDER BY m.id LIMIT ?`
	exportComments = `SELECT ` + commentColumns + ` FROM comment c WHERE c.id > ? ORDER BY c.id LIMIT ?`
	exportLikes    = `SELECT ` + likeColumns + ` FROM likes
		WHERE (media_id, user_id) > (?, ?) ORDER BY media_id, user_id LIMIT ?`
	exportEntries = `SELECT ` + entryColumns + ` FROM entry
		WHERE (album_id, seq) > (?, ?) ORDER BY album_id, seq LIMIT ?`

	refreshColumns = `hash, session_id`
	likeColumns    = `media_id, user_id, at`
	entryColumns   = `album_id, seq, at, kind, actor_id, media_id, comment_id, user_id`
)

// Export implements store.Archive. It reads on the writing connection, the only
// one of a store that is open alone.
func (s *Store) Export(ctx context.Context, kind store.Kind, after store.Record, n int) ([]store.Record, error) {
	return write(ctx, s, "export "+string(kind), func(c *conn) ([]store.Record, error) {
		switch kind {
		case store.KindUsers:
			return export(c, after, n, exportUsers,
				func(r store.UserRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.UserRecord { return store.UserRecord{User: *scanUser(r)} })
		case store.KindIdentities:
			return export(c, after, n, exportIdentities,
				func(r store.IdentityRecord) []any { return []any{r.Provider, r.Subject} },
				func(r *row) store.IdentityRecord { return store.IdentityRecord{Identity: scanIdentity(r)} })
		case store.KindSessions:
			return export(c, after, n, exportSessions,
				func(r store.SessionRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.SessionRecord { return store.SessionRecord{Session: scanSession(r)} })
		case store.KindRefreshes:
			return export(c, after, n, exportRefreshes,
				func(r store.RefreshRecord) []any { return []any{append([]byte{}, r.Hash...)} },
				func(r *row) store.RefreshRecord {
					return store.RefreshRecord{Hash: r.blob(), SessionID: id[album.SessionID](r)}
				})
		case store.KindAlbums:
			return export(c, after, n, exportAlbums,
				func(r store.AlbumRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.AlbumRecord { return store.AlbumRecord{Album: *scanAlbum(r), Trimmed: r.num()} })
		case store.KindMembers:
			return export(c, after, n, exportMembers,
				func(r store.MemberRecord) []any {
					return []any{string(r.AlbumID), required(r.JoinedAt), string(r.UserID)}
				},
				func(r *row) store.MemberRecord { return store.MemberRecord{Membership: *scanMember(r)} })
		case store.KindShares:
			return export(c, after, n, exportShares,
				func(r store.ShareRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.ShareRecord { return store.ShareRecord{Share: *scanShare(r)} })
		case store.KindMedia:
			return export(c, after, n, exportMedia,
				func(r store.MediaRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.MediaRecord { return store.MediaRecord{Media: *scanMedia(r), Doomed: r.num() != 0} })
		case store.KindComments:
			return export(c, after, n, exportComments,
				func(r store.CommentRecord) []any { return []any{string(r.ID)} },
				func(r *row) store.CommentRecord { return store.CommentRecord{Comment: *scanComment(r)} })
		case store.KindLikes:
			return export(c, after, n, exportLikes,
				func(r store.LikeRecord) []any { return []any{string(r.MediaID), string(r.UserID)} },
				func(r *row) store.LikeRecord { return store.LikeRecord{Like: scanLike(r)} })
		case store.KindEntries:
			return export(c, after, n, exportEntries,
				func(r store.EntryRecord) []any { return []any{string(r.AlbumID), r.Seq} },
				func(r *row) store.EntryRecord { return store.EntryRecord{Entry: scanEntry(r)} })
		}
		return nil, unknownKind(kind)
	})
}

// export reads one page of a kind. place is where a page goes on after a record;
// that of the zero record is before all others.
func export[R store.Record](
	c *conn, after store.Record, n int, query string, place func(R) []any, scan func(*row) R,
) ([]store.Record, error) {
	last, ok := after.(R)
	if after != nil && !ok {
		return nil, fmt.Errorf("the record to go on after is a %T", after)
	}
	return list(c, func(r *row) store.Record { return scan(r) }, query, append(place(last), limit(n))...)
}

func unknownKind(kind store.Kind) error { return fmt.Errorf("there is no kind %q", kind) }

func scanEntry(r *row) album.Entry {
	return album.Entry{
		AlbumID: id[album.AlbumID](r), Seq: r.num(), At: r.time(), Kind: entryKinds.read(r),
		ActorID: id[album.UserID](r), MediaID: id[album.MediaID](r),
		CommentID: id[album.CommentID](r), UserID: id[album.UserID](r),
	}
}

// Count implements store.Archive.
func (s *Store) Count(ctx context.Context, kind store.Kind) (int64, error) {
	return write(ctx, s, "count "+string(kind), func(c *conn) (int64, error) {
		table, ok := tableOf(kind)
		if !ok {
			return 0, unknownKind(kind)
		}
		return one(c, (*row).num, `SELECT count(*) FROM `+table)
	})
}

func tableOf(kind store.Kind) (table string, ok bool) {
	table, ok = map[store.Kind]string{
		store.KindUsers: "user", store.KindIdentities: "identity", store.KindSessions: "session",
		store.KindRefreshes: "refresh", store.KindAlbums: "album", store.KindMembers: "member",
		store.KindShares: "share", store.KindMedia: "media", store.KindComments: "comment",
		store.KindLikes: "likes", store.KindEntries: "entry",
	}[kind]
	return table, ok
}

// insert writes the statement that inserts a row. Columns are those of a query,
// behind an alias or not.
func insert(table, columns string) string {
	names := columnNames(columns)
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (?%s)`,
		table, strings.Join(names, ", "), strings.Repeat(", ?", len(names)-1))
}

// upsert writes the statement that inserts a row, or replaces the one with the
// same key; what hangs on the row stays, as it would not with INSERT OR REPLACE.
func upsert(table, key, columns string) string {
	var sets []string
	for _, name := range columnNames(columns) {
		sets = append(sets, name+" = excluded."+name)
	}
	return fmt.Sprintf(`%s ON CONFLICT (%s) DO UPDATE SET %s`, insert(table, columns), key, strings.Join(sets, ", "))
}

func columnNames(columns string) []string {
	var names []string
	for column := range strings.SplitSeq(columns, ",") {
		name := strings.TrimSpace(column)
		names = append(names, name[strings.Index(name, ".")+1:])
	}
	return names
}
