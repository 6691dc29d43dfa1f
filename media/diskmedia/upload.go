package diskmedia

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"keepsake/album"
)

var (
	errTooLong  = &refusal{http.StatusRequestEntityTooLarge, album.Errorf(album.CodeUploadMismatch, "there are more bytes than the ticket says")}
	errTooShort = album.Errorf(album.CodeUploadMismatch, "there are fewer bytes than the ticket says")
)

// put takes the bytes of a PUT: the signed type in the header and the signed
// length, to the byte.
func (b *Bucket) put(w http.ResponseWriter, r *http.Request) error {
	u, _, err := b.ticketIn(r.URL, forPut, paramExpires, paramType, paramBytes, paramSignature)
	if err != nil {
		return err
	}
	switch {
	case r.Header.Get("Content-Type") != u.contentType:
		return album.Errorf(album.CodeMediaUnsupported, "the Content-Type must be the ticket's, %s", u.contentType)
	case r.ContentLength < 0:
		return &refusal{http.StatusLengthRequired, album.Errorf(album.CodeUploadMismatch, "send a Content-Length")}
	case r.ContentLength > u.bytes:
		return errTooLong
	case r.ContentLength < u.bytes:
		return errTooShort
	}
	body := b.pace(w, r.Body)
	return b.receive(w, u, body, body, func() error { return nil })
}

// receive writes exactly u.bytes bytes of file to a temporary file, lets whole
// look at what comes after them, and makes the object. body is what file is
// part of.
//
// A ticket that was used is answered by its object: the same bytes again are
// 200, for a phone that did not get the first answer and tries again; others
// are CONFLICT. Either way the whole body is read, because an answer that
// overtakes it is often lost with the connection.
func (b *Bucket) receive(w http.ResponseWriter, u upload, body *pacedBody, file io.Reader, whole func() error) error {
	leave, err := b.enter()
	if err != nil {
		return err
	}
	defer leave()
	body.expect(u.bytes)
	t, err := b.newTemp()
	if err != nil {
		return failure("upload", err)
	}
	defer t.discard()

	n, err := t.appendBody(0, io.LimitReader(clientReader{file}, u.bytes), nil)
	if fault, ok := errors.AsType[*clientFault](err); ok {
		return explain(fault.err)
	}
	if err != nil {
		return failure("upload", err)
	}
	if n < u.bytes {
		return errTooShort
	}
	if err := whole(); err != nil {
		return err
	}
	body.done()

	same, err := t.commit(u.key)
	switch {
	case err == nil:
		w.WriteHeader(http.StatusCreated)
		return nil
	case same:
		w.WriteHeader(http.StatusOK)
		return nil
	}
	return err
}

// enter takes one of the places for uploads that run; leave gives it back.
func (b *Bucket) enter() (leave func(), err error) {
	select {
	case b.uploads <- struct{}{}:
		return func() { <-b.uploads }, nil
	default:
		return nil, album.Errorf(album.CodeUnavailable, "too many uploads at once, try again")
	}
}

// pacedBody reads a request's body under deadlines and a limit. Deadlines are of
// the real clock: they are about connections, not about tickets.
type pacedBody struct {
	bucket *Bucket
	body   io.Reader
	conn   *http.ResponseController
	ends   time.Time // the latest moment for the last byte
	left   int64     // what may still be read
	began  time.Time
	moved  atomic.Int64 // when the last bytes came, in nanoseconds after began
	gone   atomic.Bool
}

// overhead is how much a body may hold besides the file: boundaries, headers
// and fields of a form.
const overhead = 16 << 10

func (b *Bucket) pace(w http.ResponseWriter, body io.Reader) *pacedBody {
	now := time.Now()
	return &pacedBody{
		bucket: b,
		body:   body,
		conn:   http.NewResponseController(w),
		began:  now,
		ends:   now.Add(grace),
		left:   overhead,
	}
}

// expect allows for a file of that size to come.
func (p *pacedBody) expect(size int64) {
	p.left += size
	p.ends = p.ends.Add(time.Duration(size/p.bucket.minRate) * time.Second)
}

func (p *pacedBody) Read(buf []byte) (int, error) {
	if p.left <= 0 {
		return 0, errTooLong
	}
	deadline := time.Now().Add(p.bucket.idle)
	if deadline.After(p.ends) {
		deadline = p.ends
	}
	if err := p.conn.SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	if p.gone.Load() { // after the deadline was set, so that giveWay has the last word
		return 0, errGaveWay
	}
	n, err := p.body.Read(buf[:min(int64(len(buf)), p.left)])
	p.left -= int64(n)
	p.touch()
	if err != nil && p.gone.Load() {
		err = errGaveWay
	}
	return n, err
}

// touch says that something moved.
func (p *pacedBody) touch() { p.moved.Store(int64(time.Since(p.began))) }

// silent is how long nothing came.
func (p *pacedBody) silent() time.Duration {
	return time.Since(p.began) - time.Duration(p.moved.Load())
}

// giveWay ends reading, now and for good. It may be called at any time until
// the request ends.
func (p *pacedBody) giveWay() {
	p.gone.Store(true)
	_ = p.conn.SetReadDeadline(time.Unix(1, 0)) // a connection without deadlines stops at its next read
}

// done lifts the deadline, which would otherwise strike while the disk works.
func (p *pacedBody) done() { _ = p.conn.SetReadDeadline(time.Time{}) }

// clientReader marks the errors of reading, so that a client that went away is
// told from a disk that is full.
type clientReader struct{ r io.Reader }

type clientFault struct{ err error }

func (f *clientFault) Error() string { return f.err.Error() }
func (f *clientFault) Unwrap() error { return f.err }

func (c clientReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &clientFault{err}
	}
	return n, err
}

// explain gives an error of reading what a client sends its code.
func explain(err error) error {
	if _, ok := errors.AsType[*album.Error](err); ok {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &refusal{http.StatusRequestTimeout, album.Errorf(album.CodeUploadIncomplete, "the upload was too slow, try again")}
	}
	return album.Errorf(album.CodeUploadIncomplete, "the upload broke off or is not well-formed")
}
