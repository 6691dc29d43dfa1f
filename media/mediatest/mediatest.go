// Package mediatest is the suite of media.Bucket: what every backend must keep,
// tried through its URLs with a real HTTP client. It is imported by tests alone.
//
// It checks what clients may build on: a 2xx answer is success, everything else
// is refusal. Which status and body a backend refuses with is its own affair.
package mediatest

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// Harness is an empty bucket and what the suite needs around it.
type Harness struct {
	Bucket media.Bucket
	Client *http.Client
	// Now is the clock that the bucket's URLs and tickets expire by.
	Now func() time.Time
	// Advance moves that clock on.
	Advance func(time.Duration)
	// Restart closes the bucket and opens it again, where it keeps uploads in
	// chunks itself; nil where it does not. What it returns takes the harness's place.
	Restart func(t *testing.T) Harness
}

// Run tries a backend. newBucket makes a fresh bucket for one test and registers
// its end with t.Cleanup.
func Run(t *testing.T, newBucket func(t *testing.T) Harness) {
	for name, test := range map[string]func(*testing.T, Harness){
		"UploadPUT":           func(t *testing.T, h Harness) { testUpload(t, h, media.PUT) },
		"UploadPOST":          func(t *testing.T, h Harness) { testUpload(t, h, media.POST) },
		"UploadCHUNKS":        func(t *testing.T, h Harness) { testUpload(t, h, media.CHUNKS) },
		"UploadSizePUT":       func(t *testing.T, h Harness) { testUploadSize(t, h, media.PUT) },
		"UploadSizePOST":      func(t *testing.T, h Harness) { testUploadSize(t, h, media.POST) },
		"UploadSizeCHUNKS":    func(t *testing.T, h Harness) { testUploadSize(t, h, media.CHUNKS) },
		"UploadExpiredPUT":    func(t *testing.T, h Harness) { testUploadExpired(t, h, media.PUT) },
		"UploadExpiredPOST":   func(t *testing.T, h Harness) { testUploadExpired(t, h, media.POST) },
		"UploadExpiredCHUNKS": func(t *testing.T, h Harness) { testUploadExpired(t, h, media.CHUNKS) },
		"UploadReplayPUT":     func(t *testing.T, h Harness) { testUploadReplay(t, h, media.PUT) },
		"UploadReplayPOST":    func(t *testing.T, h Harness) { testUploadReplay(t, h, media.POST) },
		"UploadReplayCHUNKS":  func(t *testing.T, h Harness) { testUploadReplay(t, h, media.CHUNKS) },
		"UploadRacePUT":       func(t *testing.T, h Harness) { testUploadRace(t, h, media.PUT) },
		"UploadRacePOST":      func(t *testing.T, h Harness) { testUploadRace(t, h, media.POST) },
		"UploadRaceCHUNKS":    func(t *testing.T, h Harness) { testUploadRace(t, h, media.CHUNKS) },
		"UploadForgedPUT":     testForgedPUT,
		"UploadForgedPOST":    testForgedPOST,
		"UploadForgedCHUNKS":  testForgedChunks,
		"UploadForm":          testForm,
		"UploadRequest":       testUploadRequest,
		"Chunks":              testChunks,
		"ChunksTwice":         testChunksTwice,
		"ChunksOverlap":       testChunksOverlap,
		"ChunksHole":          testChunksHole,
		"ChunksOdd":           testChunksOdd,
		"ChunksTotal":         testChunksTotal,
		"ChunksExpired":       testChunksExpired,
		"ChunksBroken":        testChunksBroken,
		"ChunksHalfOpen":      testChunksHalfOpen,
		"ChunksRace":          testChunksRace,
		"ChunksAnew":          testChunksAnew,
		"ChunksPublished":     testChunksPublished,
		"ChunksDelete":        testChunksDelete,
		"ChunksRestart":       testChunksRestart,
		"ChunksRequest":       testChunkRequest,
		"Read":                testRead,
		"ReadRange":           testReadRange,
		"ReadDownload":        testReadDownload,
		"ReadStable":          testReadStable,
		"ReadExpired":         testReadExpired,
		"ReadForged":          testReadForged,
		"ReadMissing":         testReadMissing,
		"Keys":                testKeys,
		"Write":               testWrite,
		"WriteBroken":         testWriteBroken,
		"Open":                testOpen,
		"Publish":             testPublish,
		"PublishRace":         testPublishRace,
		"PublishReplay":       testPublishReplay,
		"Delete":              testDelete,
		"DeleteRace":          testDeleteRace,
		"List":                testList,
		"ListRandom":          testListRandom,
		"Unfinished":          testUnfinished,
		"Ping":                testPing,
		"ReaderAt":            testReaderAt,
		"Sum":                 testSum,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBucket(t)) })
	}
}

// key is an object that tests use; other is another one.
const (
	key      = "incoming/med_01K57WZQ0ABCDEFGHJKMNPQRST"
	other    = "incoming/med_01K57WZQ0ABCDEFGHJKMNPQRSV"
	final    = "m/med_01K57WZQ0ABCDEFGHJKMNPQRST/original.jpg"
	jpegType = "image/jpeg"
)

