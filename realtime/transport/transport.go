// Package transport carries GraphQL operations between clients and what executes
// them: over sockets, in the protocol graphql-transport-ws, and for clients
// without sockets as event streams, in the distinct connections mode of
// graphql-sse.
//
// It knows the wire and nothing of albums: who a client is and what its
// operations give is decided behind the interface Backend (package live).
//
// A socket costs one goroutine with a small stack that waits for what the client
// sends, and no other. What goes out is written by whoever has it, without
// waiting; only where the client does not take it at once does a goroutine wait
// in its place, for as long as there is something to write.
package transport

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"keepsake/internal/intake"
)

// Backend executes what clients ask for.
type Backend interface {
	// Open lets a client in by its authorization, as of the HTTP header of that
	// name; empty is nobody. An error says why it is not let in.
	Open(ctx context.Context, authorization string, c *Client) (Session, error)
	// Errors presents an error as GraphQL's list of errors, in JSON.
	Errors(ctx context.Context, err error) []byte
}

// Session is one client at the backend. Its methods may be called concurrently.
type Session interface {
	// Start begins an operation, and may return before it has ended. What it
	// gives goes to op, until op is stopped.
	Start(ctx context.Context, r *Request, op *Operation)
	// Expires is when the client has to sign in anew; zero is never.
	Expires() time.Time
	// Recheck makes sure, now and then, that the client may stay.
	Recheck(ctx context.Context)
	// Close is called once the client has gone and all operations are stopped.
	Close()
}

// Request is what GraphQL requests are made of.
type Request struct {
	Query         string          `json:"query"`
	OperationName string          `json:"operationName"`
	Variables     json.RawMessage `json:"variables"`
	Extensions    json.RawMessage `json:"extensions"`
}

// Options are the settings of a server; the zero value of each is its default.
type Options struct {
	// Logger gets what goes wrong on our side. Default: none.
	Logger *slog.Logger
	// Origin reports whether a page of the request's origin may open a socket.
	// Default: the same origin alone.
	Origin func(*http.Request) bool
	// Context gives the context of a client's operations what is to be known of the
	// request that it came with. Default: nothing.
	Context func(ctx context.Context, r *http.Request) context.Context
	// MaxClients is how many sockets and event streams are open at once. Default 50,000.
	MaxClients int
	// OpenRate is how many may be opened a second, in the long run; twice as many
	// at once. Default 500.
	OpenRate int
	// MaxOperations is how many operations a client may run at once. Default 100.
	MaxOperations int
	// MessageRate is how many messages a second are read from a client, in the
	// long run; twice as many at once. Who sends more waits. Default 100.
	MessageRate int
	// MaxMessage bounds a message of a client, in bytes. Default 1 MiB. So much a
	// second is read from a socket, or 1 MiB, in the long run; of more it waits.
	MaxMessage int64
	// Intake bounds how many large messages are read at once. Default: 32.
	Intake *intake.Limit
	// InitTimeout is how long a client may take to say who it is. Default 10 s.
	InitTimeout time.Duration
	// PingEvery is how often a client is asked whether it is there; one that was
	// not heard for twice as long has gone. Default 30 s.
	PingEvery time.Duration
	// StallTimeout is how long a client may take nothing of what waits for it, and
	// how long a message of a socket may take to arrive. Default 10 s.
	StallTimeout time.Duration
	// RecheckEvery is how often Session.Recheck is called. Default 5 min.
	RecheckEvery time.Duration
}

// Server accepts clients. Its Stats are right at any time.
type Server struct {
	backend Backend
	opt     Options
	wheel   *wheel
	rate    *rate.Limiter
	stats   counters

	mu       sync.Mutex
	clients  map[*Client]struct{}
	coming   int // clients that may open and have not yet
	draining bool

	ctx    context.Context // of operations; ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // clients
}

// NewServer starts a server. o may be nil.
func NewServer(b Backend, o *Options) *Server {
	s := &Server{backend: b, clients: map[*Client]struct{}{}}
	if o != nil {
		s.opt = *o
	}
	if s.opt.Logger == nil {
		s.opt.Logger = slog.New(slog.DiscardHandler)
	}
	if s.opt.Context == nil {
		s.opt.Context = func(ctx context.Context, _ *http.Request) context.Context { return ctx }
	}
	setDefault(&s.opt.MaxClients, 50_000)
	setDefault(&s.opt.OpenRate, 500)
	setDefault(&s.opt.MaxOperations, 100)
	setDefault(&s.opt.MessageRate, 100)
	setDefault(&s.opt.MaxMessage, 1<<20)
	if s.opt.Intake == nil {
		s.opt.Intake = intake.New(32)
	}
	setDefault(&s.opt.InitTimeout, 10*time.Second)
	setDefault(&s.opt.PingEvery, 30*time.Second)
	setDefault(&s.opt.StallTimeout, 10*time.Second)
	setDefault(&s.opt.RecheckEvery, 5*time.Minute)
	s.rate = rate.NewLimiter(rate.Limit(s.opt.OpenRate), 2*s.opt.OpenRate)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wheel = newWheel()
	return s
}

func setDefault[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Stats are a server's counts: the first two as they are now, the others since it
// began.
type Stats struct {
	Clients    int // sockets and event streams
	Operations int // that run

	Opened    int64 // clients that were let in at the door
	Refused   int64 // that were not: too many, too fast, or while draining
	Frames    int64 // that clients were sent
	Overflows int64 // frames that found no room in a client's queue
	Stalled   int64 // clients that were closed for taking nothing
}

// Waiting is how many messages are in clients' queues.
func (s *Server) Waiting() int {
	s.mu.Lock()
	clients := slices.Collect(maps.Keys(s.clients))
	s.mu.Unlock()
	n := 0
	for _, c := range clients {
		n += c.out.waits()
	}
	return n
}

type counters struct {
	operations                                  atomic.Int64
	opened, refused, frames, overflows, stalled atomic.Int64
}

// Stats returns the server's counts, each right by itself.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	n := len(s.clients)
	s.mu.Unlock()
	c := &s.stats
	return Stats{
		Clients: n, Operations: int(c.operations.Load()),
		Opened: c.opened.Load(), Refused: c.refused.Load(), Frames: c.frames.Load(),
		Overflows: c.overflows.Load(), Stalled: c.stalled.Load(),
	}
}
