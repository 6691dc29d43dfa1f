// Package floor is what the server is measured against: the same page and the
// same like, as a competent engineer would write them by hand for this one
// purpose, with net/http, encoding/json and a few statements through
// database/sql, or a few commands through MongoDB's driver, over the same
// database. It checks the token and the album's privacy, and signs two URLs a
// medium, as the server does. It has no GraphQL, no log of events, no
// subscriptions, and does not ask whether a session was revoked.
package floor

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
)

// Floor answers GET /albums/{id} and PUT and DELETE /media/{id}/like.
type Floor struct {
	tokens *auth.Tokens
	key    []byte // of signed URLs
	base   string // what signed URLs begin with
	db     database
}

// database is what is asked of SQLite or MongoDB. What is not there is errNotFound.
type database interface {
	// album returns how somebody stands to an active album, with who may download.
	album(ctx context.Context, id string, viewer album.UserID) (access, error)
	// media returns the newest n media of an album, with their owners.
	media(ctx context.Context, id string, viewer album.UserID, n int) ([]row, error)
	// comments adds the first three comments of each medium, with their authors.
	comments(ctx context.Context, edges []edge[*medium]) error
	// medium returns how somebody stands to a medium's album, with who may like.
	medium(ctx context.Context, id string, viewer album.UserID) (access, error)
	// like changes a like and the count in one transaction.
	like(ctx context.Context, id string, viewer album.UserID, liked bool) (likes, error)
	close() error
}

// access is how somebody stands to an album.
type access struct {
	title   string
	private bool
	member  bool
	who     audience // may do what is asked for
}

// audience has SQLite's numbers.
type audience int

const (
	members audience = 2
	anyone  audience = 3
)

func (a access) hidden() bool  { return a.private && !a.member }
func (a access) allowed() bool { return a.who == anyone || a.who == members && a.member }

// OpenSQLite opens the database file at path. Tokens and URLs are signed with
// key; URLs begin with base.
func OpenSQLite(ctx context.Context, path string, key auth.Key, base string) (*Floor, error) {
	db, err := openSQLite(ctx, path)
	if err != nil {
		return nil, err
	}
	return newFloor(db, key, base), nil
}

// OpenMongo is OpenSQLite for the database that a connection string names.
func OpenMongo(uri string, key auth.Key, base string) (*Floor, error) {
	db, err := openMongo(uri)
	if err != nil {
		return nil, err
	}
	return newFloor(db, key, base), nil
}

func newFloor(db database, key auth.Key, base string) *Floor {
	return &Floor{
		tokens: auth.NewTokens(key.Derive(auth.LabelAccess), time.Now),
		key:    key.Derive(auth.LabelMedia),
		base:   base,
		db:     db,
	}
}

// Close lets go of the database.
func (f *Floor) Close() error { return f.db.close() }

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
		case errors.Is(err, errNotFound):
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
