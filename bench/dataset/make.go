package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"keepsake/internal/auth"
	"keepsake/store/sqlitestore"
)

// version changes with what Write writes, so that older data is made anew.
const version = 1

// The files of a data directory.
const (
	database  = "keepsake.db"
	keyFile   = "secret.key"
	stampFile = "dataset.json"
)

// stamp says what a directory holds.
type stamp struct {
	Version int    `json:"version"`
	Schema  string `json:"schema"` // SHA-256 of the tables' definitions
	Shape   Shape  `json:"shape"`
}

// DatabaseIn is the database file of a data directory.
func DatabaseIn(dir string) string { return filepath.Join(dir, database) }

// KeyIn reads the key of a data directory, making it where there is none.
func KeyIn(dir string) (auth.Key, error) { return auth.LoadKey(filepath.Join(dir, keyFile)) }

// Current reports whether dir holds the data set of that shape, as this
// program's store and package dataset would make it now.
func Current(ctx context.Context, dir string, s Shape) (bool, error) {
	text, err := os.ReadFile(filepath.Join(dir, stampFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var found stamp
	if err := json.Unmarshal(text, &found); err != nil {
		return false, fmt.Errorf("read %s: %w", stampFile, err)
	}
	want, err := stampOf(ctx, s)
	return found == want, err
}

// stampOf finds the schema by making an empty database.
func stampOf(ctx context.Context, s Shape) (_ stamp, err error) {
	dir, err := os.MkdirTemp("", "keepsake-schema-")
	if err != nil {
		return stamp{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	st, err := sqlitestore.Open(ctx, DatabaseIn(dir), nil)
	if err != nil {
		return stamp{}, err
	}
	if err := st.Close(); err != nil {
		return stamp{}, err
	}
	db, err := Open(DatabaseIn(dir))
	if err != nil {
		return stamp{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var schema string
	err = db.QueryRowContext(ctx, `SELECT group_concat(sql, ';' ORDER BY name) FROM sqlite_master`).Scan(&schema)
	sum := sha256.Sum256([]byte(schema))
	return stamp{Version: version, Schema: hex.EncodeToString(sum[:]), Shape: s}, err
}

// Make makes the data set in dir, which is replaced whole once the new one has
// been checked. progress is as in Write.
func Make(ctx context.Context, dir string, s Shape, progress func()) (err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".new-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }() // nothing is left of it on success

	if _, err := KeyIn(fresh); err != nil {
		return err
	}
	st, err := sqlitestore.Open(ctx, DatabaseIn(fresh), nil)
	if err != nil {
		return err
	}
	if err := errors.Join(Write(ctx, st, s, progress), st.Close()); err != nil {
		return err
	}
	if err := Check(ctx, DatabaseIn(fresh), s, s.Counts().Likes); err != nil {
		return fmt.Errorf("check what was written: %w", err)
	}
	mark, err := stampOf(ctx, s)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(mark, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, stampFile), append(text, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

// Copy copies what a server needs of the data set in dir to the folder to,
// which must exist, so that what is measured does not change the original.
func Copy(dir, to string) error {
	for _, name := range []string{database, keyFile} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}
