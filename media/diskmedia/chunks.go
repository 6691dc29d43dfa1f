package diskmedia

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"keepsake/album"
	"keepsake/media"
)

var errSmallChunk = album.Errorf(album.CodeUploadMismatch, "a chunk, but for the last, has at least %d bytes, better a multiple of that", media.ChunkUnit)

// begin answers the empty POST of a ticket with the URL of its session. There is
// one session a key, so a ticket that is used again leads to the same. Nothing
// is written before there are bytes.
func (b *Bucket) begin(w http.ResponseWriter, r *http.Request) error {
	u, query, err := b.ticketIn(r.URL, forBegin, paramExpires, paramType, paramBytes, paramSignature)
	if err != nil {
		return err
	}
	switch {
	case r.Header.Get("Content-Type") != u.contentType:
		return album.Errorf(album.CodeMediaUnsupported, "the Content-Type must be the ticket's, %s", u.contentType)
	case r.ContentLength != 0:
		return album.Invalid("", "the POST that begins an upload in chunks has no body")
	}
	query.Set(paramSession, "1")
	query.Set(paramSignature, b.sign(forChunk, u.key, query.Get(paramExpires), u.contentType, query.Get(paramBytes)))
	w.Header().Set("Location", b.base+"/"+u.key+"?"+query.Encode())
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	return nil
}

// chunk takes a PUT to a session: a chunk, or a question.
//
// Of a chunk in the middle the whole units are kept, as Google Cloud Storage
// does, and one of less than a unit is refused; here that does not end the
// session. A chunk that breaks off leaves the whole units that arrived. The last
// byte makes the object, under the rules of receive.
func (b *Bucket) chunk(w http.ResponseWriter, r *http.Request) error {
	u, query, err := b.ticketIn(r.URL, forChunk, paramExpires, paramType, paramBytes, paramSession, paramSignature)
	if err != nil {
		return err
	}
	if query.Get(paramSession) != "1" {
		return errForged
	}
	c, err := parseContentRange(r.Header.Values("Content-Range"))
	switch {
	case err != nil:
		return err
	case c.total > u.bytes:
		return errTooLong
	case c.total < u.bytes:
		return errTooShort
	case r.ContentLength < 0:
		return &refusal{http.StatusLengthRequired, album.Errorf(album.CodeUploadMismatch, "send a Content-Length")}
	case r.ContentLength != c.size:
		return album.Errorf(album.CodeUploadMismatch, "the body is not as long as the Content-Range says")
	case c.asks:
		return b.progress(w, r, u)
	case !c.last() && c.size < media.ChunkUnit:
		return errSmallChunk
	}

	body := b.pace(w, r.Body)
	t, err := b.turns.take(r.Context(), u.key, body, false)
	if err != nil {
		return err
	}
	defer b.turns.give(u.key, t)
	leave, err := b.enter() // after the turn, which may have freed a place
	if err != nil {
		return err
	}
	defer leave()
	body.expect(c.size)
	f, info, err := b.open(u.key)
	if err == nil {
		defer f.Close() //nolint:errcheck // only read
		t.have.Store(info.Size())
		return finished(w, f, info.Size(), u, c, body)
	}
	if album.CodeOf(err) != album.CodeNotFound {
		return err
	}
	p, have, err := b.openPartial(u.key, u.bytes)
	if err != nil {
		return failure("upload", err)
	}
	defer p.file.Close() //nolint:errcheck // what matters was synced
	if have, err = p.add(c, have, body, t); err != nil {
		return err
	}
	if have < u.bytes {
		incomplete(w, have)
		return nil
	}
	return p.complete(w, u)
}

// progress answers how far an upload is. One that has all its bytes but is no
// object yet, because the program or the disk failed in that moment, becomes it.
func (b *Bucket) progress(w http.ResponseWriter, r *http.Request, u upload) error {
	t, have, err := b.turns.look(r.Context(), u.key)
	if err != nil {
		return err
	}
	if t == nil {
		// It may be all, and about to be said so.
		incomplete(w, wholeUnits(min(have, u.bytes-1)))
		return nil
	}
	defer b.turns.give(u.key, t)
	o, err := b.Stat(r.Context(), u.key)
	if err == nil && o.Bytes != u.bytes {
		return errTaken
	}
	if err == nil {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if album.CodeOf(err) != album.CodeNotFound {
		return err
	}
	info, err := b.root.Lstat(partialOf(u.key))
	switch {
	case errors.Is(err, os.ErrNotExist):
		incomplete(w, 0)
		return nil
	case err != nil:
		return failure("upload", err)
	case info.Size() < u.bytes:
		incomplete(w, wholeUnits(info.Size()))
		return nil
	}
	p, have, err := b.openPartial(u.key, u.bytes)
	if err != nil {
		return failure("upload", err)
	}
	defer p.file.Close() //nolint:errcheck // what matters was synced
	if have < u.bytes {
		incomplete(w, have)
		return nil
	}
	return p.complete(w, u)
}

// incomplete answers how much has arrived.
func incomplete(w http.ResponseWriter, have int64) {
	if have > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", have-1))
	}
	w.Header().Set("Cache-Control", "no-store") // 308 may be cached otherwise
	w.WriteHeader(http.StatusPermanentRedirect)
}

// add appends what is new in a chunk to the have bytes that are there, and
// returns how many there are then. All of a chunk is read, for the reason that
// receive gives.
func (t *temp) add(c chunkRange, have int64, body *pacedBody, at *turn) (int64, error) {
	at.have.Store(have)
	known := min(have-c.first, c.size)
	if known < 0 {
		known = c.size // a hole: nothing of it can be kept
	}
	file := io.LimitReader(clientReader{body}, c.size)
	_, err := io.CopyN(io.Discard, file, known)
	if err == nil {
		var n int64
		if n, err = t.appendBody(have, file, &at.have); err == nil {
			body.done() // else the deadline also ends what the server reads of the rest
		}
		if have += n; n > 0 && have < c.total {
			var cut error
			have, cut = t.cut(have)
			err = errors.Join(err, cut)
		}
	}
	if fault, ok := errors.AsType[*clientFault](err); ok {
		return 0, explain(fault.err)
	}
	if err != nil {
		return 0, failure("upload", err)
	}
	return have, nil
}

// complete makes a partial file that has all its bytes the object. If the disk
// fails, the file stays for another try.
func (t *temp) complete(w http.ResponseWriter, u upload) error {
	same, err := t.commit(u.key)
	switch {
	case err == nil:
		t.discard()
		w.WriteHeader(http.StatusCreated)
		return nil
	case same:
		t.discard()
		w.WriteHeader(http.StatusOK)
		return nil
	case album.CodeOf(err) == album.CodeConflict:
		t.discard()
	}
	return err
}

// finished answers a chunk of an upload that is an object already: the same
// bytes again are success.
func finished(w http.ResponseWriter, f io.ReaderAt, size int64, u upload, c chunkRange, body *pacedBody) error {
	if size != u.bytes {
		return errTaken
	}
	same, err := sameBytes(io.NewSectionReader(f, c.first, c.size), clientReader{body})
	if err == nil && !same {
		_, err = io.Copy(io.Discard, clientReader{body})
	}
	if fault, ok := errors.AsType[*clientFault](err); ok {
		return explain(fault.err)
	}
	if err != nil {
		return failure("upload", err)
	}
	if !same {
		return errTaken
	}
	body.done()
	w.WriteHeader(http.StatusOK)
	return nil
}
