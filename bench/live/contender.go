package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"keepsake/bench/live/baseline"
	"keepsake/bench/load"
)

// contender is a running server that is measured.
type contender struct {
	name   string
	target load.Target
	system system
	stop   func() error
}

// system is how one kind of server is spoken to.
type system interface {
	dialect
	// publish appends the request that publishes an event with that text.
	publish(b []byte, text string) []byte
	// published looks at the answer.
	published(status int, body []byte) error
}

// The names in the report.
const (
	keepsakeName   = "Keepsake"
	centrifugeName = "centrifuge"
	bareName       = "bare fan-out"
)

// template is a text with a place for an event's own text.
type template struct{ before, after string }

// templateOf makes one of a text that holds an event's.
func templateOf(whole, text string) (template, error) {
	before, after, ok := strings.Cut(whole, text)
	if !ok {
		return template{}, fmt.Errorf("no %q in %.200q", text, whole)
	}
	return template{before, after}, nil
}

func (t template) with(text string) []byte { return []byte(t.before + text + t.after) }

// baselineSystem publishes to a server of package baseline, by its dialect.
type baselineSystem struct {
	dialect
	event template // the bytes that Keepsake sends for an event
}

func (s baselineSystem) publish(b []byte, text string) []byte {
	return load.AppendRequest(b, http.MethodPost, baseline.PublishPath, "", s.event.with(text))
}

func (baselineSystem) published(status int, body []byte) error {
	if status != http.StatusNoContent {
		return fmt.Errorf("publish: status %d: %.200s", status, body)
	}
	return nil
}

// start starts one of the three on data that prepare made.
func start(ctx context.Context, o options, w world, name string) (*contender, error) {
	switch name {
	case keepsakeName:
		return startKeepsake(ctx, o, w)
	case centrifugeName:
		return startBaseline(ctx, name, centrifugeCommand, baselineSystem{centrifugeJSON{}, w.payload})
	}
	return startBaseline(ctx, name, bareCommand, baselineSystem{noDialect{}, w.message})
}

func startBaseline(ctx context.Context, name, role string, s system) (*contender, error) {
	p, err := startSelf(ctx, role)
	if err != nil {
		return nil, err
	}
	return &contender{name: name, target: load.Target{Addr: p.addr, PID: p.cmd.Process.Pid}, system: s, stop: p.stop}, nil
}

// stopTimeout is how long a server may take to end.
const stopTimeout = 30 * time.Second