// payload makes bytes that differ from one another everywhere.
func payload(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = seed + byte(i) + byte(i>>8)*7 + byte(i>>16)*31
	}
	return b
}

// ticket signs an upload of n bytes.
func (h Harness) ticket(t *testing.T, method media.Method, key string, n int) media.Ticket {
	t.Helper()
	ticket, err := h.Bucket.SignUpload(t.Context(), media.UploadRequest{
		Key: key, Method: method, ContentType: jpegType, Bytes: int64(n), ExpiresAt: h.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatalf("SignUpload: %v", err)
	}
	if ticket.Method != method || ticket.ExpiresAt.After(h.Now().Add(time.Hour)) {
		t.Fatalf("SignUpload: method %s, expires %s", ticket.Method, ticket.ExpiresAt)
	}
	if (method == media.POST) != (ticket.FileField != "") {
		t.Fatalf("SignUpload %s: file field %q", method, ticket.FileField)
	}
	return ticket
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// do sends a request.
func (h Harness) do(t *testing.T, method, url string, header http.Header, body []byte) answer {
	t.Helper()
	a, err := h.try(t, method, url, header, body)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return a
}

func (h Harness) try(t *testing.T, method, url string, header http.Header, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := h.Client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close() //nolint:errcheck // only read
	got, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, got}, err
}

// send does what a ticket says, as a client would.
func (h Harness) send(t *testing.T, ticket media.Ticket, body []byte) answer {
	t.Helper()
	if ticket.Method == media.POST {
		return h.sendForm(t, ticket.URL, append(formOf(ticket), part{name: ticket.FileField, file: "相片.jpg", value: body}))
	}
	if ticket.Method == media.CHUNKS {
		return h.sendWhole(t, ticket, body)
	}
	return h.do(t, http.MethodPut, ticket.URL, headerOf(ticket), body)
}

// part is one part of a form; file is its file name, if it has one.
type part struct {
	name, file string
	value      []byte
}

func formOf(ticket media.Ticket) []part {
	var parts []part
	for _, f := range ticket.FormFields {
		parts = append(parts, part{name: f.Name, value: []byte(f.Value)})
	}
	return parts
}

func (h Harness) sendForm(t *testing.T, url string, parts []part) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, p := range parts {
		var w io.Writer
		var err error
		if p.file != "" {
			w, err = form.CreateFormFile(p.name, p.file)
		} else {
			w, err = form.CreateFormField(p.name)
		}
		if err == nil {
			_, err = w.Write(p.value)
		}
		if err != nil {
			t.Fatalf("form: %v", err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatalf("form: %v", err)
	}
	return h.do(t, http.MethodPost, url, http.Header{"Content-Type": {form.FormDataContentType()}}, body.Bytes())
}

// write makes an object.
func (h Harness) write(t *testing.T, key string, body []byte) {
	t.Helper()
	if err := h.Bucket.Write(t.Context(), key, jpegType, bytes.NewReader(body)); err != nil {
		t.Fatalf("Write %s: %v", key, err)
	}
}

// has checks that an object is there with just these bytes.
func (h Harness) has(t *testing.T, key string, want []byte) {
	t.Helper()
	o, err := h.Bucket.Stat(t.Context(), key)
	if err != nil {
		t.Fatalf("Stat %s: %v", key, err)
	}
	if o.Key != key || o.Bytes != int64(len(want)) || o.ModifiedAt.IsZero() {
		t.Fatalf("Stat %s: %+v, want %d bytes", key, o, len(want))
	}
	if got := h.read(t, key, 0, -1); !bytes.Equal(got, want) {
		t.Fatalf("%s holds other bytes: %s", key, difference(got, want))
	}
}

// hasNot checks that there is no object, and none of any other name.
func (h Harness) hasNot(t *testing.T, key string) {
	t.Helper()
	wantCode(t, "Stat "+key, second(h.Bucket.Stat(t.Context(), key)), album.CodeNotFound)
}

// empty checks that the bucket lists nothing.
func (h Harness) empty(t *testing.T) {
	t.Helper()
	found, err := h.Bucket.List(t.Context(), "", "", 10)
	if err != nil || len(found) > 0 {
		t.Fatalf("List: %v, %v, want nothing", found, err)
	}
}

func (h Harness) read(t *testing.T, key string, offset, length int64) []byte {
	t.Helper()
	r, err := h.Bucket.Open(t.Context(), key, offset, length)
	if err != nil {
		t.Fatalf("Open %s: %v", key, err)
	}
	defer r.Close() //nolint:errcheck // only read
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return got
}

func wantCode(t *testing.T, what string, err error, code album.Code) {
	t.Helper()
	if !errors.Is(err, &album.Error{Code: code}) {
		t.Fatalf("%s: %v, want %s", what, err, code)
	}
}

func second[T any](_ T, err error) error { return err }

func difference(got, want []byte) string {
	if len(got) != len(want) {
		return strconv.Itoa(len(got)) + " instead of " + strconv.Itoa(len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return "first at " + strconv.Itoa(i)
		}
	}
	return "none"
}
