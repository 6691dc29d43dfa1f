package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"keepsake/album"
)

const (
	// window is how much is read at once: the headers of nearly every file.
	window = 256 << 10
	// maxWindows bounds the requests to the bucket for one file: 256 MB read
	// from end to end, or as many jumps.
	maxWindows = 1024
)

// ReaderAt reads ranges of an object of size bytes through Bucket.Open, in
// windows of 256 KB of which it keeps the last one. After 1,024 windows it
// answers LIMIT_EXCEEDED. Its other errors are those of Bucket.Open, and
// UNAVAILABLE if reading breaks off.
func ReaderAt(ctx context.Context, b Bucket, key string, size int64) io.ReaderAt {
	return &windowReader{ctx: ctx, bucket: b, key: key, size: size}
}

type windowReader struct {
	ctx    context.Context
	bucket Bucket
	key    string
	size   int64

	mu    sync.Mutex // io.ReaderAt may be called concurrently
	buf   []byte     // what stands at start
	start int64
	reads int
}

func (w *windowReader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, album.Invalid("offset", "a negative offset")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for n < len(p) {
		at := off + int64(n)
		if at >= w.size {
			return n, io.EOF
		}
		if at < w.start || at >= w.start+int64(len(w.buf)) {
			if err := w.load(at); err != nil {
				return n, err
			}
		}
		n += copy(p[n:], w.buf[at-w.start:])
	}
	return n, nil
}

// load reads the window that begins at off, which is below size.
func (w *windowReader) load(off int64) error {
	if w.reads++; w.reads > maxWindows {
		return album.Errorf(album.CodeLimitExceeded, "this file takes too many reads to understand")
	}
	r, err := w.bucket.Open(w.ctx, w.key, off, window)
	if err != nil {
		return fmt.Errorf("read %s at %d: %w", w.key, off, err)
	}
	defer r.Close() //nolint:errcheck // nothing was written
	if w.buf == nil {
		w.buf = make([]byte, 0, window)
	}
	w.buf, w.start = w.buf[:min(window, w.size-off)], off
	if _, err = io.ReadFull(contextReader{w.ctx, r}, w.buf); err != nil {
		w.buf = w.buf[:0]
		return fmt.Errorf("read %s at %d: %w", w.key, off, unavailable(err))
	}
	return nil
}

// unavailable gives a read error its code, unless it has one.
func unavailable(err error) error {
	if _, ok := errors.AsType[*album.Error](err); ok {
		return err
	}
	return album.ErrUnavailable.Wrap(err)
}
