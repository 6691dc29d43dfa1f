package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Open opens a database file with database/sql, with those pragmas on each
// connection. The caller closes it.
func Open(path string, pragmas ...string) (*sql.DB, error) {
	query := url.Values{"_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
}

// broken counts the rows that break one of the store's promises.
var broken = []struct{ what, query string }{
	{"likes that are not as many as counted", `SELECT count(*) FROM media m
		WHERE like_count <> (SELECT count(*) FROM likes l WHERE l.media_id = m.id)`},
	{"comments that are not as many as counted", `SELECT count(*) FROM media m
		WHERE comment_count <> (SELECT count(*) FROM comment c WHERE c.media_id = m.id AND c.removed_at IS NULL)`},
	{"replies that are not as many as counted", `SELECT count(*) FROM comment t
		WHERE reply_count <> (SELECT count(*) FROM comment c
			WHERE c.media_id = t.media_id AND c.thread_id = t.id AND c.removed_at IS NULL)`},
	{"media that are not as many as counted", `SELECT count(*) FROM album a
		WHERE media_count <> (SELECT count(*) FROM media m WHERE m.album_id = a.id AND m.shown = 1)`},
	{"members that are not as many as counted", `SELECT count(*) FROM album a
		WHERE member_count <> (SELECT count(*) FROM member m WHERE m.album_id = a.id)`},
	{"albums without exactly one owner", `SELECT count(*) FROM album a
		WHERE 1 <> (SELECT count(*) FROM member m WHERE m.album_id = a.id AND m.role = 5)`},
	{"logs with a hole", `SELECT count(*) FROM album a
		WHERE (1, seq, seq, updated_at) IS NOT (SELECT min(seq), max(seq), count(*), max(at) FROM entry e WHERE e.album_id = a.id)`},
	{"entries out of the order of time", `SELECT count(*) FROM (
		SELECT at < lag(at) OVER (PARTITION BY album_id ORDER BY seq) AS back FROM entry) WHERE back`},
}

// Check verifies a database file: SQLite's own checks, the numbers of rows of
// the shape's users, albums, media and comments, and that every count and log
// agrees with the rows it speaks of. likes is how many likes there must be;
// negative if that is not known.
func Check(ctx context.Context, path string, s Shape, likes int) (err error) {
	db, err := Open(path, "query_only(1)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	number := func(query string) (n int, err error) {
		err = db.QueryRowContext(ctx, query).Scan(&n)
		return n, err
	}

	var answer string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&answer); err != nil || answer != "ok" {
		return errors.Join(fmt.Errorf("integrity: %s", answer), err)
	}
	if n, err := number(`SELECT count(*) FROM pragma_foreign_key_check`); err != nil || n > 0 {
		return errors.Join(fmt.Errorf("%d references to rows that are not there", n), err)
	}
	want := s.Counts()
	for _, row := range []struct {
		table string
		want  int
	}{
		{"user", want.Users},
		{"album", want.Albums},
		{"media WHERE shown = 1", want.Media},
		{"comment", want.Comments},
		{"likes", likes},
	} {
		n, err := number("SELECT count(*) FROM " + row.table)
		if err != nil || n != row.want && row.want >= 0 {
			return errors.Join(fmt.Errorf("%s: %d rows, want %d", row.table, n, row.want), err)
		}
	}
	for _, b := range broken {
		if n, err := number(b.query); err != nil || n > 0 {
			return errors.Join(fmt.Errorf("%d %s", n, b.what), err)
		}
	}
	return nil
}
