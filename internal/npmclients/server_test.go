package npmclients

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"keepsake/internal/launch"
	"keepsake/internal/testenv/proxy"
)

// stopTimeout is how long a server may take to end in order.
const stopTimeout = 15 * time.Second

// server is one that can be killed and started again on the same port and data.
// Its methods are for one goroutine at a time.
type server struct {
	url, addr     string
	program, data string
	env           []string
	logs          io.Writer
	process       *launch.Server
}

// startServer starts a server that is stopped when the test ends.
func startServer(ctx context.Context, t *testing.T, program string, env ...string) *server {
	t.Helper()
	addr, err := launch.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{url: "http://" + addr, addr: addr, program: program, data: t.TempDir(), env: env, logs: t.Output()}
	// Not the test's own context, which ends before the server is stopped in order.
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(func() {
		if err := s.stop(ctx); err != nil { // with the race detector a race shows here
			t.Error(err)
		}
		cancel()
	})
	if err := s.start(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) start(ctx context.Context) (err error) {
	env := append([]string{"KEEPSAKE_LOG_LEVEL=warn", "KEEPSAKE_LISTEN=" + s.addr}, s.env...)
	s.process, err = launch.Start(ctx, s.program, s.data, s.logs, env...)
	return err
}

// stop drains the server, if it runs.
func (s *server) stop(ctx context.Context) error {
	if s.process == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return s.process.Stop(ctx)
}

// trouble is what a script may ask for: the server is killed or drained, and
// started again.
func (s *server) trouble(ctx context.Context) func(what string) error {
	return func(what string) error {
		var err error
		switch what {
		case "kill":
			err = s.process.Kill()
		case "drain":
			err = s.stop(ctx)
		default:
			err = errors.New("nobody does that")
		}
		return errors.Join(err, s.start(ctx))
	}
}

// startProxy puts a proxy before a server.
func startProxy(t *testing.T, s *server) *proxy.Proxy {
	t.Helper()
	p, err := proxy.Start(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// cut is the trouble that a proxy makes: it cuts the connections and takes new ones.
func cut(p *proxy.Proxy) func(what string) error {
	return func(string) error { return errors.Join(p.Cut(), p.Heal()) }
}
