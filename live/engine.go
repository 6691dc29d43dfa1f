// Package live executes what clients ask for over sockets and event streams:
// queries and mutations one by one, subscriptions in cohorts.
//
// A cohort is all subscribers on this node whose document, variables and standing
// in an album are equal. Each event is authorised, executed and encoded once for
// all of them; a client's connection adds nothing but its own id. What depends on
// the viewer beyond their standing is marked @personal in the schema, and makes a
// cohort of that viewer alone. Nothing here decides who may see what: that is
// asked of package service, for every batch of events anew.
//
// How clients are spoken to is the business of realtime/transport, and that
// nothing is lost on the way of the hub in realtime.
package live

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
	"keepsake/internal/tracing"
	"keepsake/realtime/transport"
	"keepsake/resolvers"
	"keepsake/service"
)

// Engine executes operations for a transport.
type Engine struct {
	service *service.Service
	exec    graphql.GraphExecutor
	tracer  *tracing.Tracer // or nil
	log     *slog.Logger
	timeout time.Duration // of a query or mutation, and of executing one event
	// authenticate finds out who holds an authorization.
	authenticate func(ctx context.Context, authorization string) (album.Identified, error)
	allow        func(ctx context.Context, v album.Identified) error
	begin        func(ctx context.Context, v album.Identified) (end func(), err error)
	maxItems     int
	stats        counters

	mu      sync.Mutex
	cohorts map[key]*cohort
	closed  bool

	ctx    context.Context // of all work; ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // workers
}

var _ transport.Backend = (*Engine)(nil)

// Deps are what an engine stands on.
type Deps struct {
	Service *service.Service
	Exec    graphql.GraphExecutor
	Tracer  *tracing.Tracer // or nil
	Logger  *slog.Logger
	// Timeout bounds a query or mutation, and the execution of one event.
	Timeout time.Duration
	// Authenticate finds out who holds an authorization; empty is nobody.
	Authenticate func(ctx context.Context, authorization string) (album.Identified, error)
	// Allow reports, by an error, that a client may not begin an operation just now.
	Allow func(ctx context.Context, v album.Identified) error
	// Begin counts a query or mutation of a client until end is called, or reports,
	// by an error, that as many run as may.
	Begin func(ctx context.Context, v album.Identified) (end func(), err error)
	// MaxItems is how many items the lists and objects of variables may have, beyond
	// the first of each. What is below it is counted with more care later.
	MaxItems int
}

// New returns an engine.
func New(d Deps) *Engine {
	e := &Engine{
		service: d.Service, exec: d.Exec, tracer: d.Tracer, log: d.Logger, timeout: d.Timeout,
		authenticate: d.Authenticate, allow: d.Allow, begin: d.Begin, maxItems: d.MaxItems,
		cohorts: map[key]*cohort{},
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e
}

// Close ends all work and waits for it. The transport is closed before it.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.cancel()
	e.wg.Wait()
	e.mu.Lock()
	left := e.cohorts
	e.cohorts = map[key]*cohort{}
	e.mu.Unlock()
	for _, c := range left {
		c.release()
	}
	return nil
}

// run has f run in a goroutine that Close waits for, unless that was called.
func (e *Engine) run(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.wg.Go(func() { defer e.recovered(); f() })
	}
}

// recovered keeps a fault of ours from ending the program.
func (e *Engine) recovered() {
	if p := recover(); p != nil {
		e.log.Error("live: a goroutine panicked", "panic", p, "stack", string(debug.Stack()))
	}
}

// after has f run later, if the engine still works then.
func (e *Engine) after(d time.Duration, f func()) { time.AfterFunc(d, func() { e.run(f) }) }

// Errors implements transport.Backend.
func (e *Engine) Errors(ctx context.Context, err error) []byte {
	return resolvers.EncodeErrors(resolvers.ErrorList(ctx, e.log, err))
}

// Stats are an engine's counts: the first three as they are now, the others since
// it began.
type Stats struct {
	Cohorts     int // that follow an album live
	Replays     int // of cohorts that read an album's log to get there
	Subscribers int // of albums and feeds

	Executions int64 // of events, each for a cohort or a feed
	Deliveries int64 // of their results, each to a subscriber
	Lags       int64 // times that a subscriber took too little and went on from the log
	Revoked    int64 // subscribers that lost access
}

type counters struct {
	replays, subscribers                  atomic.Int64
	executions, deliveries, lags, revoked atomic.Int64
}

// Stats returns the engine's counts, each right by itself.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	cohorts := len(e.cohorts)
	e.mu.Unlock()
	c := &e.stats
	replays := int(c.replays.Load())
	return Stats{
		Cohorts: cohorts - replays, Replays: replays, Subscribers: int(c.subscribers.Load()),
		Executions: c.executions.Load(), Deliveries: c.deliveries.Load(), Lags: c.lags.Load(), Revoked: c.revoked.Load(),
	}
}
