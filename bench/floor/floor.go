// Package floor is what the server is measured against: the same page and the
// same like, as a competent engineer would write them by hand for this one
// purpose, with net/http, database/sql, a few statements and encoding/json, over
// the same database file. It checks the token and the album's privacy, and
// signs two URLs a medium, as the server does. It has no GraphQL, no log of
// events, no subscriptions, and does not ask whether a session was revoked.
package floor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/bench/dataset"
	"keepsake/internal/auth"
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

// Floor answers GET /albums/{id} and PUT and DELETE /media/{id}/like.
type Floor struct {
	tokens  *auth.Tokens
	key     []byte // of signed URLs
	base    string // what signed URLs begin with
	closers []func() error

	readDB, writeDB *sql.DB
	access, media   *sql.Stmt
	comments        *sql.Stmt
	likable         *sql.Stmt
	like, unlike    *sql.Stmt
	count           *sql.Stmt
}

// Open opens the database file at path. Tokens and URLs are signed with key;
// URLs begin with base.
func Open(ctx context.Context, path string, key auth.Key, base string) (f *Floor, err error) {
	f = &Floor{
		tokens: auth.NewTokens(key.Derive(auth.LabelAccess), time.Now),
		key:    key.Derive(auth.LabelMedia),
		base:   base,
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
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
		{&f.access, f.readDB, accessQuery},
		{&f.media, f.readDB, mediaQuery},
		{&f.comments, f.readDB, commentsQuery},
		{&f.likable, f.readDB, likableQuery},
		{&f.like, f.writeDB, likeQuery},
		{&f.unlike, f.writeDB, unlikeQuery},
		{&f.count, f.writeDB, countQuery},
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

func (f *Floor) open(path string, pragmas []string, connections int) (*sql.DB, error) {
	db, err := dataset.Open(path, pragmas...)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	f.closers = append(f.closers, db.Close)
	return db, nil
}

// Close lets go of the database.
func (f *Floor) Close() error {
	var errs []error
	for i := len(f.closers) - 1; i >= 0; i-- {
		errs = append(errs, f.closers[i]())
	}
	return errors.Join(errs...)
}

// Handler is the floor's routes.
func (f *Floor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /albums/{id}", f.signedIn(f.page))
	mux.Handle("PUT /media/{id}/like", f.signedIn(f.setLike(true)))
	mux.Handle("DELETE /media/{id}/like", f.signedIn(f.setLike(false)))
	return mux
}

var (
	errNotFound  = errors.New("not found")
	errForbidden = errors.New("forbidden")
)

// signedIn checks the token and writes what the handler returns.
func (f *Floor) signedIn(handle func(r *http.Request, viewer album.UserID) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		viewer, err := f.tokens.Parse(token)
		if err != nil {
			http.Error(w, "sign in", http.StatusUnauthorized)
			return
		}
		answer, err := handle(r, viewer.UserID)
		switch {
		case errors.Is(err, errNotFound), errors.Is(err, sql.ErrNoRows):
			http.Error(w, "not found", http.StatusNotFound)
			return
		case errors.Is(err, errForbidden):
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		case err != nil:
			http.Error(w, "it failed", http.StatusInternalServerError)
			return
		}
		body, err := json.Marshal(map[string]any{"data": answer})
		if err != nil {
			http.Error(w, "it failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // the client may be gone
	})
}
