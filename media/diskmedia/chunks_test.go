package diskmedia_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
	"keepsake/media/diskmedia"
)

const unit = media.ChunkUnit

// begin opens an upload in chunks and returns the URL of its session.
func begin(t *testing.T, b *diskmedia.Bucket, s *httptest.Server, n int) string {
	t.Helper()
	h := do(t, s, request(t, "POST", ticket(t, b, media.CHUNKS, n).URL, nil, "Content-Type", "image/jpeg"), 201, "")
	return h.Get("Location")
}

// chunk makes the request that sends bytes from first on.
func chunk(t *testing.T, session string, first, total int, bytes []byte) *http.Request {
	t.Helper()
	return request(t, "PUT", session, strings.NewReader(string(bytes)), "Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+len(bytes)-1, total))
}

// ask makes the request that asks how far a session is.
func ask(t *testing.T, session string, total int) *http.Request {
	t.Helper()
	return request(t, "PUT", session, nil, "Content-Range", fmt.Sprintf("bytes */%d", total))
}

func TestChunkStatus(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{})
	const total = 2*unit + 10
	body := bytes.Repeat([]byte("x"), total)
	good := ticket(t, b, media.CHUNKS, total).URL
	image := []string{"Content-Type", "image/jpeg"}
	do(t, s, request(t, "POST", good, nil), 415, album.CodeMediaUnsupported)
	do(t, s, request(t, "POST", good, strings.NewReader("x"), image...), 400, album.CodeInvalidInput)
	do(t, s, request(t, "POST", good, io.MultiReader(), image...), 400, album.CodeInvalidInput)
	do(t, s, request(t, "POST", good+"0", nil, image...), 403, album.CodeForbidden)
	do(t, s, request(t, "POST", s.URL+"/media/"+key, nil, image...), 403, album.CodeForbidden)
	session := begin(t, b, s, total)
	if !strings.HasPrefix(session, s.URL+"/media/"+key+"?") {
		t.Errorf("session at %s", session)
	}

	u, err := url.Parse(session)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range u.Query() {
		for _, value := range []string{"", values[0] + "0", strings.ToUpper(values[0]) + "x"} {
			query := u.Query()
			query.Set(name, value)
			forged := *u
			forged.RawQuery = query.Encode()
			do(t, s, ask(t, forged.String(), total), 403, album.CodeForbidden)
		}
	}
	do(t, s, ask(t, session+"&x=y", total), 403, album.CodeForbidden)

	for _, c := range []struct {
		contentRange string
		body         io.Reader
		status       int
		code         album.Code
	}{
		{"", bytes.NewReader(body), 400, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes 0-%d/%d", total-1, total), io.MultiReader(bytes.NewReader(body)), 411, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes 0-%d/%d", total-2, total), bytes.NewReader(body[:10]), 400, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes 0-9/%d", total), bytes.NewReader(body[:10]), 400, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes 0-9/%d", total+1), bytes.NewReader(body[:10]), 413, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes 0-9/%d", total-1), bytes.NewReader(body[:10]), 400, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes */%d", total), bytes.NewReader(body[:10]), 400, album.CodeUploadMismatch},
		{fmt.Sprintf("bytes */%d", total+1), nil, 413, album.CodeUploadMismatch},
	} {
		r := request(t, "PUT", session, c.body)
		if c.contentRange != "" {
			r.Header.Set("Content-Range", c.contentRange)
		}
		do(t, s, r, c.status, c.code)
	}
	twice := ask(t, session, total)
	twice.Header.Add("Content-Range", twice.Header.Get("Content-Range"))
	do(t, s, twice, 400, album.CodeUploadMismatch)

	if h := do(t, s, ask(t, session, total), 308, ""); h.Get("Range") != "" || h.Get("Location") != "" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("asked at the beginning: %v", h)
	}
	h := do(t, s, chunk(t, session, 0, total, body[:unit+7]), 308, "")
	if h.Get("Range") != fmt.Sprintf("bytes=0-%d", unit-1) {
		t.Errorf("Range %q", h.Get("Range"))
	}
	for _, exposed := range []string{"Location", "Range"} {
		if !strings.Contains(h.Get("Access-Control-Expose-Headers"), exposed) {
			t.Errorf("pages cannot read %s: %q", exposed, h.Get("Access-Control-Expose-Headers"))
		}
	}
	do(t, s, chunk(t, session, unit, total, body[unit:]), 201, "")
	do(t, s, chunk(t, session, unit, total, body[unit:]), 200, "")
	do(t, s, ask(t, session, total), 200, "")
	do(t, s, chunk(t, session, 0, total, make([]byte, unit)), 409, album.CodeConflict)
	// A session of another size cannot take the key.
	short := begin(t, b, s, 100)
	do(t, s, ask(t, short, 100), 409, album.CodeConflict)
	do(t, s, chunk(t, short, 0, 100, body[:100]), 409, album.CodeConflict)
}

