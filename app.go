package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/internal/id"
	"keepsake/media"
	"keepsake/media/diskmedia"
	"keepsake/realtime"
	"keepsake/realtime/membroker"
	"keepsake/service"
	"keepsake/store/sqlitestore"
)

// app is the program's parts, wired.
type app struct {
	cfg     config.Config
	log     *slog.Logger
	store   *sqlitestore.Store
	bucket  *diskmedia.Bucket
	broker  *membroker.Broker
	hub     *realtime.Hub
	service *service.Service

	draining     atomic.Bool     // readiness is off
	sockets      context.Context // ends when sockets are to close
	closeSockets context.CancelFunc
	open         sync.WaitGroup  // sockets
	work         context.Context // of what runs in the background
	stopWork     context.CancelFunc
	background   sync.WaitGroup
}

// options are hooks for tests; the zero value is the program.
type options struct {
	onStatement func(query string)
	bucket      func(media.Bucket) media.Bucket // wraps the bucket that the service uses
	passwords   *auth.PasswordOptions
	now         func() time.Time
}

func newApp(ctx context.Context, cfg config.Config, base string, logger *slog.Logger) (*app, error) {
	return newAppWith(ctx, cfg, base, logger, options{})
}

func newAppWith(ctx context.Context, cfg config.Config, base string, logger *slog.Logger, o options) (*app, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	key, err := loadKey(cfg)
	if err != nil {
		return nil, err
	}
	now := o.now
	if now == nil {
		now = time.Now
	}
	a := &app{cfg: cfg, log: logger}
	a.sockets, a.closeSockets = context.WithCancel(context.WithoutCancel(ctx))
	a.work, a.stopWork = context.WithCancel(context.WithoutCancel(ctx))
	a.store, err = sqlitestore.Open(ctx, filepath.Join(cfg.Data, "keepsake.db"),
		&sqlitestore.Options{OnStatement: o.onStatement, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	a.bucket, err = diskmedia.Open(filepath.Join(cfg.Data, "media"), diskmedia.Options{
		BaseURL: base + "/media", Key: key.Derive(auth.LabelMedia), Now: now, Logger: logger,
	})
	if err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	var bucket media.Bucket = a.bucket
	if o.bucket != nil {
		bucket = o.bucket(bucket)
	}
	a.broker = membroker.New()
	a.hub = realtime.NewHub(a.broker, a.store, &realtime.HubOptions{Logger: logger})
	a.service = service.New(service.Deps{
		Store: a.store, Bucket: bucket, Hub: a.hub, IDs: id.New(now, nil),
		Tokens: auth.NewTokens(key.Derive(auth.LabelAccess), now), Passwords: auth.NewPasswords(o.passwords),
		ShareKey: key.Derive(auth.LabelShare), Logger: logger, Now: now,
	}, service.Options{
		SignUp: cfg.SignUp, AvatarHosts: cfg.AvatarHosts, UploadLife: cfg.UploadLife,
		MaxPhoto: int64(cfg.MaxPhoto), MaxVideo: int64(cfg.MaxVideo), LogKeep: cfg.LogKeep,
	})
	return a, nil
}

func loadKey(cfg config.Config) (auth.Key, error) {
	if cfg.Secret != "" {
		return auth.KeyFromHex(string(cfg.Secret))
	}
	return auth.LoadKey(cfg.KeyFile())
}

// start begins what runs in the background.
func (a *app) start() {
	a.background.Go(func() { a.service.RunJanitor(a.work, a.cfg.SweepEvery) })
}

// close ends everything, in the order that nothing is used after its end.
func (a *app) close() error {
	a.closeSockets()
	a.open.Wait() // each ends within the second that hanging up may take
	a.stopWork()
	a.background.Wait()
	return errors.Join(a.hub.Close(), a.broker.Close(), a.store.Close(), a.bucket.Close())
}
