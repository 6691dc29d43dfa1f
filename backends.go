package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/media"
	"keepsake/media/diskmedia"
	"keepsake/media/gcsmedia"
	"keepsake/realtime"
	"keepsake/realtime/membroker"
	"keepsake/realtime/redisbroker"
	"keepsake/store"
	"keepsake/store/mongostore"
	"keepsake/store/sqlitestore"
)

// checkTime is how long a backend may take to answer when the program starts.
const checkTime = 15 * time.Second

// bucket is a media.Bucket that is opened and closed.
type bucket interface {
	media.Bucket
	Close() error
}

// openStore opens the database: MongoDB where it is configured, else SQLite in
// the data directory.
func openStore(ctx context.Context, cfg config.Config, logger *slog.Logger, onStatement func(string), observe observer) (store.Store, error) {
	if uri := cfg.Backends.MongoURI; uri != "" {
		s, err := mongostore.Open(ctx, string(uri), &mongostore.Options{
			AllowStandalone: cfg.Backends.MongoStandalone, Timeout: cfg.Backends.MongoTimeout, OnCommand: onStatement, Observe: observe, Logger: logger,
		})
		if err != nil {
			return nil, fmt.Errorf("MONGODB_URI: %w", err)
		}
		return s, nil
	}
	if err := makeData(cfg); err != nil {
		return nil, err
	}
	s, err := sqlitestore.Open(ctx, filepath.Join(cfg.Data, "keepsake.db"),
		&sqlitestore.Options{OnStatement: onStatement, Observe: observe, Logger: logger, Cache: int64(cfg.Cache)})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return s, nil
}

// cacheOf returns the figures of a store's cache, if it has one.
func cacheOf(s store.Store) (stats func() sqlitestore.CacheStats, ok bool) {
	db, ok := s.(*sqlitestore.Store)
	if !ok {
		return nil, false
	}
	return db.CacheStats, true
}

// alone takes the data directory for this process, where the database is in it:
// SQLite would let a second one in, but its people would not hear what those of
// the first do.
func alone(cfg config.Config) (io.Closer, error) {
	if cfg.Backends.MongoURI != "" {
		return io.NopCloser(nil), nil
	}
	if err := makeData(cfg); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(cfg.Data, "keepsake.lock"), flock.SetPermissions(0o600))
	switch taken, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the data directory: %w", err)
	case !taken:
		return nil, fmt.Errorf("another Keepsake runs on %s: stop it, choose another KEEPSAKE_DATA, or, for several nodes, "+
			"set MONGODB_URI and REDIS_URL", cfg.Data)
	}
	return lock, nil
}

// openBroker connects to Redis where it is configured; else messages stay in
// this process.
func openBroker(ctx context.Context, cfg config.Config, logger *slog.Logger) (realtime.Broker, error) {
	if cfg.Backends.RedisURL == "" {
		return membroker.New(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	b, err := redisbroker.Open(ctx, redisbroker.Options{
		URL: string(cfg.Backends.RedisURL), Prefix: cfg.Backends.RedisPrefix, Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return b, nil
}

// openBucket opens Google Cloud Storage where it is configured, else a folder in
// the data directory, whose files the program serves itself, those requests that
// admit lets in: then the handler is there.
func openBucket(
	ctx context.Context, cfg config.Config, base string, key auth.Key, admit func(*http.Request) error, now func() time.Time, logger *slog.Logger,
) (bucket, http.Handler, error) {
	if cfg.Backends.GCSBucket != "" {
		b, err := openGCS(ctx, cfg, now, logger)
		if err != nil {
			return nil, nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		if err := b.Check(ctx); err != nil {
			return nil, nil, fmt.Errorf("GCS_BUCKET: %w", err)
		}
		return b, nil, nil
	}
	if err := makeData(cfg); err != nil {
		return nil, nil, err
	}
	b, err := diskmedia.Open(filepath.Join(cfg.Data, "media"), diskmedia.Options{
		BaseURL: base + "/media", Key: key.Derive(auth.LabelMedia), Admit: admit, Now: now, Logger: logger,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("media: %w", err)
	}
	return b, b, nil
}

func openGCS(ctx context.Context, cfg config.Config, now func() time.Time, logger *slog.Logger) (*gcsmedia.Bucket, error) {
	c := cfg.Backends
	b, err := gcsmedia.Open(ctx, gcsmedia.Options{
		Bucket: c.GCSBucket, Host: c.GCSHost, Endpoint: c.GCSEndpoint,
		HMACAccessID: c.GCSHMACID, HMACSecret: string(c.GCSHMACSecret), KeyFile: c.GCSKeyFile, Account: c.GCSSigner,
		Now: now, Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("GCS_BUCKET: %w", err)
	}
	return b, nil
}

// makeData makes the data directory, which only the embedded backends and the
// file of the key need.
func makeData(cfg config.Config) error {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

func loadKey(cfg config.Config) (auth.Key, error) {
	if cfg.Secret != "" {
		return auth.KeyFromHex(string(cfg.Secret))
	}
	if err := makeData(cfg); err != nil {
		return auth.Key{}, err
	}
	return auth.LoadKey(cfg.KeyFile())
}
