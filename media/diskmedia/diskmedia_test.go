package diskmedia_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
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

// start opens the bucket in dir and serves it as the program does.
func start(t *testing.T, dir string, o diskmedia.Options) (*diskmedia.Bucket, *httptest.Server) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	o.BaseURL = "http://" + server.Listener.Addr().String() + "/media"
	o.Key = bytes.Repeat([]byte{7}, diskmedia.KeySize)
	b, err := diskmedia.Open(dir, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	mux.Handle("/media/", http.StripPrefix("/media", b))
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b, server
}

func TestBucket(t *testing.T) {
	mediatest.Run(t, func(t *testing.T) mediatest.Harness {
		c := newClock()
		b, server := start(t, t.TempDir(), diskmedia.Options{Now: c.Now})
		return mediatest.Harness{Bucket: b, Client: server.Client(), Now: c.Now, Advance: c.Advance}
	})
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
