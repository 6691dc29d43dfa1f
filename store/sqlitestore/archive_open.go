package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"keepsake/album"
)

// errAlone answers the methods that a store has no connection for.
var errAlone = album.Errorf(album.CodeUnavailable, "this database is open for moving its data, and for nothing else")

// OpenAlone opens a database as Open does, but for the methods of store.Archive
// alone, and so that nobody else can open it meanwhile. It is CONFLICT if
// anybody has it open: a server that runs.
func OpenAlone(ctx context.Context, path string, o *Options) (*Store, error) {
	s, err := openAlone(ctx, path, o)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return nil, album.Errorf(album.CodeConflict, "%s is in use: stop the server that runs on it", path).Wrap(err)
	}
	if err != nil {
		return nil, edge("open "+path, err)
	}
	return s, nil
}

func openAlone(ctx context.Context, path string, o *Options) (*Store, error) {
	var opts Options
	if o != nil {
		opts = *o
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	// The lock is taken with the first look at the file and kept to the end
	// (https://sqlite.org/pragma.html#pragma_locking_mode).
	lock := []string{"busy_timeout = 500", "locking_mode = EXCLUSIVE", "journal_mode = WAL"}
	settings := slices.Concat(lock, writerPragmas, opts.settings)
	// First a try, so that the schema of a file in use is left alone.
	c, err := connect(path, settings, nil)
	if err == nil {
		err = c.close()
	}
	if err == nil {
		err = migrate(ctx, path, opts.Logger)
	}
	if err == nil {
		c, err = connect(path, settings, opts.OnStatement)
	}
	if err != nil {
		return nil, fmt.Errorf("alone: %w", err)
	}
	s := &Store{
		writer:  startWriter(c, nil, opts.Logger),
		readers: newReaders(func() (*conn, error) { return nil, errAlone }),
	}
	s.close = sync.OnceValue(s.shut)
	return s, nil
}
