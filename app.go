package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql/executor"

	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/internal/id"
	"keepsake/internal/intake"
	"keepsake/internal/tracing"
	"keepsake/live"
	"keepsake/media"
	"keepsake/realtime"
	"keepsake/realtime/transport"
	"keepsake/service"
	"keepsake/store"
	"keepsake/web"
)

// app is the program's parts, wired.
type app struct {
	cfg     config.Config
	base    string // the URL by which clients reach the program
	log     *slog.Logger
	store   store.Store
	bucket  media.Bucket
	files   http.Handler // of a bucket that the program serves itself, or nil
	broker  realtime.Broker
	hub     *realtime.Hub
	limits  *limits
	tracer  *tracing.Tracer // or nil
	watch   *watch
	intake  *intake.Limit
	service *service.Service
	closers []io.Closer // in the order in which they were opened

	exec       *executor.Executor
	operations *operations
	engine     *live.Engine
	transport  *transport.Server
	built      fs.FS // what the pages were built to, or nil
	pages      *web.Pages

	draining   atomic.Bool     // readiness is off
	work       context.Context // of what runs in the background
	stopWork   context.CancelFunc
	background sync.WaitGroup
}

// maxLarge is how many requests of more than intake.Small a node reads at once: 32
// MiB at the default size.
const maxLarge = 32

// options are hooks for tests; the zero value is the program.
type options struct {
	onStatement func(query string)
	store       func(store.Store) store.Store   // wraps the store
	bucket      func(media.Bucket) media.Bucket // wraps the bucket that the service uses
	passwords   *auth.PasswordOptions
	now         func() time.Time
	stock       bool  // operations are executed as gqlgen does by itself
	built       fs.FS // the pages, in place of those that the program was built with
	// Of the transport; zero is its default.
	recheckEvery, stallTimeout, initTimeout time.Duration
}

func newApp(ctx context.Context, cfg config.Config, base string, logger *slog.Logger) (*app, error) {
	return newAppWith(ctx, cfg, base, logger, options{})
}

func newAppWith(ctx context.Context, cfg config.Config, base string, logger *slog.Logger, o options) (_ *app, err error) {
	key, err := loadKey(cfg)
	if err != nil {
		return nil, err
	}
	now := o.now
	if now == nil {
		now = time.Now
	}
	a := &app{cfg: cfg, base: base, log: logger, intake: intake.New(maxLarge), built: o.built}
	if a.built == nil {
		a.built = web.Built()
	}
	a.work, a.stopWork = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.tracer, err = openTracer(ctx, cfg, logger); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.tracer)
	a.watch = newWatch(a.tracer)
	lock, err := alone(cfg)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, lock)
	if a.store, err = openStore(ctx, cfg, logger, o.onStatement, a.watch.of(partDatabase)); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.store)
	if o.store != nil {
		a.store = o.store(a.store)
	}
	if a.limits, err = openLimits(cfg, now, logger); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.limits)
	bucket, files, err := openBucket(ctx, cfg, base, key, a.admitMedia, now, logger)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, bucket)
	a.bucket, a.files = bucket, files
	if o.bucket != nil {
		a.bucket = o.bucket(bucket)
	}
	if a.broker, err = openBroker(ctx, cfg, logger); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.broker)
	a.hub = realtime.NewHub(a.watch.broker(a.broker), a.store, &realtime.HubOptions{Logger: logger})
	a.closers = append(a.closers, a.hub)
	renderer, err := openRenderer(cfg, a.watch.of(partProcesses))
	if err != nil {
		return nil, err
	}
	scratch, held, err := prepareScratch(cfg.ScratchDir())
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, held)
	a.service = service.New(service.Deps{
		Store: a.store, Bucket: a.watch.bucket(a.bucket), Hub: a.hub, IDs: id.New(now, nil),
		Tokens: auth.NewTokens(key.Derive(auth.LabelAccess), now), Passwords: auth.NewPasswords(o.passwords),
		ShareKey: key.Derive(auth.LabelShare), ArchiveKey: key.Derive(auth.LabelArchive),
		OnceKey:  auth.NewOnce(key.Derive(auth.LabelOnce)),
		Renderer: renderer, Limits: a.limits, Tracer: a.tracer, Logger: logger, Now: now,
	}, service.Options{
		SignUp: cfg.SignUp, AvatarHosts: cfg.AvatarHosts, UploadLife: cfg.UploadLife,
		MaxPhoto: int64(cfg.MaxPhoto), MaxVideo: int64(cfg.MaxVideo), LogKeep: cfg.LogKeep,
		Quota: int64(cfg.Quota), Workers: cfg.Workers, Scratch: scratch, BaseURL: base,
	})
	a.operations = newOperations(cfg.Slow, logger)
	if a.exec, err = a.newExecutor(o.stock); err != nil {
		return nil, err
	}
	a.engine = live.New(live.Deps{
		Service: a.service, Exec: a.exec, Tracer: a.tracer, Logger: logger, Timeout: cfg.RequestTimeout,
		Authenticate: a.authenticate, Allow: a.limits.operation, Begin: a.limits.execute, MaxItems: cfg.MaxItems(),
	})
	a.transport = transport.NewServer(a.engine, &transport.Options{
		Logger: logger, Origin: a.originAllowed, Context: clientContext, MaxMessage: int64(cfg.MaxBody), Intake: a.intake,
		MaxClients: cfg.MaxClients, OpenRate: cfg.OpenRate,
		RecheckEvery: o.recheckEvery, StallTimeout: o.stallTimeout, InitTimeout: o.initTimeout,
	})
	a.closers = append(a.closers, a.engine, a.transport)
	if a.pages, err = web.New(a.built, web.Options{
		Explorer: cfg.Introspection, Origins: origins(cfg, base), Preview: a.preview,
	}); err != nil {
		return nil, err
	}
	return a, nil
}

// start begins what runs in the background.
func (a *app) start() {
	a.background.Go(func() { a.service.RunJanitor(a.work, a.cfg.SweepEvery) })
	a.background.Go(func() { a.service.RunWorkers(a.work) })
}

// close ends everything, in the order that nothing is used after its end.
func (a *app) close() error {
	a.stopWork()
	a.background.Wait()
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
