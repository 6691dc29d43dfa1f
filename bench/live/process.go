package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"keepsake/bench/live/baseline"
)

// As the first argument these make this program one of the processes that it
// starts beside itself.
const (
	centrifugeCommand = "centrifuge"
	bareCommand       = "bare"
	queriesCommand    = "queries"
)

// gcPercent is Keepsake's own where GOGC does not say otherwise, so that no
// server is spared collections that another has to make.
const gcPercent = 400

// process is this program once more, as a server.
type process struct {
	cmd  *exec.Cmd
	addr string
}

// startSelf starts this program as the server of that name, and waits until it
// says where it answers. It is killed when ctx ends, and ends when we do.
func startSelf(ctx context.Context, role string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, role)
	cmd.Stderr = os.Stderr
	// Its end of file tells the process that we are gone. Wait closes both.
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", role, err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s ended before it was ready: %w", role, err), cmd.Wait())
	}
	return &process{cmd: cmd, addr: strings.TrimSpace(line)}, nil
}

// stop asks the process to end and waits for it.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	kill := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("stop %v: %w", p.cmd.Args, err)
	}
	return nil
}

// serve is such a process, until ctx or its standard input ends.
func serve(ctx context.Context, role string) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // however it ends, it is the end
		cancel()
	}()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	var handler http.Handler
	if role == bareCommand {
		handler = baseline.NewBare().Handler()
	} else {
		c, err := baseline.NewCentrifuge()
		if err != nil {
			return err
		}
		defer func() {
			limit, done := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
			defer done()
			err = errors.Join(err, c.Close(limit))
		}()
		handler = c.Handler()
	}
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	fmt.Println(ln.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return srv.Close() // whoever published has the answer
}

// spareFiles are those that are open beside the sockets.
const spareFiles = 200

// allowFiles raises how many files this process and those that it starts may
// have open to the most they may, which n sockets must fit in.
func allowFiles(n int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of open files: %w", err)
	}
	if uint64(n+spareFiles) > limit.Max {
		return fmt.Errorf("%d connections need %d open files, and %d are allowed: see ulimit -Hn", n, n+spareFiles, limit.Max)
	}
	return nil
}
