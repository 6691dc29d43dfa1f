package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// aside is a server beside the program's own, for those who run it.
type aside struct {
	srv  *http.Server
	addr net.Addr // that it listens on
	done chan error
}

// serveAside serves on the address that a variable gives, until it is closed. If
// that is empty there is no such server, and nil to close.
func serveAside(ctx context.Context, variable, address string, handler http.Handler) (*aside, error) {
	if address == "" {
		return nil, nil
	}
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	s := &aside{srv: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}, addr: ln.Addr(), done: make(chan error, 1)}
	go func() { s.done <- s.srv.Serve(ln) }()
	return s, nil
}

// Close implements io.Closer; s may be nil.
func (s *aside) Close() error {
	if s == nil {
		return nil
	}
	err := s.srv.Close()
	if ended := <-s.done; !errors.Is(ended, http.ErrServerClosed) {
		return errors.Join(ended, err)
	}
	return err
}

// serveMetrics serves /metrics on an address of its own, if there is one.
func (a *app) serveMetrics(ctx context.Context) (*aside, error) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics())
	return serveAside(ctx, "KEEPSAKE_METRICS_LISTEN", a.cfg.MetricsListen, mux)
}

// servePprof serves the profiles of Go's runtime, if there is an address for them,
// which is one of loopback.
func (a *app) servePprof(ctx context.Context) (*aside, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index) // and the profiles by name
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	return serveAside(ctx, "KEEPSAKE_PPROF_LISTEN", a.cfg.PprofListen, mux)
}
