// Package service holds the use cases of Keepsake: each method checks the
// input, decides by the rules of package album whether the viewer may, writes
// or reads through the store, and tells the hub what happened.
//
// It knows neither GraphQL nor any driver. What it returns are values of
// package album; errors are *album.Error, or faults to be shown as INTERNAL.
package service

import (
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/id"
	"keepsake/internal/tracing"
	"keepsake/media"
	"keepsake/media/render"
	"keepsake/realtime"
	"keepsake/store"
)

// Deps are what a Service stands on; all are required but Tracer.
type Deps struct {
	Store     store.Store
	Bucket    media.Bucket
	Hub       *realtime.Hub
	IDs       *id.Source
	Tokens    *auth.Tokens
	Passwords *auth.Passwords
	Renderer  *render.Renderer
	Limits    Limits
	// ShareKey is the key that share tokens are derived with.
	ShareKey []byte
	// ArchiveKey is the key that addresses of archives are sealed with.
	ArchiveKey []byte
	// OnceKey names and seals what is kept of idempotency keys.
	OnceKey auth.Once
	Tracer  *tracing.Tracer // or nil
	Logger  *slog.Logger
	Now     func() time.Time
}

// Options are the choices of an operator.
type Options struct {
	SignUp      bool          // whether anyone may make a local account
	AvatarHosts []string      // hosts that avatar addresses may be on
	UploadLife  time.Duration // of an upload ticket
	MaxPhoto    int64         // bytes
	MaxVideo    int64         // bytes
	LogKeep     int           // entries kept in an album's log
	Quota       int64         // bytes that a person's media may take; 0 is no limit
	Workers     int           // pictures that this node makes at a time; 0 leaves the work to others
	Scratch     string        // a folder for files while they are worked on
	BaseURL     string        // of the program, without a slash at its end
}

// Service is the use cases. Its methods may be called concurrently.
type Service struct {
	Deps
	opts      Options
	providers map[string]IdentityProvider
	// alive says whose sessions that were found good are, and until when they are not
	// looked up again.
	alive   *lru.Cache[album.SessionID, trusted]
	workers *workers
	orphans orphans
}

const (
	// RefreshLife is how long a session lasts without being refreshed.
	RefreshLife = 30 * 24 * time.Hour
	// sessionTrust is how long a session that was found good is not looked up
	// again: so long another node may go on honouring one that was ended here.
	sessionTrust = 5 * time.Second
	// sessionCache bounds the sessions remembered, about 100 bytes each.
	sessionCache = 50_000
)

// New puts a Service together.
func New(d Deps, o Options) *Service {
	alive, err := lru.New[album.SessionID, trusted](sessionCache)
	if err != nil { // only for a size that is none
		panic(err)
	}
	s := &Service{Deps: d, opts: o, alive: alive, workers: newWorkers()}
	s.orphans.after = map[string]string{}
	s.providers = map[string]IdentityProvider{LocalProvider: &local{store: d.Store, passwords: d.Passwords}}
	return s
}

// now is the time of a change, to the millisecond as the stores keep it.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) change(v album.Identified) store.Change {
	return store.Change{Actor: v.UserID, At: s.now()}
}
