package mediatest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"keepsake/media"
)

// unit is a short name for what chunks are made of.
const unit = media.ChunkUnit

// session is an upload in chunks that has begun.
type session struct {
	url   string
	total int
}

// begin opens a ticket for chunks.
func (h Harness) begin(t *testing.T, ticket media.Ticket, total int) session {
	t.Helper()
	a := h.post(t, ticket)
	if a.status != http.StatusCreated || !strings.HasPrefix(a.header.Get("Location"), "http") {
		t.Fatalf("POST: %d, Location %q: %s", a.status, a.header.Get("Location"), a.body)
	}
	return session{url: a.header.Get("Location"), total: total}
}

// sendWhole sends everything in one chunk, whatever the ticket says of its size.
func (h Harness) sendWhole(t *testing.T, ticket media.Ticket, body []byte) answer {
	t.Helper()
	a := h.post(t, ticket)
	if a.status != http.StatusCreated {
		return a
	}
	s := session{url: a.header.Get("Location"), total: len(body)}
	if len(body) == 0 {
		return h.ask(t, s)
	}
	return h.chunk(t, s, 0, body)
}

// post sends the empty POST of a ticket.
func (h Harness) post(t *testing.T, ticket media.Ticket) answer {
	t.Helper()
	return h.do(t, http.MethodPost, ticket.URL, headerOf(ticket), nil)
}

func headerOf(ticket media.Ticket) http.Header {
	header := http.Header{}
	for _, f := range ticket.Headers {
		header.Set(f.Name, f.Value)
	}
	return header
}

// rangeOf is the header of a chunk.
func (s session) rangeOf(first, length int) http.Header {
	return http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", first, first+length-1, s.total)}}
}

// chunk sends bytes that begin at first.
func (h Harness) chunk(t *testing.T, s session, first int, bytes []byte) answer {
	t.Helper()
	return h.do(t, http.MethodPut, s.url, s.rangeOf(first, len(bytes)), bytes)
}

// ask asks how far a session is.
func (h Harness) ask(t *testing.T, s session) answer {
	t.Helper()
	return h.do(t, http.MethodPut, s.url, http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", s.total)}}, nil)
}

// arrived reads how much has arrived from an answer; ok is false for one that
// says neither how much nor that all is there.
func (s session) arrived(a answer) (n int, ok bool) {
	if a.ok() {
		return s.total, true
	}
	given := a.header.Get("Range")
	if a.status != http.StatusPermanentRedirect || given == "" {
		return 0, a.status == http.StatusPermanentRedirect
	}
	last, found := strings.CutPrefix(given, "bytes=0-")
	n, err := strconv.Atoi(last)
	return n + 1, found && err == nil && n >= 0 && n < s.total
}

// wantArrived checks that an answer says that n bytes have arrived.
func (s session) wantArrived(t *testing.T, what string, a answer, n int) {
	t.Helper()
	got, ok := s.arrived(a)
	if !ok || got != n || a.ok() != (n == s.total) {
		t.Fatalf("%s: %d, Range %q, %s; want %d of %d bytes", what, a.status, a.header.Get("Range"), a.body, n, s.total)
	}
}

// finish sends what is missing, as a client does that knows nothing: it asks,
// and goes on behind what has arrived. Whatever goes wrong, it asks again.
func (h Harness) finish(t *testing.T, s session, body []byte, length int) {
	t.Helper()
	have, known, last := 0, false, answer{}
	for range 2*len(body)/length + 100 {
		header, part := http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", s.total)}}, []byte(nil)
		if known {
			part = body[have:min(have+length, len(body))]
			header = s.rangeOf(have, len(part))
		}
		var err error
		if last, err = h.try(t, http.MethodPut, s.url, header, part); err != nil {
			known = false // another request took over
			continue
		}
		if have, known = s.arrived(last); known && have == len(body) {
			return
		}
	}
	t.Errorf("there are %d of %d bytes in the end: %d %s", have, len(body), last.status, last.body)
}

// refused checks that a PUT to a session is no success. A server may close the
// connection on the body of what it refuses.
func (h Harness) refused(t *testing.T, what string, s session, header http.Header, body []byte) {
	t.Helper()
	if a, err := h.try(t, http.MethodPut, s.url, header, body); err == nil && a.ok() {
		t.Errorf("%s: %d, want a refusal", what, a.status)
	}
}
