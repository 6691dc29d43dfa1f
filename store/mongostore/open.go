package mongostore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"keepsake/store"
)

// DefaultDatabase is used where the URI names none.
const DefaultDatabase = "keepsake"

// DefaultTimeout is Options.Timeout where it is zero.
const DefaultTimeout = 5 * time.Second

// minWireVersion is MongoDB 5.0, the first whose $lookup takes both an
// equality and a pipeline.
const minWireVersion = 13

// Options are what may be left out; nil is the same as the zero value.
type Options struct {
	// Database overrides the one that the URI names.
	Database string
	// AllowStandalone takes a server without transactions. A crash between the
	// writes of one change then leaves a count or a log wrong, and only one
	// process may use the database: good for a trial, not for people's photos.
	AllowStandalone bool
	// Timeout bounds each method, but for sweeps; a context that ends earlier wins.
	Timeout time.Duration
	// OnCommand is called with the name of each command that is sent for a
	// method, from many goroutines.
	OnCommand func(name string)
	// Observe is told of each method; nil is nobody.
	Observe store.Observer
	Logger  *slog.Logger

	started func(*event.CommandStartedEvent) // sees each command whole, in tests
}

// Store is a store.Store in a MongoDB database.
type Store struct {
	client  *mongo.Client
	db      *mongo.Database
	timeout time.Duration
	logger  *slog.Logger
	observe store.Observer // or nil

	transactions bool
	tries        int // of a transaction at most, 0: as many as its time allows; for tests
	locks        locks
	likeGroups   likeGroups

	users, identities, sessions, refreshes *mongo.Collection
	albums, members, shares, entries       *mongo.Collection
	media, comments, likes, keys           *mongo.Collection
}

var _ store.Store = (*Store)(nil)

// Open connects to the deployment that uri names
// (https://www.mongodb.com/docs/manual/reference/connection-string/), checks
// that it can do what the store needs, makes the collections and indexes that
// are missing, and mends documents of an older program, which must not run any
// more. The errors are for operators: they say what is wrong and how to mend it,
// and never hold the URI's password.
func Open(ctx context.Context, uri string, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil { // whose text may hold the password
		return nil, errors.New("mongostore: this is not a connection string of MongoDB, mongodb://[user:password@]host[:port][,host…][/database][?options]; " +
			"special characters of a password are written as %XX")
	}
	s := &Store{timeout: cmp.Or(o.Timeout, DefaultTimeout), logger: o.Logger, observe: o.Observe}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.client, err = mongo.Connect(clientOptions(uri, s.timeout, o)); err != nil {
		return nil, fmt.Errorf("mongostore: connect: %w", err)
	}
	s.useDatabase(cmp.Or(o.Database, parsed.Database, DefaultDatabase))
	if err := s.prepare(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("mongostore: %w", err), s.Close())
	}
	return s, nil
}

func clientOptions(uri string, timeout time.Duration, o *Options) *options.ClientOptions {
	c := options.Client().ApplyURI(uri).
		SetAppName("keepsake").
		SetTimeout(timeout).
		SetServerSelectionTimeout(min(timeout, 3*time.Second)).
		// Reads see what writers were told, on the primary.
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(writeconcern.Majority())
	if o.OnCommand != nil || o.started != nil {
		c.SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if o.OnCommand != nil {
				o.OnCommand(e.CommandName)
			}
			if o.started != nil {
				o.started(e)
			}
		}})
	}
	return c
}

func (s *Store) useDatabase(name string) {
	s.db = s.client.Database(name)
	for name, c := range map[string]**mongo.Collection{
		"users": &s.users, "identities": &s.identities, "sessions": &s.sessions, "refreshes": &s.refreshes,
		"albums": &s.albums, "members": &s.members, "shares": &s.shares, "entries": &s.entries,
		"media": &s.media, "comments": &s.comments, "likes": &s.likes, "keys": &s.keys,
	} {
		*c = s.db.Collection(name)
	}
}

// hello is what a server says of itself.
type hello struct {
	SetName        string `bson:"setName"` // of a replica set
	Msg            string `bson:"msg"`     // "isdbgrid": the router of a sharded cluster
	MaxWireVersion int    `bson:"maxWireVersion"`
}

func (h hello) transactions() bool { return h.SetName != "" || h.Msg == "isdbgrid" }

// check refuses a server that the store cannot stand on.
func (h hello) check(allowStandalone bool) error {
	switch {
	case h.MaxWireVersion < minWireVersion:
		return fmt.Errorf("the server speaks wire version %d; use MongoDB 5.0 or newer", h.MaxWireVersion)
	case !h.transactions() && !allowStandalone:
		return errors.New("the server is a standalone one and has no transactions; make it a replica set of one " +
			"(start mongod with --replSet rs0, then run rs.initiate()), or allow it for a trial with MONGODB_STANDALONE=true")
	}
	return nil
}

// prepare looks at the deployment and makes what is missing in it.
func (s *Store) prepare(ctx context.Context, o *Options) error {
	var h hello
	if err := s.client.Database("admin").RunCommand(ctx, eq("hello", 1)).Decode(&h); err != nil {
		return fmt.Errorf("the server does not answer; see that it runs, that this machine may reach it, "+
			"and that name and password are right: %w", err)
	}
	if err := h.check(o.AllowStandalone); err != nil {
		return err
	}
	if s.transactions = h.transactions(); !s.transactions {
		s.logger.Warn("the MongoDB server has no transactions: a crash can leave counts and logs wrong, " +
			"and only one process may use the database; this is for trials alone")
	}
	if err := s.ensureIndexes(ctx); err != nil {
		return err
	}
	return s.mend(ctx)
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	_, err := run(ctx, s, "ping", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.client.Ping(ctx, nil)
	})
	return err
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.likeGroups.close()
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	if err := s.client.Disconnect(ctx); err != nil && !errors.Is(err, mongo.ErrClientDisconnected) {
		return fmt.Errorf("mongostore: close: %w", err)
	}
	return nil
}
