package diskmedia

import (
	"io"
	"os"
	"sync/atomic"
)

const (
	// copySize is how much of a body is read and written at a time.
	copySize = 256 << 10
	// flushSize is after how much the disk is told to begin writing.
	flushSize = 512 << 10
)

// appendBody writes a body behind the have bytes of a file, and keeps count of
// what is there, if somebody wants to know.
func (t *temp) appendBody(have int64, body io.Reader, count *atomic.Int64) (int64, error) {
	buffer, ok := t.bucket.buffers.Get().(*[copySize]byte)
	if !ok {
		buffer = new([copySize]byte)
	}
	defer t.bucket.buffers.Put(buffer)
	return io.CopyBuffer(&flusher{file: t.file, end: have, flushed: have, count: count}, body, buffer[:])
}

// flusher has the disk write while more is still to come: a sync in the end then
// waits for little.
type flusher struct {
	file         *os.File
	end, flushed int64
	count        *atomic.Int64
}

func (f *flusher) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	f.end += int64(n)
	if f.count != nil {
		f.count.Store(f.end)
	}
	if f.end-f.flushed >= flushSize {
		beginWriting(f.file, f.flushed, f.end-f.flushed)
		f.flushed = f.end
	}
	return n, err
}
