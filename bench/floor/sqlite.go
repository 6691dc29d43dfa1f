package floor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"keepsake/album"
	"keepsake/bench/dataset"
)

const (
	// Only active albums.
	albumQuery = `SELECT a.title, a.visibility, a.downloads, m.role IS NOT NULL FROM album a
		LEFT JOIN member m ON m.album_id = a.id AND m.user_id = ?2
		WHERE a.id = ?1 AND a.state = 1`

	mediaQuery = `SELECT m.id, m.kind, m.width, m.height, m.caption, m.file_name, m.content_type, m.key,
			m.taken_at, m.added_at, m.like_count, m.comment_count,
			EXISTS (SELECT 1 FROM likes l WHERE l.media_id = m.id AND l.user_id = ?2),
			u.id, u.display_name, u.avatar_url
		FROM media m JOIN user u ON u.id = m.owner_id
		WHERE m.album_id = ?1 AND m.shown = 1
		ORDER BY m.added_at DESC, m.id DESC LIMIT ?3`

	commentsQuery = `SELECT c.media_id, c.id, c.text, c.created_at, u.id, u.display_name, u.avatar_url
		FROM json_each(?1) j
		CROSS JOIN comment c ON c.rowid IN (
			SELECT rowid FROM comment
			WHERE media_id = j.value AND thread_id IS NULL AND (removed_at IS NULL OR reply_count > 0)
			ORDER BY created_at, id LIMIT 3)
		CROSS JOIN user u ON u.id = c.author_id
		ORDER BY c.created_at, c.id`

	mediumQuery = `SELECT '', a.visibility, a.likes, m.role IS NOT NULL FROM media x
		JOIN album a ON a.id = x.album_id AND a.state = 1
		LEFT JOIN member m ON m.album_id = a.id AND m.user_id = ?2
		WHERE x.id = ?1 AND x.shown = 1`

	likeQuery   = `INSERT INTO likes (media_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	unlikeQuery = `DELETE FROM likes WHERE media_id = ? AND user_id = ?`
	countQuery  = `UPDATE media SET like_count = like_count + ?2, like_version = like_version + abs(?2)
		WHERE id = ?1 RETURNING like_count, like_version`
)

// The settings of the connections: those that read have the server's; the one
// that writes commits each like alone, on disk before it is answered.
var (
	readerPragmas = []string{"query_only(1)", "cache_size(-4096)", "mmap_size(1073741824)"}
	writerPragmas = []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16384)"}
)

// readers is how many connections read at once, the server's number on a small
// machine.
const readers = 4

// sqlite is the database as a file.
type sqlite struct {
	closers []func() error

	readDB, writeDB *sql.DB
	albumSQL        *sql.Stmt
	mediaSQL        *sql.Stmt
	commentsSQL     *sql.Stmt
	mediumSQL       *sql.Stmt
	likeSQL         *sql.Stmt
	unlikeSQL       *sql.Stmt
	countSQL        *sql.Stmt
}

func openSQLite(ctx context.Context, path string) (f *sqlite, err error) {
	f = &sqlite{}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	if f.writeDB, err = f.open(path, writerPragmas, 1); err != nil {
		return nil, err
	}
	if f.readDB, err = f.open(path, readerPragmas, readers); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		to    **sql.Stmt
		db    *sql.DB
		query string
	}{
		{&f.albumSQL, f.readDB, albumQuery},
		{&f.mediaSQL, f.readDB, mediaQuery},
		{&f.commentsSQL, f.readDB, commentsQuery},
		{&f.mediumSQL, f.readDB, mediumQuery},
		{&f.likeSQL, f.writeDB, likeQuery},
		{&f.unlikeSQL, f.writeDB, unlikeQuery},
		{&f.countSQL, f.writeDB, countQuery},
	} {
		st, err := p.db.PrepareContext(ctx, p.query)
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", p.query, err)
		}
		f.closers = append(f.closers, st.Close)
		*p.to = st
	}
	return f, nil
}

func (f *sqlite) open(path string, pragmas []string, connections int) (*sql.DB, error) {
	db, err := dataset.Open(path, pragmas...)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	f.closers = append(f.closers, db.Close)
	return db, nil
}

func (f *sqlite) close() error {
	var errs []error
	for i := len(f.closers) - 1; i >= 0; i-- {
		errs = append(errs, f.closers[i]())
	}
	return errors.Join(errs...)
}

// Tables have these numbers for words.
const (
	private = 1
	photo   = 1
)

func (f *sqlite) album(ctx context.Context, id string, viewer album.UserID) (access, error) {
	return readAccess(f.albumSQL.QueryRowContext(ctx, id, viewer))
}

func (f *sqlite) medium(ctx context.Context, id string, viewer album.UserID) (access, error) {
	return readAccess(f.mediumSQL.QueryRowContext(ctx, id, viewer))
}

func readAccess(row *sql.Row) (a access, err error) {
	var visibility int
	err = row.Scan(&a.title, &visibility, &a.who, &a.member)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNotFound
	}
	a.private = visibility == private
	return a, err
}

func (f *sqlite) media(ctx context.Context, id string, viewer album.UserID, n int) (out []row, err error) {
	rows, err := f.mediaSQL.QueryContext(ctx, id, viewer, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		m := row{medium: &medium{Kind: "VIDEO"}}
		var kind int
		err := rows.Scan(&m.ID, &kind, &m.Width, &m.Height, &m.Caption, &m.name, &m.contentType, &m.key,
			&m.TakenAt, &m.AddedAt, &m.LikeCount, &m.CommentCount, &m.ViewerHasLiked,
			&m.Owner.ID, &m.Owner.DisplayName, &m.Owner.AvatarURL)
		if err != nil {
			return nil, err
		}
		if kind == photo {
			m.Kind = "PHOTO"
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

func (f *sqlite) comments(ctx context.Context, edges []edge[*medium]) (err error) {
	ids := make([]string, len(edges))
	byID := make(map[string]*medium, len(edges))
	for i, e := range edges {
		ids[i], byID[e.Node.ID] = e.Node.ID, e.Node
	}
	in, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	rows, err := f.commentsSQL.QueryContext(ctx, string(in))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var on string
		var c comment
		if err := rows.Scan(&on, &c.ID, &c.Text, &c.CreatedAt, &c.Author.ID, &c.Author.DisplayName, &c.Author.AvatarURL); err != nil {
			return err
		}
		m := byID[on]
		m.Comments.Edges = append(m.Comments.Edges, edge[comment]{c})
	}
	return rows.Err()
}

func (f *sqlite) like(ctx context.Context, id string, viewer album.UserID, liked bool) (now likes, err error) {
	tx, err := f.writeDB.BeginTx(ctx, nil)
	if err != nil {
		return now, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	by := 1
	change := func() (int64, error) {
		res, err := tx.StmtContext(ctx, f.likeSQL).ExecContext(ctx, id, viewer, time.Now().UnixMilli())
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	}
	if !liked {
		by = -1
		change = func() (int64, error) {
			res, err := tx.StmtContext(ctx, f.unlikeSQL).ExecContext(ctx, id, viewer)
			if err != nil {
				return 0, err
			}
			return res.RowsAffected()
		}
	}
	n, err := change()
	if err != nil {
		return now, err
	}
	if n == 0 {
		by = 0
	}
	if err := tx.StmtContext(ctx, f.countSQL).QueryRowContext(ctx, id, by).Scan(&now.Count, &now.Version); err != nil {
		return now, err
	}
	return now, tx.Commit()
}
