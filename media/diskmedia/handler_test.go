package diskmedia_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
	"keepsake/media/diskmedia"
)

const key = "incoming/med_01K57WZQ0ABCDEFGHJKMNPQRST"

// put sends body with a ticket for n bytes.
func ticket(t *testing.T, b *diskmedia.Bucket, method media.Method, n int) media.Ticket {
	t.Helper()
	ticket, err := b.SignUpload(t.Context(), media.UploadRequest{
		Key: key, Method: method, ContentType: "image/jpeg", Bytes: int64(n), ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// do sends a request and wants that status and, of errors, that code.
func do(t *testing.T, s *httptest.Server, r *http.Request, status int, code album.Code) http.Header {
	t.Helper()
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatalf("%s: %v", r.Method, err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v", r.Method, err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s: %d %s, want %d", r.Method, response.StatusCode, body, status)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin",
		"Content-Security-Policy": "sandbox; default-src 'none'",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s %d: %s is %q, want %q", r.Method, status, name, got, want)
		}
	}
	if code != "" {
		var answer struct {
			Error struct {
				Code    album.Code
				Message string
			}
		}
		if err := json.Unmarshal(body, &answer); err != nil || answer.Error.Code != code || answer.Error.Message == "" || strings.Contains(string(body), "objects") {
			t.Errorf("%s %d: %s %v, want %s", r.Method, status, body, err, code)
		}
		if response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %d: an error may be cached", r.Method, status)
		}
	}
	return response.Header
}

func request(t *testing.T, method, url string, body io.Reader, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestUploadStatus(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{})
	good := ticket(t, b, media.PUT, 100)
	image := []string{"Content-Type", "image/jpeg"}
	body := func(n int) io.Reader { return bytes.NewReader(make([]byte, n)) }

	do(t, s, request(t, "PUT", good.URL, body(100)), 415, album.CodeMediaUnsupported)
	do(t, s, request(t, "PUT", good.URL, body(100), "Content-Type", "text/html"), 415, album.CodeMediaUnsupported)
	do(t, s, request(t, "PUT", good.URL, io.MultiReader(body(100)), image...), 411, album.CodeUploadMismatch)
	do(t, s, request(t, "PUT", good.URL, body(101), image...), 413, album.CodeUploadMismatch)
	do(t, s, request(t, "PUT", good.URL, body(99), image...), 400, album.CodeUploadMismatch)
	do(t, s, request(t, "PUT", good.URL+"0", body(100), image...), 403, album.CodeForbidden)
	do(t, s, request(t, "PUT", good.URL+"&x=y", body(100), image...), 403, album.CodeForbidden)
	do(t, s, request(t, "PUT", good.URL+"&b=100", body(100), image...), 403, album.CodeForbidden)
	do(t, s, request(t, "PATCH", good.URL, body(100), image...), 405, album.CodeInvalidInput)
	do(t, s, request(t, "POST", s.URL+"/media/", strings.NewReader("x=y"), "Content-Type", "application/x-www-form-urlencoded"), 400, album.CodeInvalidInput)

	do(t, s, request(t, "PUT", good.URL, body(100), image...), 201, "")
	do(t, s, request(t, "PUT", good.URL, body(100), image...), 200, "") // the same again: who lost the answer is done
	do(t, s, request(t, "PUT", good.URL, strings.NewReader(strings.Repeat("x", 100)), image...), 409, album.CodeConflict)
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}

	form := func(size, claimed int) *http.Request {
		var f strings.Builder
		for _, field := range ticket(t, b, media.POST, claimed).FormFields {
			fmt.Fprintf(&f, "--B\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", field.Name, field.Value)
		}
		fmt.Fprintf(&f, "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\nContent-Type: text/html\r\n\r\n%s\r\n--B--\r\n", strings.Repeat("x", size))
		return request(t, "POST", s.URL+"/media/", strings.NewReader(f.String()), "Content-Type", "multipart/form-data; boundary=B")
	}
	do(t, s, form(101, 100), 413, album.CodeUploadMismatch)
	do(t, s, form(99, 100), 400, album.CodeUploadMismatch)
	do(t, s, form(100_000, 100), 413, album.CodeUploadMismatch)
	do(t, s, form(100, 100), 201, "")
	do(t, s, form(100, 100), 200, "")

	garbage := request(t, "POST", s.URL+"/media/", strings.NewReader(strings.Repeat("x\r\n", 1<<19)), "Content-Type", "multipart/form-data; boundary=B")
	do(t, s, garbage, 413, album.CodeUploadMismatch) // not read to its end
	broken := request(t, "POST", s.URL+"/media/", strings.NewReader("--B\r\nno header\r\n"), "Content-Type", "multipart/form-data; boundary=B")
	do(t, s, broken, 400, album.CodeUploadIncomplete)
}

