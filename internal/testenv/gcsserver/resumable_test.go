package gcsserver_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"keepsake/internal/testenv/gcsserver"
)

const unit = 256 << 10

// session signs and begins a resumable upload with headers, "name:value", and
// returns its URL.
func (s trial) session(t *testing.T, key string, headers ...string) string {
	t.Helper()
	h, status := s.begin(t, key, headers...)
	if status != http.StatusCreated || h.Get("Location") == "" {
		t.Fatalf("POST: %d, %v", status, h)
	}
	return h.Get("Location")
}

func (s trial) begin(t *testing.T, key string, headers ...string) (http.Header, int) {
	t.Helper()
	headers = append(headers, "x-goog-resumable:start")
	u := s.sign(t, "POST", key, func(o *storage.SignedURLOptions) { o.ContentType, o.Headers = kind, headers })
	r, err := http.NewRequestWithContext(t.Context(), "POST", u, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Set(name, value)
	}
	return answer(t, r)
}

// chunk sends a PUT to a session.
func chunk(t *testing.T, session, contentRange, body string) (http.Header, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "PUT", session, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentRange != "" {
		r.Header.Set("Content-Range", contentRange)
	}
	return answer(t, r)
}

func answer(t *testing.T, r *http.Request) (http.Header, int) {
	t.Helper()
	r.Close = true
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, a.Body)
	if err != nil || a.Body.Close() != nil {
		t.Fatal(err)
	}
	return a.Header, a.StatusCode
}

// want sends a chunk and wants a status and a Range.
func want(t *testing.T, session, contentRange, body string, status int, have string) {
	t.Helper()
	if h, got := chunk(t, session, contentRange, body); got != status || h.Get("Range") != have {
		t.Fatalf("%q with %d bytes: %d, Range %q, want %d, %q", contentRange, len(body), got, h.Get("Range"), status, have)
	}
}

