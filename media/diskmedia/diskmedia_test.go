package diskmedia_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"keepsake/media"
	"keepsake/media/diskmedia"
	"keepsake/media/mediatest"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 34, 56, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// start opens the bucket in dir and serves it as the program does, until the
// test ends.
func start(t *testing.T, dir string, o diskmedia.Options) (*diskmedia.Bucket, *httptest.Server) {
	t.Helper()
	b, server, stop := run(t, dir, "127.0.0.1:0", o)
	t.Cleanup(stop)
	return b, server
}

// run is start at an address, until stop.
func run(t *testing.T, dir, address string, o diskmedia.Options) (b *diskmedia.Bucket, server *httptest.Server, stop func()) {
	t.Helper()
	mux := http.NewServeMux()
	server = httptest.NewUnstartedServer(mux)
	_ = server.Listener.Close()
	var listen net.ListenConfig
	var err error
	if server.Listener, err = listen.Listen(t.Context(), "tcp", address); err != nil {
		t.Fatal(err)
	}
	o.BaseURL = "http://" + server.Listener.Addr().String() + "/media"
	o.Key = bytes.Repeat([]byte{7}, diskmedia.KeySize)
	if b, err = diskmedia.Open(dir, o); err != nil {
		t.Fatalf("Open: %v", err)
	}
	mux.Handle("/media/", http.StripPrefix("/media", b))
	server.Start()
	return b, server, func() {
		server.CloseClientConnections() // what tests left half-open
		server.Close()
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestBucket(t *testing.T) {
	mediatest.Run(t, func(t *testing.T) mediatest.Harness {
		c, dir, address := newClock(), t.TempDir(), "127.0.0.1:0"
		var stop func()
		var open func(t *testing.T) mediatest.Harness
		open = func(t *testing.T) mediatest.Harness {
			if stop != nil {
				stop()
			}
			var b *diskmedia.Bucket
			var server *httptest.Server
			b, server, stop = run(t, dir, address, diskmedia.Options{Now: c.Now})
			address = server.Listener.Addr().String()
			return mediatest.Harness{Bucket: b, Client: server.Client(), Now: c.Now, Advance: c.Advance, Restart: open}
		}
		t.Cleanup(func() {
			stop()
			if left := leftovers(t, dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
		return open(t)
	})
}

// leftovers are the temporary files in a bucket's folder.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	return files(t, filepath.Join(dir, "tmp"))
}

func BenchmarkSignRead(b *testing.B) {
	bucket, err := diskmedia.Open(b.TempDir(), diskmedia.Options{BaseURL: "https://media.example.com", Key: make([]byte, diskmedia.KeySize)})
	if err != nil {
		b.Fatal(err)
	}
	defer bucket.Close() //nolint:errcheck // a benchmark
	b.ReportAllocs()
	for b.Loop() {
		_, err := bucket.SignRead(b.Context(), media.ReadRequest{Key: "m/med_01K57WZQ0ABCDEFGHJKMNPQRST/original.jpg", ContentType: "image/jpeg", Download: "IMG_0001.jpg"})
		if err != nil {
			b.Fatal(err)
		}
	}
}
