// Package launch builds the server and runs it as a process of its own, for the
// demo and for tests that have to kill it.
package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"keepsake/internal/config"
)

// startTimeout is how long a server may take to say that it is ready.
const startTimeout = 30 * time.Second

// Build compiles the server into a directory and returns the program's path.
// Flags are those of go build. It works from anywhere inside the module.
func Build(ctx context.Context, dir string, flags ...string) (program string, err error) {
	program = filepath.Join(dir, "keepsake")
	args := append([]string{"build", "-o", program}, flags...)
	out, err := exec.CommandContext(ctx, "go", append(args, "keepsake")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return program, nil
}

// BuildForTest is Build with the race detector if the test has it: a race that it
// finds shows in the server's exit code.
func BuildForTest(ctx context.Context, dir string, flags ...string) (program string, err error) {
	if race {
		flags = append([]string{"-race"}, flags...)
	}
	return Build(ctx, dir, flags...)
}

// Server is a running server.
type Server struct {
	URL  string // its base, such as http://127.0.0.1:33333
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of its end; set before done is closed
}

// Start runs a program on a free port of the loopback and returns when it
// answers. It keeps its data in the directory data, writes its log to logs, and
// takes more settings from env, each as NAME=value, and none from outside. It is
// killed when ctx ends.
func Start(ctx context.Context, program, data string, logs io.Writer, env ...string) (*Server, error) {
	said := &announcement{url: make(chan string, 1)}
	s := &Server{cmd: exec.CommandContext(ctx, program), done: make(chan struct{})}
	s.cmd.Env = append(outside(os.Environ()), "KEEPSAKE_LISTEN=127.0.0.1:0", "KEEPSAKE_DATA="+data,
		"KEEPSAKE_RATE_USER=1000000", "KEEPSAKE_MAX_CONCURRENT=100000") // a few people do the work of many here
	s.cmd.Env = append(s.cmd.Env, env...)
	s.cmd.Stdout, s.cmd.Stderr = said, logs
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.done)
	}()
	timeout := time.NewTimer(startTimeout)
	defer timeout.Stop()
	select {
	case s.URL = <-said.url:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("start the server: it ended at once: %w", s.err)
	case <-timeout.C:
		return nil, errors.Join(fmt.Errorf("start the server: not ready within %v", startTimeout), s.Kill())
	}
}

// outside returns the variables that are none of the server's, so that it has
// no settings but those it is given.
func outside(environ []string) (env []string) {
	settings := config.Variables()
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if _, ours := settings[name]; !ours && !strings.HasPrefix(name, config.Prefix) {
			env = append(env, v)
		}
	}
	return env
}

// PID is the number of the process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Done is closed when the process has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Kill ends the process as kill -9 does, and waits for it.
func (s *Server) Kill() error {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the server: %w", err)
	}
	<-s.done
	return nil
}

// Stop asks the process to end by SIGTERM and waits for it. It is an error if
// it does not end with exit code 0; once ctx ends it is killed.
func (s *Server) Stop(ctx context.Context) error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("stop the server: %w", ctx.Err()), s.Kill())
	}
	if s.err != nil {
		return fmt.Errorf("stop the server: %w", s.err)
	}
	return nil
}

var urlPattern = regexp.MustCompile(`https?://[^\s/]+`)

// announcement waits for the URL that a server prints when it is ready. Only
// the goroutine that copies the process's output writes to it.
type announcement struct {
	text  bytes.Buffer
	found bool
	url   chan string // holds the one URL
}

// Write implements io.Writer.
func (a *announcement) Write(p []byte) (int, error) {
	if a.found {
		return len(p), nil
	}
	a.text.Write(p)
	whole := a.text.Bytes()[:bytes.LastIndexByte(a.text.Bytes(), '\n')+1]
	if url := urlPattern.Find(whole); url != nil {
		a.found = true
		a.url <- string(url)
	}
	return len(p), nil
}
