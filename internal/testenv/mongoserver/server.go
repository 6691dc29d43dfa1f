// Package mongoserver gives tests, tools and benchmarks a MongoDB to work on:
// the one that MONGODB_URI names; else a mongod from PATH, started here as a
// replica set of one node; else SecantusDB, a server that speaks MongoDB's
// protocol over MongoDB's storage engine, which tools/test-mongo.sh installs.
// What the one at hand cannot do, it says: Capabilities.
package mongoserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// startTimeout is how long a server may take to be ready.
const startTimeout = time.Minute

// Server is a server that answers, until Kill or Close. Its methods are for one
// goroutine at a time, but for NewDatabase, which any may call.
type Server struct {
	URI    string // a connection string; it names no database
	Engine string // its name and version
	Can    Capabilities

	proc  *process // nil if the server is not ours
	admin *mongo.Client
}

// Start opens a server for a test, writes what it is and what it cannot do to
// the test's output, and closes it when the test ends. The test fails if there
// is none. A test with subtests starts one and gives each a database of its own.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Log(s)
	return s
}

// Open finds or starts a server and returns when it answers; the caller closes
// it. It fails within a minute or when ctx ends.
func Open(ctx context.Context) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if uri := os.Getenv(uriVariable); uri != "" {
		s := &Server{URI: uri}
		if err := s.attach(ctx); err != nil {
			return nil, fmt.Errorf("the server of %s: %w", uriVariable, err)
		}
		return s, nil
	}
	p, err := choose()
	if err != nil {
		return nil, err
	}
	var all error
	for range 3 { // somebody else may take the port first
		s, err := launch(ctx, p)
		if err == nil {
			return s, nil
		}
		all = errors.Join(all, err)
	}
	return nil, all
}

// launch runs a program on empty data.
func launch(ctx context.Context, p program) (*Server, error) {
	proc, err := newProcess(p)
	if err != nil {
		return nil, err
	}
	s := &Server{proc: proc, URI: "mongodb://" + proc.addr() + "/?replicaSet=" + p.set}
	err = proc.restart(ctx)
	if err == nil && p.initiate != nil {
		err = p.initiate(ctx, proc.addr())
	}
	if err == nil {
		err = s.attach(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, proc.remove())
	}
	return s, nil
}

// attach connects to the server and asks what it is.
func (s *Server) attach(ctx context.Context) (err error) {
	if s.admin, err = connect(ctx, s.URI); err != nil {
		return err
	}
	if s.Engine, s.Can, err = ask(ctx, s.admin, s.proc); err != nil {
		return errors.Join(err, s.admin.Disconnect(context.WithoutCancel(ctx)))
	}
	return nil
}

// String says which engine it is and what it cannot do.
func (s *Server) String() string {
	var cannot []string
	for _, c := range s.Can.all() {
		if !c.Able {
			cannot = append(cannot, c.name+" ("+c.Why+")")
		}
	}
	if len(cannot) == 0 {
		return "engine: " + s.Engine
	}
	return "engine: " + s.Engine + "; cannot: " + strings.Join(cannot, "; ")
}

// NewDatabase returns the name of a database that does not exist. What the test
// makes of it is dropped when the test ends, or goes with the server.
func (s *Server) NewDatabase(t testing.TB) (name string) {
	name = "test_" + strings.ToLower(rand.Text())
	if s.proc != nil && !s.proc.program.files {
		return name
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		if err := s.admin.Database(name).Drop(ctx); err != nil && s.proc == nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return name
}

// errNotOurs is for a server that was running before.
var errNotOurs = errors.New("the server is not ours to stop")

// Kill ends the server as kill -9 does, and returns when it has ended. It is an
// error if Can.Restart is not.
func (s *Server) Kill() error {
	if s.proc == nil {
		return errNotOurs
	}
	return s.proc.kill()
}

// Restart starts a killed server again on the same port and data, and returns
// when it answers.
func (s *Server) Restart(ctx context.Context) error {
	if s.proc == nil {
		return errNotOurs
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.proc.restart(ctx); err != nil {
		return err
	}
	// The client may still hold what it knew of the server before.
	c, err := connect(ctx, s.URI)
	if err != nil {
		return err
	}
	return c.Disconnect(ctx)
}

// Close lets go of the server. One that is ours is ended, and its data removed.
func (s *Server) Close() error {
	if s.proc == nil {
		return s.admin.Disconnect(context.Background())
	}
	// The driver would wait for a server that is killed, to say goodbye to it.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.admin.Disconnect(ctx)
	return s.proc.remove()
}
