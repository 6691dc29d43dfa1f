package mongoserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// look is how often a starting process is looked at.
const look = 10 * time.Millisecond

// process is a server of ours: a program, its data and its port, running or not.
type process struct {
	program program
	port    int
	dir     string // of its own, with all it writes
	cmd     *exec.Cmd
	done    chan struct{} // closed when the process has ended
}

// newProcess readies a process, which restart then starts.
func newProcess(p program) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "keepsake-mongo-")
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, err
	}
	return &process{program: p, port: port, dir: dir}, nil
}

// freePort returns a port of the loopback that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (p *process) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// restart starts a process that is not running, on its port and data, and
// returns when it takes connections.
func (p *process) restart(ctx context.Context) error {
	said, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = said.Close() }() // the process has its own handle
	cmd := exec.Command(p.program.path, p.program.args(p.port, filepath.Join(p.dir, "data"))...)
	// Settings of the user's own must not reach it.
	cmd.Env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH")}
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, said, said
	cmd.SysProcAttr = dieWithUs()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.program.path, err)
	}
	p.cmd, p.done = cmd, make(chan struct{})
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // it is killed in the end
	}()
	if err := p.await(ctx); err != nil {
		return errors.Join(err, p.kill())
	}
	return nil
}

// await waits until the process takes connections.
func (p *process) await(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.addr())
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-p.done:
			text, _ := os.ReadFile(filepath.Join(p.dir, "log")) // what there is of it
			return fmt.Errorf("%s ended at once:\n%s", p.program.path, text)
		case <-ctx.Done():
			return fmt.Errorf("%s takes no connections: %w", p.program.path, err)
		}
	}
}

// kill ends the process as kill -9 does, if it runs, and waits for its end.
func (p *process) kill() error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.program.path, err)
	}
	<-p.done
	return nil
}

// remove ends the process and takes its data away.
func (p *process) remove() error { return errors.Join(p.kill(), os.RemoveAll(p.dir)) }