func TestExpiredStatus(t *testing.T) {
	c := newClock()
	b, s := start(t, t.TempDir(), diskmedia.Options{Now: c.Now})
	up, err := b.SignUpload(t.Context(), media.UploadRequest{Key: key, Method: media.PUT, ContentType: "image/jpeg", Bytes: 1, ExpiresAt: c.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	read, err := b.SignRead(t.Context(), media.ReadRequest{Key: key, ContentType: "image/jpeg"})
	if err != nil {
		t.Fatal(err)
	}
	do(t, s, request(t, "GET", read.URL, nil), 404, album.CodeNotFound)
	c.Advance(2 * time.Hour)
	do(t, s, request(t, "GET", read.URL, nil), 403, album.CodeForbidden)
	do(t, s, request(t, "PUT", up.URL, strings.NewReader("x"), "Content-Type", "image/jpeg"), 403, album.CodeUploadExpired)
}

func TestPreflight(t *testing.T) {
	_, s := start(t, t.TempDir(), diskmedia.Options{})
	for _, method := range []string{"PUT", "POST"} {
		h := do(t, s, request(t, "OPTIONS", s.URL+"/media/"+key, nil, "Origin", "https://example.com", "Access-Control-Request-Method", method), 204, "")
		if !strings.Contains(h.Get("Access-Control-Allow-Methods"), method) || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", method, h)
		}
		for _, name := range []string{"Content-Type", "Content-Range"} {
			if !strings.Contains(h.Get("Access-Control-Allow-Headers"), name) {
				t.Errorf("%s: pages cannot send %s: %v", method, name, h)
			}
		}
	}
}

// TestServedTypes: what is not a photo or a video is only ever saved, whatever
// was signed.
func TestServedTypes(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{})
	if err := b.Write(t.Context(), key, "", strings.NewReader("<script>")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ signed, name, contentType, disposition string }{
		{"image/jpeg", "", "image/jpeg", "inline"},
		{"video/mp4", "a.mp4", "video/mp4", `attachment; filename="a.mp4"`},
		{"text/html", "", "application/octet-stream", `attachment; filename="download"`},
		{"image/svg+xml", "x.svg", "application/octet-stream", `attachment; filename="x.svg"`},
		{"", "", "application/octet-stream", `attachment; filename="download"`},
		{"image/jpeg\r\nX-Evil: 1", "", "application/octet-stream", `attachment; filename="download"`},
	} {
		u, err := b.SignRead(t.Context(), media.ReadRequest{Key: key, ContentType: test.signed, Download: test.name})
		if err != nil {
			t.Fatal(err)
		}
		h := do(t, s, request(t, "GET", u.URL, nil), 200, "")
		if h.Get("Content-Type") != test.contentType || h.Get("Content-Disposition") != test.disposition {
			t.Errorf("%q: %q, %q", test.signed, h.Get("Content-Type"), h.Get("Content-Disposition"))
		}
		if got := h.Get("Cache-Control"); !strings.HasPrefix(got, "private, max-age=") || !strings.HasSuffix(got, ", immutable") {
			t.Errorf("Cache-Control %q", got)
		}
		do(t, s, request(t, "HEAD", u.URL, nil), 200, "")
	}
}

