package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"keepsake/bench/load"
)

// plan is what is done with one server and its subscribers; what is zero is not
// done.
type plan struct {
	n       int // subscribers
	memory  bool
	idle    time.Duration
	alone   int // events
	train   int // events
	queries bool
	hold    bool
}

// seen is what one visit of a server showed, as far as the plan went.
type seen struct {
	memory      float64 // KiB a connection
	idle        float64 // percent of a processor
	alone       lone
	train       flow
	quiet, busy answers
	held        int
	losses      losses
}

// visitor measures servers over one world.
type visitor struct {
	options options
	world   world
	epoch   time.Time
}

// warmers are subscribers that come and go before anything is measured, so that
// what a server makes once is not counted as theirs.
const warmers = 10

// visit starts a server, subscribes to it, does what is planned and ends it.
func (v *visitor) visit(ctx context.Context, name string, p plan) (got seen, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	of, err := start(ctx, v.options, v.world, name)
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, of.stop()) }()
	warm, err := open(ctx, of, min(warmers, p.n), v.epoch)
	if err == nil {
		_, err = warm.end()
	}
	if err != nil {
		return got, fmt.Errorf("warm up %s: %w", name, err)
	}
	before := int64(0)
	if p.memory {
		if before, err = settledMemory(ctx, of.target.PID, v.options.settle); err != nil {
			return got, err
		}
	}
	s, err := open(ctx, of, p.n, v.epoch)
	if err != nil {
		return got, err
	}
	err = v.look(ctx, s, p, before, &got)
	var also error
	got.losses, also = s.end()
	if err := errors.Join(err, also); err != nil {
		return got, fmt.Errorf("%s with %d subscribers: %w (lost, duplicated, out of order: %v)", name, p.n, err, got.losses)
	}
	return got, nil
}

// look does what is planned. Before there were subscribers the server had so
// much memory.
func (v *visitor) look(ctx context.Context, s *session, p plan, before int64, got *seen) (err error) {
	o := v.options
	if p.memory {
		after, err := settledMemory(ctx, s.of.target.PID, o.settle)
		if err != nil {
			return err
		}
		got.memory = float64(after-before) / 1024 / float64(p.n)
	}
	if p.idle > 0 {
		if got.idle, err = s.idle(ctx, p.idle); err != nil {
			return err
		}
	}
	if p.alone > 0 {
		if got.alone, err = s.alone(ctx, p.alone); err != nil {
			return err
		}
	}
	if p.train > 0 {
		if got.train, err = s.train(ctx, p.train, o.inFlight); err != nil {
			return err
		}
	}
	if p.queries {
		if err := v.queries(ctx, s, got); err != nil {
			return err
		}
	}
	if p.hold {
		got.held, err = s.held(ctx, o.hold)
	}
	return err
}

// queries asks while nothing is published, and then while events go out at a
// steady pace.
func (v *visitor) queries(ctx context.Context, s *session, got *seen) (err error) {
	j := job{
		Addr: s.of.target.Addr, Rate: v.options.rate, During: v.options.during,
		Request: load.AppendRequest(nil, http.MethodPost, "/graphql", v.world.token, v.world.title()),
	}
	if got.quiet, err = query(ctx, j); err != nil {
		return err
	}
	done := make(chan struct{})
	paced := make(chan error, 1)
	go func() { paced <- s.publisher.pace(ctx, v.options.pace, done) }()
	got.busy, err = query(ctx, j)
	close(done)
	return errors.Join(err, <-paced)
}