// read reads an object by the client library, or returns "".
func (s trial) read(t *testing.T, key string) string {
	t.Helper()
	r, err := s.client.Bucket(s.Bucket).Object(key).NewReader(t.Context())
	if err != nil {
		return ""
	}
	defer r.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestResumable(t *testing.T) {
	s := start(t, gcsserver.Options{})
	body := strings.Repeat("0123456789abcdef", 2*unit/16) + "end"
	total := len(body)
	u := s.session(t, "a", fresh+":0")
	ask := fmt.Sprintf("bytes */%d", total)
	one := fmt.Sprintf("bytes=0-%d", unit-1)
	two := fmt.Sprintf("bytes=0-%d", 2*unit-1)

	want(t, u, ask, "", 308, "")
	want(t, u, fmt.Sprintf("bytes %d-%d/%d", unit, 2*unit-1, total), body[unit:2*unit], 503, "") // a hole
	want(t, u, fmt.Sprintf("bytes 0-%d/*", unit-1), body[:unit], 308, one)
	want(t, u, fmt.Sprintf("bytes 0-%d/%d", unit-1, total), strings.Repeat("x", unit), 308, one) // passed over
	want(t, u, "bytes */*", "", 308, one)
	want(t, u, fmt.Sprintf("bytes */%d", 2*total), "", 308, one) // neither does another total end it
	want(t, u, fmt.Sprintf("bytes %d-%d/%d", unit, 2*unit, total), body[unit:2*unit+1], 308, two)
	want(t, u, fmt.Sprintf("bytes 7-%d/%d", 2*unit, total), body[7:2*unit+1], 308, two)
	for _, wrong := range []string{"bytes", "bytes 0-1", "bytes 1-0/9", "bytes 0-9/9", "bytes */x", "bytes 0-5/9"} {
		want(t, u, wrong, "12345", 400, "")
	}
	if s.read(t, "a") != "" {
		t.Fatal("an object, and the upload is not complete")
	}
	want(t, u, fmt.Sprintf("bytes %d-%d/%d", 2*unit, total-1, total), body[2*unit:], 200, "")
	if s.read(t, "a") != body {
		t.Error("the object is not what was sent")
	}
	for _, again := range []string{ask, "bytes */7", "bytes 0-4/*"} { // of a complete upload
		want(t, u, again, map[bool]string{true: "", false: "12345"}[strings.Contains(again, "*/")], 200, "")
	}
	if s.read(t, "a") != body {
		t.Error("the object has changed")
	}

	// Everything at once, without a range; and a total that is said in the end.
	want(t, s.session(t, "b"), "", "12345", 200, "")
	u = s.session(t, "c")
	want(t, u, fmt.Sprintf("bytes 0-%d/*", unit-1), body[:unit], 308, one)
	want(t, u, fmt.Sprintf("bytes */%d", unit), "", 200, "")
	if s.read(t, "b") != "12345" || s.read(t, "c") != body[:unit] {
		t.Error("the objects are not what was sent")
	}
}

func TestResumableRefusals(t *testing.T) {
	now := time.Now()
	s := start(t, gcsserver.Options{Now: func() time.Time { return now }})
	body := strings.Repeat("x", unit)
	plain := s.sign(t, "POST", "a", func(o *storage.SignedURLOptions) { o.ContentType = kind })
	for what, c := range map[string]struct {
		url     string
		body    string
		headers []string
	}{
		"unsigned":             {s.URL + "/" + s.Bucket + "/a", "", []string{"x-goog-resumable", "start"}},
		"an unsigned header":   {plain, "", []string{"Content-Type", kind, "x-goog-resumable", "start"}},
		"without the header":   {plain, "", []string{"Content-Type", kind}},
		"signed for a PUT":     {s.upload(t, "a"), "", []string{"Content-Type", kind, five, "5,5", fresh, "0"}},
		"another header value": {s.sign(t, "POST", "a", func(o *storage.SignedURLOptions) { o.Headers = []string{"x-goog-resumable:stop"} }), "", []string{"x-goog-resumable", "stop"}},
		"a body":               {s.sign(t, "POST", "a", func(o *storage.SignedURLOptions) { o.Headers = []string{"x-goog-resumable:start"} }), "x", []string{"x-goog-resumable", "start"}},
	} {
		if status, code := send(t, "POST", c.url, c.body, c.headers...); status < 400 {
			t.Errorf("%s: %d %s", what, status, code)
		}
	}

	// Fewer bytes than a unit end the session.
	u := s.session(t, "small")
	want(t, u, "bytes 0-999/*", body[:1000], 400, "")
	want(t, u, fmt.Sprintf("bytes 0-%d/%d", unit-1, unit), body, 400, "")
	// The generation is looked at in the end.
	u = s.session(t, "taken", fresh+":0")
	if status, code := send(t, "PUT", s.upload(t, "taken"), "12345", "Content-Type", kind, five, "5,5", fresh, "0"); status != 200 {
		t.Fatalf("PUT: %d %s", status, code)
	}
	want(t, u, "", "54321", 412, "")
	if s.read(t, "taken") != "12345" {
		t.Error("an object was replaced")
	}
	// Sizes, by either header.
	for _, header := range []string{five + ":5,5", "x-upload-content-length:5"} {
		for _, wrong := range []string{"1234", "123456", body} {
			want(t, s.session(t, "size", header), "", wrong, 400, "")
			want(t, s.session(t, "size", header), fmt.Sprintf("bytes 0-%d/%d", len(wrong)-1, len(wrong)), wrong, 400, "")
		}
		if s.read(t, "size") != "" {
			t.Errorf("%s: made an object", header)
		}
		want(t, s.session(t, "size-"+header[:4], header), "bytes 0-4/5", "12345", 200, "")
	}
	if _, status := s.begin(t, "a", "x-upload-content-length:-1"); status != 400 {
		t.Errorf("a negative length: %d", status)
	}
	if _, status := s.begin(t, "a", five+":5"); status != 400 {
		t.Errorf("half a range: %d", status)
	}
	// Sessions are of one key, until they are cancelled or a week has gone.
	u = s.session(t, "mine")
	want(t, strings.Replace(u, "/mine?", "/yours?", 1), "", "12345", 404, "")
	want(t, u+"x", "", "12345", 404, "")
	for range 2 {
		if status, _ := send(t, "DELETE", u, ""); status != 499 {
			t.Errorf("DELETE: %d", status)
		}
	}
	want(t, u, "", "12345", 499, "")
	u = s.session(t, "week")
	now = now.Add(7*24*time.Hour - time.Second)
	want(t, u, "bytes */5", "", 308, "")
	now = now.Add(time.Second)
	want(t, u, "", "12345", 410, "")
	if status, _ := send(t, "GET", u, ""); status < 400 {
		t.Errorf("GET: %d", status)
	}
}

// TestResumableBroken: of a chunk that breaks off whole units are kept, and a
// connection that stays open holds nothing up.
func TestResumableBroken(t *testing.T) {
	s := start(t, gcsserver.Options{})
	u := s.session(t, "a")
	parsed, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	half := func(sent int) net.Conn {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", parsed.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: x\r\nContent-Range: bytes 0-%d/%d\r\nContent-Length: %d\r\n\r\n%s",
			parsed.RequestURI(), 3*unit-1, 4*unit, 3*unit, strings.Repeat("x", sent)); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	half(unit) // stays
	for _, sent := range []int{0, 1000, unit + 1000} {
		conn := half(sent)
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, conn)
		have := ""
		if sent >= unit {
			have = fmt.Sprintf("bytes=0-%d", unit-1)
		}
		want(t, u, fmt.Sprintf("bytes */%d", 4*unit), "", 308, have)
	}
}

// TestResumableOrigin: pages of the origin that began an upload may go on with it.
func TestResumableOrigin(t *testing.T) {
	const page = "https://album.example.com"
	s := start(t, gcsserver.Options{})
	if _, err := s.client.Bucket(s.Bucket).Update(t.Context(), storage.BucketAttrsToUpdate{CORS: []storage.CORS{{
		Origins: []string{"*"}, Methods: []string{"PUT", "POST"}, ResponseHeaders: []string{"Content-Range", "Range", "Location"},
	}}}); err != nil {
		t.Fatal(err)
	}
	u := s.sign(t, "POST", "a", func(o *storage.SignedURLOptions) { o.Headers = []string{"x-goog-resumable:start"} })
	r, err := http.NewRequestWithContext(t.Context(), "POST", u, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Goog-Resumable", "start")
	r.Header.Set("Origin", page)
	h, status := answer(t, r)
	if status != 201 || h.Get("Access-Control-Allow-Origin") != page || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "Location") {
		t.Errorf("POST: %d, %v", status, h)
	}
	for origin, allowed := range map[string]bool{page: true, "https://example.com": false} {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", h.Get("Location"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Range", "bytes */5")
		r.Header.Set("Origin", origin)
		h, status := answer(t, r)
		if got := h.Get("Access-Control-Allow-Origin") == origin; status != 308 || got != allowed {
			t.Errorf("%s: %d, %v", origin, status, h)
		}
	}
}