// TestServing: what browsers build on, whatever is asked for.
func TestServing(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{})
	if err := b.Write(t.Context(), key, "", strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	u, err := b.SignRead(t.Context(), media.ReadRequest{Key: key, ContentType: "image/jpeg"})
	if err != nil {
		t.Fatal(err)
	}
	whole := do(t, s, request(t, "GET", u.URL, nil), 200, "")
	etag, modified := whole.Get("ETag"), whole.Get("Last-Modified")
	if etag == "" || strings.HasPrefix(etag, "W/") || modified == "" || whole.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("%v", whole)
	}
	for _, c := range []struct {
		method string
		header []string
		status int
		want   map[string]string
	}{
		{"GET", nil, 200, map[string]string{"Content-Length": "10", "Content-Type": "image/jpeg"}},
		{"HEAD", nil, 200, map[string]string{"Content-Length": "10", "Content-Type": "image/jpeg"}},
		{"GET", []string{"Range", "bytes=2-4"}, 206, map[string]string{"Content-Length": "3", "Content-Range": "bytes 2-4/10"}},
		{"HEAD", []string{"Range", "bytes=2-4"}, 206, map[string]string{"Content-Length": "3", "Content-Range": "bytes 2-4/10"}},
		{"GET", []string{"Range", "bytes=2-4", "If-Range", etag}, 206, map[string]string{"Content-Range": "bytes 2-4/10"}},
		{"GET", []string{"Range", "bytes=2-4", "If-Range", `"another"`}, 200, map[string]string{"Content-Length": "10"}},
		{"GET", []string{"If-None-Match", etag}, 304, nil},
		{"HEAD", []string{"If-None-Match", `"another", ` + etag}, 304, nil},
		{"GET", []string{"If-None-Match", `"another"`}, 200, map[string]string{"Content-Length": "10"}},
		{"GET", []string{"If-Modified-Since", modified}, 304, nil},
	} {
		h := do(t, s, request(t, c.method, u.URL, nil, c.header...), c.status, "")
		for name, want := range c.want {
			if h.Get(name) != want {
				t.Errorf("%s %q: %s is %q, want %q", c.method, c.header, name, h.Get(name), want)
			}
		}
		if h.Get("ETag") != etag || !strings.HasSuffix(h.Get("Cache-Control"), ", immutable") {
			t.Errorf("%s %q: %v", c.method, c.header, h)
		}
	}
	if h := do(t, s, request(t, "GET", u.URL, nil, "Range", "bytes=10-"), 416, ""); h.Get("Content-Range") != "bytes */10" {
		t.Errorf("behind the end: %v", h)
	}
}

// raw opens a connection and begins an upload of 100 bytes without sending any.
func raw(t *testing.T, b *diskmedia.Bucket, s *httptest.Server) net.Conn {
	t.Helper()
	u, err := url.Parse(ticket(t, b, media.PUT, 100).URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 100\r\n\r\n", u.RequestURI()); err != nil {
		t.Fatal(err)
	}
	return conn
}

// files are the paths of all files below dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// eventually waits until there are n files below dir.
func eventually(t *testing.T, dir string, n int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); len(files(t, dir)) != n; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%v, want %d files", files(t, dir), n)
		}
	}
}

func TestSlowBody(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{IdleTimeout: 100 * time.Millisecond})
	conn := raw(t, b, s)
	if _, err := conn.Write(make([]byte, 50)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("%s, want 408", response.Status)
	}
	eventually(t, dir, 0)
}

// TestRefusedBody: who announces a body and sends none is answered too.
func TestRefusedBody(t *testing.T) {
	_, s := start(t, t.TempDir(), diskmedia.Options{IdleTimeout: 100 * time.Millisecond})
	for _, r := range []string{"PUT /media/a?s=x", "PUT /media/a?u=1", "POST /media/a", "POST /media/", "PATCH /media/a"} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", r); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		if response.StatusCode < 400 {
			t.Errorf("%s: %s", r, response.Status)
		}
		_ = errors.Join(response.Body.Close(), conn.Close())
	}
}

func TestClientGone(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{})
	conn := raw(t, b, s)
	if _, err := conn.Write(make([]byte, 50)); err != nil {
		t.Fatal(err)
	}
	eventually(t, dir, 1)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, dir, 0)
}

