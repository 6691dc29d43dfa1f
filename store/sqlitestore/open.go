package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"modernc.org/sqlite"

	"keepsake/store"
)

// Options are the choices for one store; the zero value and nil are good.
type Options struct {
	// OnStatement is called before each SQL statement that a method runs; those
	// that a group of writes shares (BEGIN IMMEDIATE, COMMIT, savepoints) are
	// among them. It must be quick and safe for concurrent calls.
	OnStatement func(query string)
	// Cache is how many bytes the cache of what is read again and again may take;
	// 0 is no cache. With one, nobody else may write to the file meanwhile.
	Cache int64
	// Observe is told of each method; nil is nobody.
	Observe store.Observer
	// Logger is told about applied migrations and transactions that broke. Nil
	// discards.
	Logger *slog.Logger

	// settings of the writing connection for tests, as in writerPragmas.
	settings []string
}

// Store is a store.Store in one SQLite file.
type Store struct {
	readers *readers
	writer  *writer
	cache   *cache         // nil for none
	observe store.Observer // or nil
	close   func() error   // once
}

var _ store.Store = (*Store)(nil)

// Open opens the database file at path, makes it if there is none (readable by
// its owner alone; the folder must exist) and brings its schema up to date. A
// file whose schema is newer than this program is refused. ctx bounds the
// opening, not the store's life; Close ends that.
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, edge("open "+path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, o *Options) (*Store, error) {
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
	if err := migrate(ctx, path, opts.Logger); err != nil {
		return nil, err
	}

	c, err := connect(path, append(slices.Clone(writerPragmas), opts.settings...), opts.OnStatement)
	if err != nil {
		return nil, err
	}
	kept := newCache(opts.Cache)
	ch, err := follow(c, kept)
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	s := &Store{
		cache:   kept,
		writer:  startWriter(c, ch, opts.Logger),
		readers: newReaders(func() (*conn, error) { return connect(path, readerPragmas, opts.OnStatement) }),
		observe: opts.Observe,
	}
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

// shut runs what waits and closes the connections; the last of them to close
// empties the write-ahead log into the database file.
func (s *Store) shut() error {
	return errors.Join(s.writer.stop(), s.readers.stop())
}

// Close runs the writes that wait, waits for running reads, and closes the
// file. Calls that come later are UNAVAILABLE. Closing again does nothing.
func (s *Store) Close() error {
	if err := s.close(); err != nil {
		return edge("close", err)
	}
	return nil
}

// Waiting is how many writes are in the queue, of at most queueSize.
func (s *Store) Waiting() int { return len(s.writer.queue) }

// observed tells whoever observes of a method that ends with err.
func (s *Store) observed(ctx context.Context, op string, began time.Time, err *error) {
	if s.observe != nil {
		s.observe(ctx, op, began, *err)
	}
}

const ping = `SELECT count(*) FROM (SELECT 1 FROM user LIMIT 1)`

// Ping implements store.Store with a read of the file.
func (s *Store) Ping(ctx context.Context) error {
	_, err := read(ctx, s, "ping", func(c *conn) (int64, error) {
		return one(c, (*row).num, ping)
	})
	return err
}

// The settings of each connection. Readers see the file through a memory map,
// which saved a third of a page's time against copying pages into each
// connection's cache. The write-ahead log is copied into the file at 16 MiB, not
// at 4: pages that change again and again are copied less often, and reads
// became no slower. Its size limit only gives back the space of a log that a long
// read had made grow.
var (
	readerPragmas = []string{"busy_timeout = 5000", "query_only = ON", "cache_size = -4096", "mmap_size = 1073741824"}
	writerPragmas = []string{
		"busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
		"cache_size = -16384", "temp_store = MEMORY", "wal_autocheckpoint = 4000", "journal_size_limit = 67108864",
	}
)

// connect opens one connection and applies its settings.
func connect(path string, pragmas []string, observe func(string)) (*conn, error) {
	connector, err := sqlite.NewConnector(dataSource(path))
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, stmts: map[string]*stmt{}, observe: observe}
	for _, p := range pragmas {
		if err := c.pragma(p); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

// pragma runs a setting, unobserved and not kept prepared.
func (c *conn) pragma(setting string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), "PRAGMA "+setting, nil)
	return err
}

// dataSource names the file as a URI, so that any character may stand in path.
func dataSource(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// createPrivate makes the file if it is missing: SQLite would let everyone read
// it, and it gives its log the same permissions.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}
