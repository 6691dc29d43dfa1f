package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"keepsake/album"
	"keepsake/media"
	"keepsake/media/render/heif"
)

// The jobs of a child.
const (
	pictureJob = "picture" // render a picture: its type and its path, or "-" for the standard input
	ffmpegJob  = "ffmpeg"  // become ffmpeg: its path and its arguments
)

// Child is the main function of a child: the program calls it with its arguments
// behind "render" and exits with what it returns. The arguments are the job,
// three limits (bytes of memory, seconds of CPU time, bytes of a file), and the
// job's own.
func Child(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fault := func(err error) int {
		_, _ = fmt.Fprintln(stderr, "render:", err)
		return exitFault
	}
	l, rest, err := parseLimits(args)
	if err != nil {
		return fault(err)
	}
	switch {
	case args[0] == ffmpegJob && len(rest) > 0:
		if err := l.apply(false); err != nil {
			return fault(err)
		}
		return fault(become(rest[0], rest, []string{"LC_ALL=C"}))
	case args[0] == pictureJob && len(rest) == 2:
		if err := l.apply(true); err != nil {
			return fault(err)
		}
		// What is in use is mostly one picture; letting twice that pile up before
		// it is collected would double the memory.
		debug.SetGCPercent(10)
		debug.SetMemoryLimit(l.Memory / 4 * 3)
		p, err := renderFile(rest[0], rest[1], l.Memory, stdin, stderr)
		if errors.Is(err, heif.ErrMemory) {
			_, _ = fmt.Fprintln(stderr, err)
			return exitMemory
		}
		if err := writeAnswer(stdout, p, err); err != nil {
			return fault(err)
		}
		return 0
	}
	return fault(errors.New("this command is for the server itself"))
}

func parseLimits(args []string) (l limits, rest []string, err error) {
	if len(args) < 4 {
		return l, nil, errors.New("this command is for the server itself")
	}
	var n [3]int64
	for i := range n {
		if n[i], err = strconv.ParseInt(args[1+i], 10, 64); err != nil || n[i] < 0 {
			return l, nil, fmt.Errorf("%q is no limit", args[1+i])
		}
	}
	return limits{Memory: n[0], CPU: time.Duration(n[1]) * time.Second, File: n[2]}, args[4:], nil
}

// maxFrame bounds a picture that comes through the standard input.
const maxFrame = 64 << 20

// renderFile opens a picture and renders it. A decoder that panics has met a
// picture that is damaged.
func renderFile(contentType, path string, memory int64, stdin io.Reader, stderr io.Writer) (p Picture, err error) {
	var file io.ReaderAt
	var size int64
	if path == "-" {
		b, err := io.ReadAll(io.LimitReader(stdin, maxFrame))
		if err != nil {
			return Picture{}, err
		}
		file, size = bytes.NewReader(b), int64(len(b))
	} else {
		f, err := os.Open(path)
		if err != nil {
			return Picture{}, err
		}
		defer f.Close() //nolint:errcheck // nothing was written
		info, err := f.Stat()
		if err != nil {
			return Picture{}, err
		}
		file, size = f, info.Size()
	}
	defer func() {
		if r := recover(); r != nil {
			if cause, ok := r.(error); ok && errors.Is(cause, syscall.ENOMEM) {
				p, err = Picture{}, heif.ErrMemory
				return
			}
			_, _ = fmt.Fprintf(stderr, "panic: %v\n%s", r, debug.Stack())
			p, err = Picture{}, corrupt(fmt.Errorf("panic: %v", r))
		}
	}()
	facts, err := media.Inspect(context.Background(), file, size)
	if err != nil {
		return Picture{}, err
	}
	if facts.ContentType != contentType || facts.Kind != album.Photo {
		return Picture{}, album.Errorf(album.CodeMediaUnsupported, "this is not the kind of picture that it was said to be")
	}
	colors, err := media.ColorsOf(context.Background(), contentType, file, size)
	if err != nil {
		return Picture{}, err
	}
	s := source{file: file, size: size, memory: memory, facts: facts, colors: colors}
	return s.render()
}

func corrupt(cause error) error {
	return album.Errorf(album.CodeMediaCorrupt, "this picture is damaged or not complete").Wrap(cause)
}

// checkSize is Inspect's limit, for what only a decoder finds out.
func checkSize(width, height int) error {
	if width < 1 || height < 1 {
		return corrupt(errors.New("no width or no height"))
	}
	if width > media.MaxSide || height > media.MaxSide || width*height > media.MaxPixels {
		return album.Errorf(album.CodeLimitExceeded, "%d x %d is too large", width, height)
	}
	return nil
}