func TestTooManyUploads(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{MaxUploads: 2})
	first := raw(t, b, s)
	raw(t, b, s)
	eventually(t, dir, 2)
	third := func() *http.Request {
		return request(t, "PUT", ticket(t, b, media.PUT, 100).URL, bytes.NewReader(make([]byte, 100)), "Content-Type", "image/jpeg")
	}
	if h := do(t, s, third(), 503, album.CodeUnavailable); h.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, dir, 1)
	do(t, s, third(), 201, "")
}

func TestLinksAreRefused(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	b, s := start(t, dir, diskmedia.Options{})
	if err := b.Write(t.Context(), "a/real", "", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"a+/file": outside, "a+/inside": "real", "folder+": filepath.Dir(outside)} {
		if err := os.Symlink(target, filepath.Join(dir, "objects", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []string{"a/file", "a/inside", "folder/secret"} {
		if o, err := b.Stat(t.Context(), k); err == nil {
			t.Errorf("Stat %s: %v", k, o)
		}
		if r, err := b.Open(t.Context(), k, 0, -1); err == nil {
			t.Errorf("Open %s", k)
			_ = r.Close()
		}
		if err := b.Publish(t.Context(), k, "m/copy", ""); err == nil {
			t.Errorf("Publish %s", k)
		}
		u, err := b.SignRead(t.Context(), media.ReadRequest{Key: k, ContentType: "image/jpeg"})
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.Client().Do(request(t, "GET", u.URL, nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode < 400 {
			t.Errorf("GET %s: %s", k, response.Status)
		}
	}
	if err := b.Write(t.Context(), "folder/new", "", strings.NewReader("x")); err == nil {
		t.Error("wrote through a link")
	}
	found, err := b.List(t.Context(), "", "", 10)
	if err != nil || len(found) != 1 || found[0].Key != "a/real" {
		t.Errorf("List: %v, %v", found, err)
	}
}

// TestReopen: objects stay, what was being written goes.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	b, _ := start(t, dir, diskmedia.Options{})
	if err := b.Write(t.Context(), key, "", strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tmp", "left"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	b, _ = start(t, dir, diskmedia.Options{})
	if found := files(t, dir); len(found) != 1 || !strings.Contains(found[0], "objects") {
		t.Errorf("%v", found)
	}
	if o, err := b.Stat(t.Context(), key); err != nil || o.Bytes != 4 {
		t.Errorf("%+v, %v", o, err)
	}
	// Nothing stays of what is deleted but the two folders.
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "objects")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestRetryRace: one phone that sends the same bytes over several connections
// is told success on each.
func TestRetryRace(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{})
	good := ticket(t, b, media.PUT, 50_000)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			r := request(t, "PUT", good.URL, bytes.NewReader(make([]byte, 50_000)), "Content-Type", "image/jpeg")
			response, err := s.Client().Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			_ = response.Body.Close()
			if response.StatusCode != 200 && response.StatusCode != 201 {
				t.Errorf("%s", response.Status)
			}
		})
	}
	wg.Wait()
}

func TestOptions(t *testing.T) {
	good := diskmedia.Options{BaseURL: "https://example.com/media", Key: make([]byte, diskmedia.KeySize)}
	for what, change := range map[string]func(*diskmedia.Options){
		"no URL":       func(o *diskmedia.Options) { o.BaseURL = "" },
		"a path":       func(o *diskmedia.Options) { o.BaseURL = "/media" },
		"another URL":  func(o *diskmedia.Options) { o.BaseURL = "ftp://example.com" },
		"a query":      func(o *diskmedia.Options) { o.BaseURL += "?x=y" },
		"no key":       func(o *diskmedia.Options) { o.Key = nil },
		"a short key":  func(o *diskmedia.Options) { o.Key = o.Key[:16] },
		"a key beyond": func(o *diskmedia.Options) { o.Key = make([]byte, 33) },
	} {
		o := good
		change(&o)
		if b, err := diskmedia.Open(t.TempDir(), o); err == nil {
			t.Errorf("%s: opened", what)
			_ = b.Close()
		}
	}
}
