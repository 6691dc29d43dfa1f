package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/internal/migrate"
	"keepsake/media/diskmedia"
	"keepsake/store"
	"keepsake/store/mongostore"
	"keepsake/store/sqlitestore"
)

// sides opens and closes the backends of a migration.
type sides struct {
	cfg     config.Config
	move    move
	log     *slog.Logger
	closers []io.Closer
}

func (s *sides) open(ctx context.Context) (m migrate.Migration, err error) {
	// The store comes before the files: it shows whether a server runs.
	var lite, mongo store.Archive
	if s.move.store || s.cfg.Backends.MongoURI == "" {
		if lite, err = s.openSQLite(ctx); err != nil {
			return m, fmt.Errorf("KEEPSAKE_DATA: %w", err)
		}
	}
	if s.cfg.Backends.MongoURI != "" {
		if mongo, err = s.openMongo(ctx); err != nil {
			return m, fmt.Errorf("MONGODB_URI: %w", err)
		}
	}
	switch {
	case s.move.store && s.move.up:
		m.From, m.To = lite, mongo
	case s.move.store:
		m.From, m.To = mongo, lite
	case mongo != nil: // the installation runs on it already
		m.From = mongo
	default:
		m.From = lite
	}
	if s.move.media {
		err = s.openFiles(ctx, &m)
	}
	return m, err
}

// openSQLite opens the database so that no server can run on it meanwhile. Only
// as the target may it be new.
func (s *sides) openSQLite(ctx context.Context) (store.Archive, error) {
	path := filepath.Join(s.cfg.Data, "keepsake.db")
	if s.move.store && !s.move.up {
		if err := makeData(s.cfg); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no installation: %w", err)
	}
	db, err := sqlitestore.OpenAlone(ctx, path, &sqlitestore.Options{Logger: s.log})
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, db)
	return db, nil
}

func (s *sides) openMongo(ctx context.Context) (store.Archive, error) {
	db, err := mongostore.Open(ctx, string(s.cfg.Backends.MongoURI), &mongostore.Options{
		AllowStandalone: s.cfg.Backends.MongoStandalone, Logger: s.log,
	})
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, db)
	return db, nil
}

func (s *sides) openFiles(ctx context.Context, m *migrate.Migration) error {
	dir := filepath.Join(s.cfg.Data, "media")
	if s.move.up {
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("KEEPSAKE_DATA: there are no media: %w", err)
		}
	}
	// Nothing is signed here, so that any address and key will do.
	disk, err := diskmedia.Open(dir, diskmedia.Options{
		BaseURL: "http://localhost/media", Key: make([]byte, auth.KeySize), Logger: s.log,
	})
	if err != nil {
		return fmt.Errorf("KEEPSAKE_DATA: %w", err)
	}
	s.closers = append(s.closers, disk)
	cloud, err := openGCS(ctx, s.cfg, time.Now, s.log)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, cloud)
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if err := cloud.Check(ctx); err != nil {
		return fmt.Errorf("GCS_BUCKET: %w", err)
	}
	if m.FromFiles, m.ToFiles = disk, cloud; !s.move.up {
		m.FromFiles, m.ToFiles = cloud, disk
	}
	return nil
}

func (s *sides) close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
