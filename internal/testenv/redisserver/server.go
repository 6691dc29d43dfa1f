// Package redisserver runs real Redis servers beside tests and tools, on free
// ports of the loopback: one, a cluster, or one with a replica and sentinels. It
// can kill them, pause them and start them again. What they hold is lost with
// them, on disk too.
package redisserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	program = "redis-server"
	// startTimeout is how long servers may take to be ready.
	startTimeout = 20 * time.Second
	// look is how often they are looked at until then.
	look = 10 * time.Millisecond
)

// Server is one server. Its methods are for one goroutine at a time, but for Do,
// which any may call.
type Server struct {
	Addr     string // host:port
	Password string // for URL and Do; it is set on the server by an argument

	dir  string // of its own, with all it writes
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// Start runs a server without persistence and returns when it is ready. More
// arguments are those of redis-server, such as "--requirepass", "secret".
func Start(args ...string) (*Server, error) {
	return start(append([]string{"--save", ""}, args...), nil)
}

// start runs a server. Where there are settings it reads them from a file, which
// it may write to, and as a sentinel.
func start(args, settings []string) (*Server, error) {
	if _, err := exec.LookPath(program); err != nil {
		return nil, fmt.Errorf("%w: apt-get install redis-server", err)
	}
	var all error
	for range 5 { // somebody else may take the port first
		addr, err := freeAddr()
		if err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp("", "keepsake-redis-")
		if err != nil {
			return nil, err
		}
		s := &Server{Addr: addr, dir: dir}
		if settings != nil {
			file := filepath.Join(dir, "sentinel.conf")
			if err := os.WriteFile(file, []byte(strings.Join(settings, "\n")), 0o600); err != nil {
				return nil, errors.Join(err, s.Close())
			}
			s.args = []string{file, "--sentinel"}
		}
		s.args = append(s.args, args...)
		s.args = append(s.args, "--port", portOf(addr), "--bind", "127.0.0.1", "--dir", dir, "--logfile", s.log())
		if err = s.Restart(); err == nil {
			return s, nil
		}
		all = errors.Join(all, err, s.Close())
	}
	return nil, all
}

// freeAddr returns an address of the loopback that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// portOf returns the port of an address as Addr is.
func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// URL returns the server as redisbroker takes it.
func (s *Server) URL() string {
	u := url.URL{Scheme: "redis", Host: s.Addr}
	if s.Password != "" {
		u.User = url.UserPassword("", s.Password)
	}
	return u.String()
}

// Restart starts a server that is not running, on the same port, and returns
// when it is ready.
func (s *Server) Restart() error {
	if err := os.RemoveAll(s.log()); err != nil {
		return err
	}
	s.cmd, s.done = exec.Command(program, s.args...), make(chan struct{})
	s.cmd.SysProcAttr = dieWithUs()
	var said bytes.Buffer // before it has a log
	s.cmd.Stdout, s.cmd.Stderr = &said, &said
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	go func() {
		defer close(s.done)
		_ = s.cmd.Wait() // it is killed in the end
	}()
	err := await(func() error {
		text, err := os.ReadFile(s.log())
		select {
		case <-s.done:
			return fmt.Errorf("%s: %w\n%s%s", program, errEnded, said.Bytes(), text)
		default:
		}
		// The first line is that of servers, the other that of sentinels.
		if bytes.Contains(text, []byte("Ready to accept connections")) || bytes.Contains(text, []byte("Sentinel ID is")) {
			return nil
		}
		return errors.Join(errNotYet, err)
	})
	if err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

var (
	errNotYet = errors.New("the server is not ready")
	errEnded  = errors.New("the process has ended")
)

// await asks until there is no error, the process has ended, or it takes too long.
func await(ready func() error) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	timeout := time.After(startTimeout)
	for {
		err := ready()
		if err == nil || errors.Is(err, errEnded) {
			return err
		}
		select {
		case <-tick.C:
		case <-timeout:
			return fmt.Errorf("waited %v: %w", startTimeout, err)
		}
	}
}

// Kill ends the process as kill -9 does, and waits for its end.
func (s *Server) Kill() error {
	if s.cmd == nil || s.cmd.Process == nil {
		return nil
	}
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.done
	return nil
}

// Pause stops the process: its connections stay, and nothing answers.
func (s *Server) Pause() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume ends what Pause began.
func (s *Server) Resume() error { return s.cmd.Process.Signal(syscall.SIGCONT) }

// Close kills the server and removes its files. It may be called more than once.
func (s *Server) Close() error { return errors.Join(s.Kill(), os.RemoveAll(s.dir)) }

// Do sends one command over a connection of its own and returns the answer, as
// redis.Cmd does.
func (s *Server) Do(args ...any) *redis.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	c := redis.NewClient(&redis.Options{
		Addr: s.Addr, Password: s.Password, Protocol: 2,
		MaxRetries: -1, DialerRetries: 1, DisableIdentity: true,
	})
	defer c.Close() //nolint:errcheck // the answer has come, or an error
	return c.Do(ctx, args...)
}