func TestChunksExpiredStatus(t *testing.T) {
	c := newClock()
	b, s := start(t, t.TempDir(), diskmedia.Options{Now: c.Now})
	up, err := b.SignUpload(t.Context(), media.UploadRequest{Key: key, Method: media.CHUNKS, ContentType: "image/jpeg", Bytes: 1, ExpiresAt: c.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	first := request(t, "POST", up.URL, nil, "Content-Type", "image/jpeg")
	session := do(t, s, first, 201, "").Get("Location")
	c.Advance(time.Hour)
	do(t, s, request(t, "POST", up.URL, nil, "Content-Type", "image/jpeg"), 403, album.CodeUploadExpired)
	do(t, s, chunk(t, session, 0, 1, []byte("x")), 403, album.CodeUploadExpired)
	do(t, s, ask(t, session, 1), 403, album.CodeUploadExpired)
}

// TestPartialIsNoObject: what is under way is nowhere to be seen but in its
// folder, and lies there under its key.
func TestPartialIsNoObject(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{})
	session := begin(t, b, s, 2*unit)
	if found := files(t, dir); len(found) > 0 {
		t.Errorf("nothing was sent, and there is %v", found)
	}
	do(t, s, chunk(t, session, 0, 2*unit, make([]byte, unit)), 308, "")
	if _, err := b.Stat(t.Context(), key); album.CodeOf(err) != album.CodeNotFound {
		t.Errorf("Stat: %v", err)
	}
	read, err := b.SignRead(t.Context(), media.ReadRequest{Key: key, ContentType: "image/jpeg"})
	if err != nil {
		t.Fatal(err)
	}
	do(t, s, request(t, "GET", read.URL, nil), 404, album.CodeNotFound)
	if found, err := b.List(t.Context(), "", "", 10); err != nil || len(found) > 0 {
		t.Errorf("List: %v, %v", found, err)
	}
	want := filepath.Join(dir, "partial", strings.ReplaceAll(key, "/", "+"))
	if found := files(t, dir); len(found) != 1 || found[0] != want {
		t.Errorf("%v, want %s", found, want)
	}
	do(t, s, chunk(t, session, unit, 2*unit, make([]byte, unit)), 201, "")
	if found := files(t, dir); len(found) != 1 || strings.Contains(found[0], "partial") {
		t.Errorf("in the end: %v", found)
	}
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	do(t, s, chunk(t, session, 0, 2*unit, make([]byte, unit)), 308, "")
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if found := files(t, dir); len(found) > 0 {
		t.Errorf("after Delete: %v", found)
	}
}

// TestPartialsAge: a bucket that opens removes what nobody wrote to for two days.
func TestPartialsAge(t *testing.T) {
	dir := t.TempDir()
	_, _, stop := run(t, dir, "127.0.0.1:0", diskmedia.Options{})
	stop()
	for name, age := range map[string]time.Duration{"young": 47 * time.Hour, "old": 49 * time.Hour, "new": 0} {
		path := filepath.Join(dir, "partial", name)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "partial", "folder", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("new", filepath.Join(dir, "partial", "link")); err != nil {
		t.Fatal(err)
	}
	start(t, dir, diskmedia.Options{})
	left, err := os.ReadDir(filepath.Join(dir, "partial"))
	if err != nil || len(left) != 2 || left[0].Name() != "new" || left[1].Name() != "young" {
		t.Errorf("%v, %v", left, err)
	}
}

// TestKilledAroundTheEnd: whichever step of completing an upload was the last,
// the object comes, and nothing is written through a second name of it.
func TestKilledAroundTheEnd(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{})
	partial := filepath.Join(dir, "partial", strings.ReplaceAll(key, "/", "+"))
	whole := bytes.Repeat([]byte("a"), 2*unit)
	session := begin(t, b, s, 2*unit)

	// All bytes there, no object.
	if err := os.WriteFile(partial, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, s, ask(t, session, 2*unit), 201, "")
	object := files(t, dir)
	if len(object) != 1 || !strings.Contains(object[0], "objects") {
		t.Fatalf("%v", object)
	}
	// The same, and the client sends the last chunk again.
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(partial, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, s, chunk(t, session, unit, 2*unit, whole[unit:]), 201, "")

	// The object is there, and the partial file is still a name of it.
	if err := b.Publish(t.Context(), key, "m/published", "image/jpeg"); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(object[0], partial); err != nil {
		t.Fatal(err)
	}
	do(t, s, ask(t, session, 2*unit), 200, "")
	if err := os.Remove(object[0]); err != nil {
		t.Fatal(err)
	}
	longer := begin(t, b, s, 3*unit)
	do(t, s, chunk(t, longer, 0, 3*unit, bytes.Repeat([]byte("b"), 2*unit)), 308, "")
	r, err := b.Open(t.Context(), "m/published", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // only read
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("what was published has changed: %d bytes, %v", len(got), err)
	}

	// Killed in the middle of a chunk: what is more than whole units goes.
	if err := os.WriteFile(partial, whole[:unit+100], 0o600); err != nil {
		t.Fatal(err)
	}
	if h := do(t, s, ask(t, session, 2*unit), 308, ""); h.Get("Range") != fmt.Sprintf("bytes=0-%d", unit-1) {
		t.Errorf("Range %q", h.Get("Range"))
	}
	do(t, s, chunk(t, session, unit, 2*unit, whole[unit:]), 201, "")
	if o, err := b.Stat(t.Context(), key); err != nil || o.Bytes != 2*unit {
		t.Errorf("%+v, %v", o, err)
	}
}

// halfOpen begins a chunk of 2*unit bytes of 4*unit and sends n of them.
func halfOpen(t *testing.T, s *httptest.Server, session string, n int) net.Conn {
	t.Helper()
	u, err := url.Parse(session)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: x\r\nContent-Range: bytes 0-%d/%d\r\nContent-Length: %d\r\n\r\n%s",
		u.RequestURI(), 2*unit-1, 4*unit, 2*unit, make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// arrives waits until a session's Range is that of n bytes.
func arrives(t *testing.T, s *httptest.Server, session string, n int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); ; <-tick.C {
		got := do(t, s, ask(t, session, 4*unit), 308, "").Get("Range")
		if got == fmt.Sprintf("bytes=0-%d", n-1) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("Range %q, want %d bytes", got, n)
		}
	}
}

