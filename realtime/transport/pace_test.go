package transport

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Who sends much at once is read at the rate, but for what may be there at once;
// after a rest that may be there again.
func TestSocketsAreReadAtTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close() //nolint:errcheck // a pipe
		p := &paced{Conn: ours, each: time.Second / readRate}
		read := func(n int) time.Duration {
			began := time.Now()
			go func() { _, _ = theirs.Write(make([]byte, n)) }()
			if _, err := io.CopyBuffer(io.Discard, io.LimitReader(struct{ io.Reader }{p}, int64(n)), make([]byte, readBuffer)); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		for range 2 {
			if took := read(readAhead); took != 0 {
				t.Errorf("what may be there at once takes %v", took)
			}
			took, want := read(2*readRate), 2*readRate*p.each
			if off := took - want; off < 0 || off > leastPause {
				t.Errorf("%d bytes more take %v, want %v", 2*readRate, took, want)
			}
			time.Sleep(time.Second)
		}
	})
}
