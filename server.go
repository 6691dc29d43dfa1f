// Command keepsake is the backend of a shared photo album: a GraphQL API with
// live subscriptions. With no configuration it runs on SQLite, memory and the
// local disk; docs/CONFIGURATION.md lists the variables that change that.
//
// This package parses, wires and drains. It alone knows every backend.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"keepsake/internal/config"
	"keepsake/media/render"
	"keepsake/web"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == renderCommand { // before anything else: it is to stay small
		os.Exit(render.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg, err := config.Load(os.Environ())
	tuneGC()
	switch {
	case err != nil:
	case len(os.Args) > 1:
		err = runCommand(ctx, cfg, os.Args[1:], os.Stdout)
	default:
		err = run(ctx, cfg, os.Stderr, func(base string) { welcome(os.Stdout, cfg, base) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "keepsake:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// welcome says where the program is and what it runs on.
func welcome(w io.Writer, cfg config.Config, base string) {
	on := func(configured bool, name, embedded string) string {
		if configured {
			return name
		}
		return embedded
	}
	pages := base + "/, built without its pages: see there"
	if web.Built() != nil {
		pages = base + "/"
		if cfg.Introspection {
			pages += "\n  Explorer                   " + base + "/graphiql"
		}
	}
	b := cfg.Backends
	_, _ = fmt.Fprintf(w, "Keepsake is ready.\n  Album page                 %s\n  GraphQL and subscriptions  %s/graphql\n  Runs on                    %s, %s, %s\n",
		pages, base, on(b.MongoURI != "", "MongoDB", "SQLite in "+cfg.Data), on(b.RedisURL != "", "Redis", "messages in memory"),
		on(b.GCSBucket != "", "Google Cloud Storage", "media in "+cfg.Data))
}

// run serves until ctx ends, then drains. It calls ready with the program's URL
// once it answers, and writes its log to logs.
func run(ctx context.Context, cfg config.Config, logs io.Writer, ready func(base string)) (err error) {
	logger := newLogger(cfg, logs)
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	base := cfg.BaseURL(ln.Addr())
	a, err := newApp(ctx, cfg, base, logger)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, a.close()) }()

	srv := &http.Server{
		Handler:           a.routes(),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      cfg.RequestTimeout + 15*time.Second, // to send what was answered
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug), // what clients do wrong in TLS and HTTP
	}
	metrics, err := a.serveMetrics(ctx)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, metrics.Close()) }()
	profiles, err := a.servePprof(ctx)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, profiles.Close()) }()
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	a.start()
	ready(base)

	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	logger.Info("draining", "limit", cfg.Drain)
	a.draining.Store(true)
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Drain)
	defer cancel()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		a.transport.Drain(cfg.Drain / 2) // the other half is for those who take their time
	}()
	err = srv.Shutdown(limit)
	<-drained
	if err != nil {
		return errors.Join(fmt.Errorf("drain: %w", err), srv.Close())
	}
	return nil
}

func newLogger(cfg config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	var lines slog.Handler = slog.NewTextHandler(w, o)
	if cfg.LogFormat == "json" {
		lines = slog.NewJSONHandler(w, o)
	}
	return slog.New(withRequestID{lines})
}