// TestSlowChunk: a chunk that stands still ends, and what arrived stays.
func TestSlowChunk(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{IdleTimeout: 100 * time.Millisecond})
	session := begin(t, b, s, 4*unit)
	response, err := http.ReadResponse(bufio.NewReader(halfOpen(t, s, session, unit+1000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("%s, want 408", response.Status)
	}
	arrives(t, s, session, unit)
}

// TestChunkPlaces: chunks take the places of uploads, and who takes over from a
// dead request has its place.
func TestChunkPlaces(t *testing.T) {
	b, s := start(t, t.TempDir(), diskmedia.Options{MaxUploads: 1})
	session := begin(t, b, s, 4*unit)
	halfOpen(t, s, session, unit+1000)
	arrives(t, s, session, unit) // asking takes no place, nor the request's turn
	another, err := b.SignUpload(t.Context(), media.UploadRequest{
		Key: key + "X", Method: media.PUT, ContentType: "image/jpeg", Bytes: 1, ExpiresAt: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	put := func() *http.Request {
		return request(t, "PUT", another.URL, strings.NewReader("x"), "Content-Type", "image/jpeg")
	}
	if h := do(t, s, put(), 503, album.CodeUnavailable); h.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	do(t, s, chunk(t, session, unit, 4*unit, make([]byte, unit)), 308, "")
	do(t, s, put(), 201, "")
}

// TestDeleteStopsChunk: a key is deleted at once, whoever is sending.
func TestDeleteStopsChunk(t *testing.T) {
	dir := t.TempDir()
	b, s := start(t, dir, diskmedia.Options{})
	session := begin(t, b, s, 4*unit)
	conn := halfOpen(t, s, session, unit+1000)
	arrives(t, s, session, unit)
	if err := b.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode != http.StatusConflict {
		t.Errorf("%s, want 409", response.Status)
	}
	if found := files(t, dir); len(found) > 0 {
		t.Errorf("%v", found)
	}
}
