package mediatest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// testChunks: whatever the sizes, the object is the bytes.
func testChunks(t *testing.T, h Harness) {
	for i, c := range []struct{ size, length int }{
		{1, unit},
		{1000, unit},
		{unit, unit},
		{unit + 1, unit},
		{3 * unit, unit},
		{3*unit - 1, unit},
		{5*unit + 77_777, 2 * unit},
		{5*unit + 77_777, 8 * unit},
		{4 * unit, 4 * unit},
	} {
		k, body := key+string(rune('A'+i)), payload(c.size, byte(i))
		s := h.begin(t, h.ticket(t, media.CHUNKS, k, c.size), c.size)
		s.wantArrived(t, "before the first chunk", h.ask(t, s), 0)
		for first := 0; first < c.size; first += c.length {
			h.hasNot(t, k)
			end := min(first+c.length, c.size)
			s.wantArrived(t, "a chunk", h.chunk(t, s, first, body[first:end]), end)
		}
		s.wantArrived(t, "after the last chunk", h.ask(t, s), c.size)
		h.has(t, k, body)
	}
}

// testChunksTwice: each chunk may be sent again, at once or later, and after the
// last one too.
func testChunksTwice(t *testing.T, h Harness) {
	body := payload(3*unit+5, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	for first := 0; first < len(body); first += unit {
		end := min(first+unit, len(body))
		for range 2 {
			s.wantArrived(t, "a chunk", h.chunk(t, s, first, body[first:end]), end)
		}
		if end < len(body) {
			s.wantArrived(t, "the first chunk again", h.chunk(t, s, 0, body[:unit]), end)
		}
	}
	s.wantArrived(t, "the first chunk of an object", h.chunk(t, s, 0, body[:unit]), len(body))
	s.wantArrived(t, "all of an object", h.chunk(t, s, 0, body), len(body))
	h.has(t, key, body)
}

// testChunksOverlap: what is there is passed over, and not changed.
func testChunksOverlap(t *testing.T, h Harness) {
	body := payload(4*unit+9, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	h.chunk(t, s, 0, body[:2*unit])
	other := slices.Concat(payload(2*unit, 9), body[2*unit:3*unit])
	s.wantArrived(t, "a chunk over the first", h.chunk(t, s, 0, other), 3*unit)
	s.wantArrived(t, "a chunk inside", h.chunk(t, s, 100, body[100:100+unit]), 3*unit)
	s.wantArrived(t, "a chunk from the middle on", h.chunk(t, s, unit+1, body[unit+1:]), len(body))
	h.has(t, key, body)
}

// testChunksHole: a chunk that leaves a hole changes nothing.
func testChunksHole(t *testing.T, h Harness) {
	body := payload(4*unit, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	for _, have := range []int{0, unit} {
		for _, first := range []int{have + 1, 2 * unit, 3 * unit} {
			if a := h.chunk(t, s, first, body[first:min(first+unit, len(body))]); a.ok() {
				t.Errorf("%d after %d: %d", first, have, a.status)
			}
			s.wantArrived(t, "after a hole", h.ask(t, s), have)
		}
		s.wantArrived(t, "the chunk", h.chunk(t, s, have, body[have:have+unit]), have+unit)
	}
	h.finish(t, s, body, unit)
	h.has(t, key, body)
}

// testChunksOdd: of a chunk in the middle that is not a multiple of the unit the
// whole units are kept; one that has none may end the session.
func testChunksOdd(t *testing.T, h Harness) {
	body := payload(3*unit, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	s := h.begin(t, ticket, len(body))
	s.wantArrived(t, "a unit and a byte", h.chunk(t, s, 0, body[:unit+1]), unit)
	s.wantArrived(t, "two units but a byte", h.chunk(t, s, unit, body[unit:3*unit-1]), 2*unit)
	if a := h.chunk(t, s, 2*unit, body[2*unit:2*unit+1000]); a.ok() || a.status == http.StatusPermanentRedirect {
		t.Errorf("less than a unit: %d", a.status)
	}
	h.hasNot(t, key)
	h.finish(t, h.begin(t, ticket, len(body)), body, unit)
	h.has(t, key, body)
}

// testChunksTotal: a session takes the ticket's bytes, to the byte.
func testChunksTotal(t *testing.T, h Harness) {
	body := payload(2*unit, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	for _, wrong := range []int{1, unit, len(body) - 1, len(body) + 1, 2 * len(body)} {
		s := h.begin(t, ticket, wrong)
		h.refused(t, fmt.Sprintf("%d instead of %d bytes", wrong, len(body)), s, s.rangeOf(0, wrong), payload(wrong, 2))
		h.hasNot(t, key)
	}
	for what, contentRange := range map[string]string{
		"behind the end":     fmt.Sprintf("bytes %d-%d/%d", 1, 2*unit, 2*unit),
		"backwards":          fmt.Sprintf("bytes %d-%d/%d", 2*unit-1, 0, 2*unit),
		"longer than its":    fmt.Sprintf("bytes 0-%d/%d", unit, 2*unit),
		"shorter than its":   fmt.Sprintf("bytes 0-%d/%d", unit-2, 2*unit),
		"no unit":            fmt.Sprintf("0-%d/%d", unit-1, 2*unit),
		"another unit":       fmt.Sprintf("items 0-%d/%d", unit-1, 2*unit),
		"negative":           fmt.Sprintf("bytes -1-%d/%d", unit-2, 2*unit),
		"too large to count": "bytes 0-99999999999999999999/99999999999999999999",
		"nothing":            "bytes ",
	} {
		s := h.begin(t, ticket, len(body))
		h.refused(t, what, s, http.Header{"Content-Range": {contentRange}}, body[:unit])
		h.hasNot(t, key)
	}
	h.finish(t, h.begin(t, ticket, len(body)), body, unit)
	h.has(t, key, body)
}

func testForgedChunks(t *testing.T, h Harness) {
	body := payload(unit, 1)
	good := h.ticket(t, media.CHUNKS, key, len(body))
	for what, forged := range mutations(t, good.URL) {
		if a := h.do(t, http.MethodPost, forged, headerOf(good), nil); a.ok() {
			t.Errorf("%s: %d, want a refusal", what, a.status)
		}
	}
	for name := range headerOf(good) {
		wrong := headerOf(good)
		wrong.Set(name, "text/html")
		if a := h.do(t, http.MethodPost, good.URL, wrong, nil); a.ok() {
			t.Errorf("another %s: %d, want a refusal", name, a.status)
		}
		wrong.Del(name)
		if a := h.do(t, http.MethodPost, good.URL, wrong, nil); a.ok() {
			t.Errorf("no %s: %d, want a refusal", name, a.status)
		}
	}
	if a := h.do(t, http.MethodPost, strings.Replace(good.URL, key, other, 1), headerOf(good), nil); a.ok() {
		t.Errorf("another key: %d, want a refusal", a.status)
	}
	if a := h.do(t, http.MethodPost, good.URL, headerOf(good), body); a.ok() {
		t.Errorf("a POST with a body: %d, want a refusal", a.status)
	}
	s := h.begin(t, good, len(body))
	whole := s.rangeOf(0, len(body))
	// What is signed for one thing is good for no other.
	put := h.ticket(t, media.PUT, key, len(body))
	for what, r := range map[string]struct {
		method, url string
		header      http.Header
	}{
		"the ticket as PUT":   {http.MethodPut, good.URL, headerOf(put)},
		"the ticket as chunk": {http.MethodPut, good.URL, whole},
		"the ticket as GET":   {http.MethodGet, good.URL, nil},
		"a PUT's ticket":      {http.MethodPost, put.URL, headerOf(good)},
		"a PUT's as chunk":    {http.MethodPut, put.URL, whole},
		"the session as POST": {http.MethodPost, s.url, headerOf(good)},
		"the session as GET":  {http.MethodGet, s.url, nil},
		"another key":         {http.MethodPut, strings.Replace(s.url, key, other, 1), whole},
	} {
		if a := h.do(t, r.method, r.url, r.header, body); a.ok() {
			t.Errorf("%s: %d, want a refusal", what, a.status)
		}
	}
	h.empty(t)
	// A session's URL need not be signed, GCS's holds an identifier: whatever is
	// changed of it, it leads to this session or to none.
	s = h.begin(t, h.ticket(t, media.CHUNKS, other, 2*unit), 2*unit)
	s.wantArrived(t, "a chunk", h.chunk(t, s, 0, body), unit)
	forged := mutations(t, s.url)
	forged["unsigned"], _, _ = strings.Cut(s.url, "?")
	for what, url := range forged {
		a := h.ask(t, session{url, s.total})
		if n, ok := s.arrived(a); ok && n != unit {
			t.Errorf("%s: %d, %d bytes", what, a.status, n)
		}
	}
	h.empty(t)
}

// testChunksExpired: from its end on a ticket begins nothing.
func testChunksExpired(t *testing.T, h Harness) {
	body := payload(10, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	h.Advance(ticket.ExpiresAt.Sub(h.Now()) - 2*time.Second)
	s := h.begin(t, ticket, len(body))
	h.Advance(2 * time.Second)
	if a := h.post(t, ticket); a.ok() {
		t.Errorf("at its end: %d, want a refusal", a.status)
	}
	// How long a session lives that has begun is up to the backend, but not for good.
	h.Advance(8 * 24 * time.Hour)
	if a := h.chunk(t, s, 0, body); a.ok() {
		t.Errorf("a session after eight days: %d, want a refusal", a.status)
	}
	h.empty(t)
}

// testChunksBroken: what arrived of a chunk that broke off stays, as far as it is
// whole units, and the client goes on from there.
func testChunksBroken(t *testing.T, h Harness) {
	body := payload(6*unit+100, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	s.wantArrived(t, "a chunk", h.chunk(t, s, 0, body[:unit]), unit)
	for want, cut := range map[int]int{2 * unit: 2*unit + 10_000} {
		h.cutOff(t, s, unit, len(body), body[unit:cut])
		h.eventually(t, s, want)
	}
	h.cutOff(t, s, 0, len(body), nil) // breaks off before the first byte
	h.cutOff(t, s, 2*unit, len(body), body[2*unit:2*unit+1000])
	s.wantArrived(t, "after less than a unit", h.ask(t, s), 2*unit)
	h.finish(t, s, body, 2*unit)
	h.has(t, key, body)
}

// testChunksHalfOpen: a connection that is dead, though nobody noticed, does not
// keep the same client from going on.
func testChunksHalfOpen(t *testing.T, h Harness) {
	body := payload(3*unit+100, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	for range 3 {
		h.halfOpen(t, s, 0, len(body), body[:unit+5])
	}
	s.wantArrived(t, "the whole", h.chunk(t, s, 0, body), len(body))
	h.has(t, key, body)
}

// testChunksRace: two clients on one session end with the object, whole.
func testChunksRace(t *testing.T, h Harness) {
	body := payload(8*unit+100, 1)
	s := h.begin(t, h.ticket(t, media.CHUNKS, key, len(body)), len(body))
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { h.finish(t, s, body, (i+1)*unit) })
	}
	wg.Wait()
	h.has(t, key, body)
}

// testChunksAnew: a ticket that is opened again goes on or begins anew, and ends
// with the object that the client meant, once.
func testChunksAnew(t *testing.T, h Harness) {
	body := payload(3*unit+1, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	first := h.begin(t, ticket, len(body))
	h.chunk(t, first, 0, body[:2*unit])
	second := h.begin(t, ticket, len(body))
	h.finish(t, second, body, unit)
	h.has(t, key, body)
	// The object stays as it is, whatever comes to either.
	for _, s := range []session{first, second, h.begin(t, ticket, len(body))} {
		h.chunk(t, s, 0, payload(len(body), 2))
		h.chunk(t, s, 2*unit, payload(unit+1, 3))
		h.has(t, key, body)
	}
	if a := h.chunk(t, h.begin(t, ticket, len(body)), 0, payload(len(body), 2)); a.ok() {
		t.Errorf("other bytes: %d, want a refusal", a.status)
	}
	if a := h.send(t, h.ticket(t, media.PUT, key, len(body)), payload(len(body), 2)); a.ok() {
		t.Errorf("other bytes by PUT: %d, want a refusal", a.status)
	}
	h.has(t, key, body)
}

// testChunksPublished: a session that is still open cannot change what was
// published from it.
func testChunksPublished(t *testing.T, h Harness) {
	body := payload(2*unit, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	s := h.begin(t, ticket, len(body))
	h.chunk(t, s, 0, body)
	if err := h.Bucket.Publish(t.Context(), key, final, jpegType); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	if err := h.Bucket.Delete(t.Context(), key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	h.chunk(t, s, 0, payload(unit, 2))
	h.chunk(t, h.begin(t, ticket, len(body)), 0, payload(len(body), 3))
	h.has(t, final, body)
}

// testChunksDelete: deleting a key in the middle of an upload leaves nothing in
// the way of another.
func testChunksDelete(t *testing.T, h Harness) {
	body := payload(3*unit, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	s := h.begin(t, ticket, len(body))
	h.chunk(t, s, 0, payload(unit, 2))
	h.halfOpen(t, s, unit, len(body), body[unit:2*unit])
	if err := h.Bucket.Delete(t.Context(), key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	h.empty(t)
	s = h.begin(t, ticket, len(body))
	s.wantArrived(t, "a new session", h.ask(t, s), 0)
	h.finish(t, s, body, unit)
	h.has(t, key, body)
	if err := h.Bucket.Delete(t.Context(), key); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	h.empty(t)
	h.finish(t, h.begin(t, ticket, len(body)), body, unit)
	h.has(t, key, body) // once the object was taken away, the ticket works again
}

// testChunksRestart: a session goes on after the backend was closed and opened.
func testChunksRestart(t *testing.T, h Harness) {
	if h.Restart == nil {
		return // the backend's sessions are not this program's to keep
	}
	body := payload(3*unit+3, 1)
	ticket := h.ticket(t, media.CHUNKS, key, len(body))
	s := h.begin(t, ticket, len(body))
	s.wantArrived(t, "a chunk", h.chunk(t, s, 0, body[:2*unit]), 2*unit)
	h = h.Restart(t)
	s.wantArrived(t, "after a restart", h.ask(t, s), 2*unit)
	h.empty(t)
	again := h.begin(t, ticket, len(body))
	again.wantArrived(t, "opened again", h.ask(t, again), 2*unit)
	h.finish(t, s, body, unit)
	h = h.Restart(t)
	h.has(t, key, body)
	s.wantArrived(t, "the object after a restart", h.ask(t, s), len(body))
}

// halfOpen begins a chunk on a connection of its own, sends some of its bytes
// and leaves it open until the test ends.
func (h Harness) halfOpen(t *testing.T, s session, first, end int, sent []byte) net.Conn {
	t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Range: %s\r\nContent-Length: %d\r\n\r\n%s",
		u.RequestURI(), u.Host, s.rangeOf(first, end-first).Get("Content-Range"), end-first, sent)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// cutOff begins a chunk like halfOpen and breaks off. It returns when the server
// has seen that.
func (h Harness) cutOff(t *testing.T, s session, first, end int, sent []byte) {
	t.Helper()
	conn := h.halfOpen(t, s, first, end, sent)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, conn) // until the server has closed it, whatever it says
}

// eventually asks until n bytes have arrived.
func (h Harness) eventually(t *testing.T, s session, n int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); ; <-tick.C {
		have, ok := s.arrived(h.ask(t, s))
		if ok && have == n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d bytes arrived, want %d", have, n)
		}
	}
}

// testChunkRequest: keys, types and sizes are checked as for other tickets.
func testChunkRequest(t *testing.T, h Harness) {
	good := media.UploadRequest{Key: key, Method: media.CHUNKS, ContentType: jpegType, Bytes: 1, ExpiresAt: h.Now().Add(time.Hour)}
	for what, change := range map[string]func(*media.UploadRequest){
		"bad key":     func(r *media.UploadRequest) { r.Key = "../x" },
		"no type":     func(r *media.UploadRequest) { r.ContentType = "" },
		"type of two": func(r *media.UploadRequest) { r.ContentType = "image/jpeg\r\nX: y" },
		"no bytes":    func(r *media.UploadRequest) { r.Bytes = 0 },
	} {
		r := good
		change(&r)
		wantCode(t, what, second(h.Bucket.SignUpload(t.Context(), r)), album.CodeInvalidInput)
	}
}

// testUnfinished: uploads that have begun are listed until they end, by a backend
// that can see them.
func testUnfinished(t *testing.T, h Harness) {
	list := func(after string, limit int) (keys []string) {
		t.Helper()
		found, err := h.Bucket.Unfinished(t.Context(), after, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range found {
			keys = append(keys, o.Key)
		}
		return keys
	}
	body := payload(2*unit, 1)
	for _, k := range []string{other, key} {
		s := h.begin(t, h.ticket(t, media.CHUNKS, k, len(body)), len(body))
		s.wantArrived(t, "the first chunk", h.chunk(t, s, 0, body[:unit]), unit)
	}
	all := list("", 10)
	if len(all) == 0 { // it cannot see them
		return
	}
	if !slices.Equal(all, []string{key, other}) || !slices.Equal(list("", 1), []string{key}) || !slices.Equal(list(key, 10), []string{other}) {
		t.Errorf("%v, first %v, then %v", all, list("", 1), list(key, 10))
	}
	if err := h.Bucket.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if left := list("", 10); !slices.Equal(left, []string{other}) {
		t.Errorf("after one was deleted: %v", left)
	}
}
