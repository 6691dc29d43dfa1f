package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"keepsake/bench/load"
	"keepsake/internal/config"
)

// process is a server that was started.
type process struct {
	cmd    *exec.Cmd
	addr   string
	exited chan error // gets one value
}

// start starts a program with more variables in its environment, in place of
// the server's settings that stand in ours, and waits until it says where it
// answers. It is killed when ctx ends.
func start(ctx context.Context, path string, args, environ []string) (*process, error) {
	out := &output{addr: make(chan string, 1)}
	cmd := exec.CommandContext(ctx, path, args...)
	settings := config.Variables()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if _, set := settings[name]; !set && !strings.HasPrefix(name, config.Prefix) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, environ...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, exited: make(chan error, 1)}
	go func() { p.exited <- cmd.Wait() }()
	select {
	case p.addr = <-out.addr:
		return p, nil
	case err := <-p.exited:
		return nil, errors.Join(fmt.Errorf("%s ended before it was ready", path), err)
	}
}

// ready finds the address in what a server prints when it answers.
var ready = regexp.MustCompile(`http://([^/\s]+)\s*(/|\n)`)

// output waits for the address in what a process prints.
type output struct {
	addr chan string // gets one value, if there is one
	text []byte      // until then
	done bool
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	if o.done {
		return len(b), nil
	}
	o.text = append(o.text, b...)
	if m := ready.FindSubmatch(o.text); m != nil {
		o.addr <- string(m[1])
		o.text, o.done = nil, true
	}
	return len(b), nil
}

// place is where the data is.
type place struct {
	dir      string // a data directory, with the database where mongoURI is empty
	mongoURI string
}

// startServer starts the server. A MongoDB that stands in for a real one may take
// its time with 64 clients; that is measured, and no failure.
func startServer(ctx context.Context, binary string, at place) (*process, error) {
	return start(ctx, binary, nil, []string{
		"KEEPSAKE_DATA=" + at.dir, "MONGODB_URI=" + at.mongoURI, "MONGODB_TIMEOUT=1m", "KEEPSAKE_REQUEST_TIMEOUT=1m",
		"KEEPSAKE_LISTEN=127.0.0.1:0", "KEEPSAKE_LOG_LEVEL=warn",
		"KEEPSAKE_RATE_USER=1000000", "KEEPSAKE_MAX_CONCURRENT=100000", // on, and out of reach
	})
}

// startFloor starts this program once more, as the floor on the same data. Its
// signed URLs begin with base.
func startFloor(ctx context.Context, at place, base string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, self, []string{floorCommand, at.dir, at.mongoURI, base}, nil)
}

func (p *process) target() load.Target { return load.Target{Addr: p.addr, PID: p.cmd.Process.Pid} }

// stop asks the process to end and waits for it.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := <-p.exited; err != nil {
		return fmt.Errorf("stop %s: %w", p.cmd.Path, err)
	}
	return nil
}
