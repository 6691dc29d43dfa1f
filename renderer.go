package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"

	"keepsake/internal/config"
	"keepsake/media/render"
)

// renderCommand is the command that pictures are made with, in a process of its
// own; nobody types it.
const renderCommand = "render"

// openRenderer makes what makes pictures and videos.
func openRenderer(cfg config.Config, observe observer) (*render.Renderer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	o := render.Options{Command: []string{program, renderCommand}, Memory: int64(cfg.WorkerMemory), MovieMemory: 2 * int64(cfg.WorkerMemory), Observe: observe}
	if cfg.FFmpeg != "none" {
		switch path, err := exec.LookPath(cfg.FFmpeg); {
		case err == nil:
			o.FFmpeg = path
		case cfg.FFmpeg != "ffmpeg": // it was asked for
			return nil, fmt.Errorf("KEEPSAKE_FFMPEG: %w", err)
		}
	}
	return render.New(o), nil
}

// prepareScratch makes a directory below dir for this process alone, and removes
// those of processes that are gone. It is held until the closer is called.
func prepareScratch(dir string) (own string, held io.Closer, err error) {
	fault := func(err error) (string, io.Closer, error) { return "", nil, fmt.Errorf("scratch directory: %w", err) }
	if dir, err = filepath.Abs(dir); err != nil {
		return fault(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault(err)
	}
	door := scratchLock(dir) // one looks through it at a time
	if err := door.Lock(); err != nil {
		return fault(err)
	}
	defer func() { err = errors.Join(err, door.Close()) }()
	others, err := filepath.Glob(filepath.Join(dir, "node-*"))
	if err != nil {
		return fault(err)
	}
	for _, other := range others {
		lock := scratchLock(other)
		if free, err := lock.TryLock(); err == nil && free {
			if err := errors.Join(os.RemoveAll(other), lock.Close()); err != nil {
				return fault(err)
			}
		}
	}
	if own, err = os.MkdirTemp(dir, "node-"); err != nil {
		return fault(err)
	}
	lock := scratchLock(own)
	if taken, err := lock.TryLock(); err != nil || !taken {
		return fault(errors.Join(err, errors.New("it cannot be locked")))
	}
	return own, scratch{own, lock}, nil
}

func scratchLock(dir string) *flock.Flock {
	return flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
}

// scratch is the directory of this process.
type scratch struct {
	dir  string
	lock *flock.Flock
}

func (s scratch) Close() error { return errors.Join(os.RemoveAll(s.dir), s.lock.Close()) }
