package gcsmedia_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/media"
	"keepsake/media/gcsmedia"
)

func wantUnavailable(t *testing.T, what string, err error) {
	t.Helper()
	e, ok := errors.AsType[*album.Error](err)
	if !ok || e.Code != album.CodeUnavailable {
		t.Errorf("%s: %v, want UNAVAILABLE", what, err)
	} else if e.Message != album.ErrUnavailable.Message {
		t.Errorf("%s tells clients %q", what, e.Message)
	}
}

// calls are all that talk to GCS.
func calls(b *gcsmedia.Bucket) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Stat": func(ctx context.Context) error { _, err := b.Stat(ctx, key); return err },
		"Open": func(ctx context.Context) error { _, err := b.Open(ctx, key, 0, -1); return err },
		"Write": func(ctx context.Context) error {
			return b.Write(ctx, key, kind, strings.NewReader("x"))
		},
		"Publish": func(ctx context.Context) error { return b.Publish(ctx, key, final, kind) },
		"Delete":  func(ctx context.Context) error { return b.Delete(ctx, key) },
		"List":    func(ctx context.Context) error { _, err := b.List(ctx, "", "", 1); return err },
		"Ping":    b.Ping,
	}
}

// behind puts a handler before a server: it answers, or returns false to let the
// server answer.
func behind(t *testing.T, s *gcsserver.Server, handle func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !handle(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return front.URL
}

func hang(_ http.ResponseWriter, r *http.Request) bool {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client leave
	<-r.Context().Done()
	return true
}

// TestRefusals: what GCS answers is told apart by its number, tried again a few
// times where that helps, and never shown.
func TestRefusals(t *testing.T) {
	for status, want := range map[int]album.Code{
		400: album.CodeUnavailable, 401: album.CodeUnavailable, 403: album.CodeUnavailable, 404: album.CodeNotFound,
		412: album.CodeConflict, 429: album.CodeUnavailable, 500: album.CodeUnavailable, 503: album.CodeUnavailable,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var seen atomic.Int64
			front := behind(t, serve(t, gcsserver.Options{}), func(w http.ResponseWriter, r *http.Request) bool {
				seen.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(status)
				_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"message":"secret of the driver"}}`, status)
				return true
			})
			b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Endpoint: front, Timeout: time.Second})
			for name, call := range calls(b) {
				want := want
				switch {
				case name == "Delete" && status == 404, name == "Publish" && status == 412, name == "Ping" && status == 412:
					want = "" // this is how it should be
				}
				seen.Store(0)
				err := call(t.Context())
				if album.CodeOf(err) != want {
					t.Errorf("%s: %v, want %q", name, err, want)
				}
				if e, ok := errors.AsType[*album.Error](err); ok && strings.Contains(e.Message, "secret") {
					t.Errorf("%s tells clients %q", name, e.Message)
				}
				again := name != "Ping" && (status == 429 || status >= 500)
				if n := seen.Load(); want == album.CodeUnavailable && again != (n > 1) || name != "Write" && n > 3 {
					t.Errorf("%s: %d attempts", name, n)
				}
			}
		})
	}
}

// TestGone: a GCS that is not there, that does not answer, or a caller that
// leaves ends every call soon.
func TestGone(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	silent := behind(t, s, hang)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		endpoint string
		timeout  time.Duration
		leave    time.Duration
	}{
		"refused":   {gone.URL, time.Second, time.Minute},
		"silent":    {silent, 50 * time.Millisecond, time.Minute},
		"deadline":  {silent, time.Minute, 50 * time.Millisecond},
		"cancelled": {silent, time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, s, gcsmedia.Options{Endpoint: c.endpoint, Timeout: c.timeout})
			for what, call := range calls(b) {
				ctx, cancel := context.WithTimeout(t.Context(), c.leave)
				began := time.Now()
				err := call(ctx)
				wantUnavailable(t, what, err)
				if c.leave < time.Minute && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v does not say that the caller left", what, err)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s took %s", what, took)
				}
				cancel()
			}
		})
	}
}

// TestStalledRead: a body that stops in the middle ends the read, and a caller
// that takes its time between reads does not.
func TestStalledRead(t *testing.T) {
	const timeout, size = 300 * time.Millisecond, 4 << 20 // more than waits in buffers
	s := serve(t, gcsserver.Options{})
	front := behind(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write(make([]byte, 500))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	})
	if err := open(t, s, gcsmedia.Options{}).Write(t.Context(), key, kind, bytes.NewReader(make([]byte, size))); err != nil {
		t.Fatal(err)
	}
	for endpoint, want := range map[string]int64{s.URL: size, front: 500} {
		r, err := open(t, s, gcsmedia.Options{Endpoint: endpoint, Timeout: timeout}).Open(t.Context(), key, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * timeout)
		n, err := io.Copy(io.Discard, r)
		if n != want {
			t.Errorf("%d bytes, want the %d that came", n, want)
		}
		if want < size {
			wantUnavailable(t, "Read", err)
		} else if err != nil {
			t.Errorf("Read: %v", err)
		}
		_ = r.Close() // it may have broken off
	}
}

// TestStalledWrite: neither a server that stops taking nor a source that stops
// giving holds a write for good, and a slow source is no fault.
func TestStalledWrite(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	b := open(t, s, gcsmedia.Options{Timeout: time.Second})
	slow := readerFunc(func() func([]byte) (int, error) {
		left := 12
		return func(p []byte) (int, error) {
			<-time.After(100 * time.Millisecond)
			if left--; left < 0 {
				return 0, io.EOF
			}
			return copy(p, "x"), nil
		}
	}())
	if err := b.Write(t.Context(), key, kind, slow); err != nil {
		t.Errorf("a slow source: %v", err)
	}
	silent := open(t, s, gcsmedia.Options{Endpoint: behind(t, s, hang), Timeout: 50 * time.Millisecond})
	wantUnavailable(t, "a large write", silent.Write(t.Context(), final, kind, bytes.NewReader(make([]byte, 9<<20))))
}

// TestWithoutLimit takes away the limit of time, without which a server that does
// not answer holds each call for as long as its caller waits.
func TestWithoutLimit(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	b := open(t, s, gcsmedia.Options{Endpoint: behind(t, s, hang), Timeout: time.Hour})
	for name, call := range calls(b) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := call(ctx); err == nil || ctx.Err() == nil {
				t.Errorf("it ended by itself: %v", err)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestLostAnswer: a write that was done, but whose answer was lost, is tried
// again and is no conflict with itself; another's is.
func TestLostAnswer(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	var lost atomic.Int64
	front := behind(t, s, func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/upload/") || lost.Add(1) > 1 {
			return false
		}
		r.RequestURI = ""
		r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(s.URL, "http://")
		if answer, err := http.DefaultTransport.RoundTrip(r); err == nil {
			_ = answer.Body.Close()
		}
		panic(http.ErrAbortHandler)
	})
	b := open(t, s, gcsmedia.Options{Endpoint: front})
	if err := b.Write(t.Context(), key, kind, strings.NewReader("x")); err != nil || lost.Load() < 2 {
		t.Errorf("%v after %d attempts", err, lost.Load())
	}
	if err := b.Write(t.Context(), key, kind, strings.NewReader("x")); album.CodeOf(err) != album.CodeConflict {
		t.Errorf("a second write: %v, want CONFLICT", err)
	}
}

// TestContentEncoding: what GCS would unpack is not read.
func TestContentEncoding(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	b := open(t, s, gcsmedia.Options{})
	for i, encoding := range []string{"gzip", "br"} {
		// gzip of nothing, so that it can be unpacked
		body := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		k := key + fmt.Sprint(i)
		ticket, err := b.SignUpload(t.Context(), media.UploadRequest{Key: k, Method: media.PUT, ContentType: kind, Bytes: int64(len(body)), ExpiresAt: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if status := put(t, ticket, body, media.Field{Name: "Content-Encoding", Value: encoding}); status != http.StatusOK {
			t.Fatalf("PUT: %d", status)
		}
		for _, length := range []int64{-1, 5} {
			if r, err := b.Open(t.Context(), k, 0, length); album.CodeOf(err) != album.CodeMediaUnsupported {
				t.Errorf("%s: %v, %v", encoding, r, err)
			}
		}
	}
}

// put does what a ticket says, with more headers, and returns the status.
func put(t *testing.T, ticket media.Ticket, body string, more ...media.Field) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, ticket.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range append(ticket.Headers, more...) {
		r.Header.Set(h.Name, h.Value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
