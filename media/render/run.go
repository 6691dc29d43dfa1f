package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
)

const (
	// maxLog is how much is kept of what a child says on its standard error.
	maxLog = 8 << 10
	// slowest is how much longer than its CPU time a child may take before it is
	// ended: it shares the machine, and waits for disks.
	slowest = 10
	// grace is how long is waited for the pipes of a child that was killed.
	grace = 5 * time.Second
)

// job is one run of a child.
type job struct {
	what   string   // for errors
	args   []string // behind the limits
	stdin  []byte
	limits limits
	most   int            // bytes of its output
	lines  func(s string) // is told each line of its output instead
}

// failed says that a job went wrong in a way that may pass.
func (j job) failed(err error) error { return fmt.Errorf("render %s: %w", j.what, err) }

// run starts a child for j, waits for it and returns its output. Its errors are
// final ones, as Renderer.Picture has them, or others.
func (r *Renderer) run(ctx context.Context, j job) (_ []byte, err error) {
	if r.o.Observe != nil {
		defer func(began time.Time) { r.o.Observe(ctx, j.what, began, err) }(time.Now())
	}
	if len(r.o.Command) == 0 {
		return nil, j.failed(errors.New("no command is set"))
	}
	limit, cancel := context.WithTimeout(ctx, slowest*j.limits.CPU)
	defer cancel()
	args := append(append([]string(nil), r.o.Command[1:]...), j.what,
		strconv.FormatInt(j.limits.Memory, 10), strconv.FormatInt(int64(j.limits.CPU/time.Second)+1, 10), strconv.FormatInt(j.limits.File, 10))
	cmd := exec.CommandContext(limit, r.o.Command[0], append(args, j.args...)...)
	// One processor a child: as many children run at a time as are wanted.
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=single"}
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(j.stdin)
	out, log := &capped{most: j.most}, &capped{most: maxLog, quiet: true}
	cmd.Stdout, cmd.Stderr = out, log
	if j.lines != nil {
		cmd.Stdout = &lineWriter{tell: j.lines}
	}
	cmd.WaitDelay = grace
	prepare(cmd)
	err = start(cmd)
	switch {
	case limit.Err() != nil:
		return nil, j.failed(limit.Err())
	case out.over:
		return nil, j.failed(errors.New("the child's answer is too long"))
	case err == nil:
		return out.b, nil
	}
	return nil, j.exited(cmd, err, string(log.b))
}

// start runs cmd in a thread of its own: where the system ends a child with its
// parent, it ends it with the thread that started it, and threads that belong to
// nobody may be ended by whoever locked them last.
func start(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- cmd.Run()
	}()
	return <-done
}

// The exit codes of a child, beside those of ffmpeg.
const (
	exitFault  = 3 // its own fault
	exitMemory = 4 // it noticed that memory is short
	exitGo     = 2 // what package runtime exits with
)

// exited says what the end of a child means, by how it ended and, where that
// says too little, by what it wrote for the log.
func (j job) exited(cmd *exec.Cmd, err error, log string) error {
	state := cmd.ProcessState
	cause := fmt.Errorf("%w: %s", err, cut(log, maxLog))
	if state == nil { // it never began: no file is to blame
		return album.ErrUnavailable.Wrap(j.failed(cause))
	}
	switch killed := signalOf(state); {
	case state.SystemTime()+state.UserTime() >= j.limits.CPU && killed != "":
		return album.Errorf(album.CodeLimitExceeded, "this file takes too long to read").Wrap(cause)
	case state.ExitCode() == exitMemory, outOfMemory(log):
		return album.Errorf(album.CodeLimitExceeded, "this file takes too much memory to read").Wrap(cause)
	case killed == "SIGXFSZ":
		return album.Errorf(album.CodeLimitExceeded, "what this video becomes is too large").Wrap(cause)
	case j.what != ffmpegJob, killed == "SIGKILL", killed == "SIGTERM", state.ExitCode() == exitFault, state.ExitCode() == exitGo:
		return j.failed(cause)
	case contains(log, "No space left on device", "Disk quota", "No such file", "Permission denied", "Read-only file system", "Input/output error", "Unknown encoder"):
		return j.failed(cause)
	case strings.Contains(log, "File too large"):
		return album.Errorf(album.CodeLimitExceeded, "what this video becomes is too large").Wrap(cause)
	case contains(log, "Decoder not found", "not currently supported", "no decoder found"):
		return album.Errorf(album.CodeMediaUnsupported, "this kind of video cannot be played here").Wrap(cause)
	}
	return album.Errorf(album.CodeMediaCorrupt, "this video is damaged or not complete").Wrap(cause)
}

// outOfMemory reports whether a child ended because it got no more memory: this
// is how package runtime and ffmpeg say so.
func outOfMemory(log string) bool {
	if contains(log, "SIGSEGV") && contains(log, "goroutine 0 ") {
		return true // package runtime itself touched memory that it did not get
	}
	return contains(log, "out of memory", "cannot allocate memory", "Cannot allocate memory",
		"failed to create new OS thread", "failed to allocate", "runtime: failed to reserve", "runtime: mmap", "malloc of size")
}

func contains(log string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(log, w) })
}

var errTooLong = errors.New("too long")

// capped keeps the first bytes that are written. Beyond them it fails, so that
// the child ends, or is quiet.
type capped struct {
	b     []byte
	most  int
	quiet bool
	over  bool
}

func (c *capped) Write(p []byte) (int, error) {
	n := min(len(p), c.most-len(c.b))
	c.b = append(c.b, p[:n]...)
	if n < len(p) && !c.quiet {
		c.over = true
		return n, errTooLong
	}
	return len(p), nil
}

// lineWriter tells lines of at most 200 bytes; longer ones are cut.
type lineWriter struct {
	line []byte
	tell func(string)
}

func (l *lineWriter) Write(p []byte) (int, error) {
	for _, c := range p {
		if c == '\n' {
			l.tell(string(l.line))
			l.line = l.line[:0]
		} else if len(l.line) < 200 {
			l.line = append(l.line, c)
		}
	}
	return len(p), nil
}

var _ io.Writer = (*lineWriter)(nil)
