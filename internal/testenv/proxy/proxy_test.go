package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// TestProxy breaks a connection to a server that echoes in each way, and heals it.
func TestProxy(t *testing.T) {
	t.Parallel()
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var heard meter
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, io.TeeReader(c, &heard))
				_ = c.Close()
			}()
		}
	}()
	t.Cleanup(func() { must(t, echo.Close()) })
	p, err := Start(echo.Addr().String())
	must(t, err)
	t.Cleanup(p.Close)

	silence := func(n int, err error, _ time.Duration) bool { return n == 0 && errors.Is(err, os.ErrDeadlineExceeded) }
	for name, c := range map[string]struct {
		fault func() error
		holds func(n int, err error, took time.Duration) bool
	}{
		"delay":    {func() error { return p.Delay(200 * time.Millisecond) }, func(n int, _ error, took time.Duration) bool { return n == 4 && took >= 200*time.Millisecond }},
		"cut":      {p.Cut, func(n int, err error, _ time.Duration) bool { return n == 0 && err != nil }},
		"hang":     {p.Hang, silence},
		"hole":     {p.BlackHole, silence},
		"reset":    {p.Reset, func(n int, err error, _ time.Duration) bool { return n == 0 && err != nil }},
		"truncate": {func() error { return p.Truncate(2) }, func(n int, err error, _ time.Duration) bool { return n == 2 && err != nil }},
	} {
		if n, _, err := ask(p.Addr); n != 4 || err != nil {
			t.Fatalf("before %s: %d bytes, %v", name, n, err)
		}
		before := heard.Load()
		must(t, c.fault())
		if n, took, err := ask(p.Addr); !c.holds(n, err, took) {
			t.Errorf("%s: %d bytes in %v, %v", name, n, took, err)
		}
		if lost := heard.Load() == before; lost != (name == "cut" || name == "hole") {
			t.Errorf("%s: that the server heard nothing is %v", name, lost)
		}
		must(t, p.Heal())
	}
	if n, _, err := ask(p.Addr); n != 4 || err != nil {
		t.Errorf("at last: %d bytes, %v", n, err)
	}
}

// meter counts the bytes that are written to it.
type meter struct{ atomic.Int64 }

func (m *meter) Write(p []byte) (int, error) { m.Add(int64(len(p))); return len(p), nil }

// ask sends four bytes and reads as many.
func ask(addr string) (n int, took time.Duration, err error) {
	start := time.Now()
	defer func() { took = time.Since(start) }()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close() //nolint:errcheck // it was read
	if err := c.SetDeadline(start.Add(time.Second)); err != nil {
		return 0, 0, err
	}
	if _, err := c.Write([]byte("ping")); err != nil {
		return 0, 0, err
	}
	n, err = io.ReadFull(c, make([]byte, 4))
	return n, 0, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
