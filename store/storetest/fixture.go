package storetest

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"keepsake/album"
	"keepsake/store"
)

// epoch is where every Fixture's clock starts: a whole millisecond that is no
// whole second, so that a backend which keeps seconds is found out.
var epoch = time.Date(2026, time.March, 14, 15, 9, 26, 535_000_000, time.UTC)

// Fixture fills a store with what a test needs, the same in every run. Methods
// named New… only make a value; the others write it as well, and end the test
// if that fails, so they are for the test's own goroutine. NewID, Now, Tick and
// the New… methods may be called concurrently.
type Fixture struct {
	t   testing.TB
	s   store.Store
	ctx context.Context // the test's

	another func() *Fixture // one for a new, empty store of the same backend; the suite's alone

	mu      sync.Mutex
	entropy *rand.ChaCha8
	now     time.Time
}

// NewFixture returns builders for s. Use one Fixture a store: two of them make
// the same IDs.
func NewFixture(t testing.TB, s store.Store) *Fixture {
	return &Fixture{t: t, s: s, ctx: t.Context(), entropy: rand.NewChaCha8([32]byte{}), now: epoch}
}

// NewID returns a new valid identifier behind that prefix, such as
// album.MediaPrefix. The IDs come in no order, so that rows sorted by ID are
// told from rows in the order of writing.
func (f *Fixture) NewID(prefix string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return prefix + ulid.MustNew(ulid.Timestamp(epoch), f.entropy).String()
}

// Now is the Fixture's time, in UTC and whole milliseconds. It stands still
// until Tick.
func (f *Fixture) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Tick moves the clock on by a second and one millisecond and returns the time.
func (f *Fixture) Tick() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(time.Second + time.Millisecond)
	return f.now
}

// Change is a change by that actor at the next tick.
func (f *Fixture) Change(actor album.UserID) store.Change {
	return store.Change{Actor: actor, At: f.Tick()}
}

// NewUser makes a user called name, with a local identity of that subject.
func (f *Fixture) NewUser(name string) (*album.User, album.Identity) {
	id := album.UserID(f.NewID(album.UserPrefix))
	u := &album.User{ID: id, DisplayName: name, AvatarURL: "https://img.example/" + name, CreatedAt: f.Tick()}
	return u, album.Identity{Provider: "local", Subject: name, UserID: id, Secret: "secret of " + name}
}

// User adds a user called name.
func (f *Fixture) User(name string) album.UserID {
	f.t.Helper()
	u, id := f.NewUser(name)
	f.ok("CreateUser", f.s.CreateUser(f.ctx, u, id))
	return u.ID
}

// Users adds n users with names of their own.
func (f *Fixture) Users(n int) []album.UserID {
	f.t.Helper()
	ids := make([]album.UserID, n)
	f.each("CreateUser", n, func(i int) func() error {
		name := f.NewID("user")
		u, id := f.NewUser(name)
		ids[i] = u.ID
		return func() error { return f.s.CreateUser(f.ctx, u, id) }
	})
	return ids
}

// NewSession makes a session of that user that is good for an hour.
func (f *Fixture) NewSession(user album.UserID) album.Session {
	id := f.NewID(album.SessionPrefix)
	now := f.Tick()
	return album.Session{
		ID: album.SessionID(id), UserID: user, RefreshHash: Hash(id),
		CreatedAt: now, ExpiresAt: now.Add(time.Hour),
	}
}

// Session adds a session of that user.
func (f *Fixture) Session(user album.UserID) album.Session {
	f.t.Helper()
	s := f.NewSession(user)
	f.ok("CreateSession", f.s.CreateSession(f.ctx, s))
	return s
}

// NewAlbum makes a private, active album.
func (f *Fixture) NewAlbum(owner album.UserID) *album.Album {
	return &album.Album{
		ID: album.AlbumID(f.NewID(album.AlbumPrefix)), OwnerID: owner,
		Title: "Summer", Description: "by the sea",
		Visibility: album.Private, Settings: album.DefaultSettings(), State: album.Active,
		CreatedAt: f.Tick(),
	}
}

// Album adds an album and returns it as the store has it.
func (f *Fixture) Album(owner album.UserID) *album.Album {
	f.t.Helper()
	a := f.NewAlbum(owner)
	f.create(a)
	return f.album(a.ID)
}

// Join makes a user a member.
func (f *Fixture) Join(id album.AlbumID, user album.UserID, role album.Role) {
	f.t.Helper()
	c := f.Change(user)
	_, _, err := f.s.AddMember(f.ctx, album.Membership{AlbumID: id, UserID: user, Role: role, JoinedAt: c.At}, c)
	f.ok("AddMember", err)
}

// NewShare makes a share that shows the album until it is revoked. Its token is
// its ID; TokenHash is Hash of that.
func (f *Fixture) NewShare(id album.AlbumID, creator album.UserID) *album.Share {
	share := f.NewID(album.SharePrefix)
	return &album.Share{
		ID: album.ShareID(share), AlbumID: id, CreatorID: creator,
		TokenHash: Hash(share), CreatedAt: f.Tick(),
	}
}

// Share adds a share.
func (f *Fixture) Share(id album.AlbumID, creator album.UserID) *album.Share {
	f.t.Helper()
	s := f.NewShare(id, creator)
	f.ok("CreateShare", f.s.CreateShare(f.ctx, s))
	return s
}

// Hash is the SHA-256 of a token.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (f *Fixture) create(a *album.Album) *album.Entry {
	f.t.Helper()
	e, err := f.s.CreateAlbum(f.ctx, a, store.Change{Actor: a.OwnerID, At: a.CreatedAt})
	f.ok("CreateAlbum", err)
	return e
}

func (f *Fixture) album(id album.AlbumID) *album.Album {
	f.t.Helper()
	a, err := f.s.Album(f.ctx, id)
	f.ok("Album", err)
	return a
}

func (f *Fixture) ok(method string, err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("%s: %v", method, err)
	}
}

// each makes n writes in order and runs them 32 at a time, so that a store
// that groups its commits is filled quickly.
func (f *Fixture) each(method string, n int, write func(i int) func() error) {
	f.t.Helper()
	jobs := make(chan func() error)
	errs := make(chan error, n)
	var workers sync.WaitGroup
	for range min(n, 32) {
		workers.Go(func() {
			for job := range jobs {
				if err := job(); err != nil {
					errs <- err
				}
			}
		})
	}
	for i := range n {
		jobs <- write(i)
	}
	close(jobs)
	workers.Wait()
	close(errs)
	for err := range errs {
		f.ok(method, err)
	}
}
