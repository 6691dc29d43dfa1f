package sqlitestore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"keepsake/album"
)

//go:embed migrations/*.sql
var migrations embed.FS

// How often and how long after one another a migration is tried.
const (
	migrateTries = 5
	migratePause = 200 * time.Millisecond
)

// migrate brings the schema of the file at path up to date. Where another
// process is doing the same at the same time, one of the two fails in SQLite
// and finds the work done when it tries again.
func migrate(ctx context.Context, path string, log *slog.Logger) error {
	for try := 1; ; try++ {
		err := migrateOnce(ctx, path, log)
		if _, ok := errors.AsType[*sqlite.Error](err); !ok || try == migrateTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(migratePause):
		}
	}
}

func migrateOnce(ctx context.Context, path string, log *slog.Logger) (err error) {
	connector, err := sqlite.NewConnector(dataSource(path) + "?_txlock=immediate" +
		"&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()

	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithSlog(log), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case current > newest:
		return album.Errorf(album.CodeInternal,
			"the database %s has schema %d and this program knows schemas up to %d: run the newer program",
			path, current, newest)
	case current == newest:
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	log.InfoContext(ctx, "database schema is up to date", "from", current, "to", newest)
	return nil
}
