package gcsserver

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// chunkUnit is what resumable uploads are kept in multiples of.
	chunkUnit = 256 << 10
	// sessionLife is how long a session may take.
	sessionLife = 7 * 24 * time.Hour
	// maxSessions bounds the sessions that are kept; real ones know no bound.
	maxSessions = 10_000
)

// session is a resumable upload.
type session struct {
	upload      // without its body
	least, most int64
	declared    int64  // X-Upload-Content-Length, or -1
	origin      string // of the page that began it
	ends        time.Time

	mu   sync.Mutex
	body []byte
	done bool
	dead *fault // what it answers for good
}

// startResumable begins a resumable upload, as "Initiate a resumable upload" of
// the XML API describes it. The object's type and conditions are those of this
// request; the conditions are looked at when the upload completes.
//
// Google's page does not say whether x-goog-content-length-range holds for a
// session's bytes, nor what becomes of X-Upload-Content-Length, which is the JSON
// API's: here both are kept to, each when it can first be.
func (s *Server) startResumable(w http.ResponseWriter, r *http.Request, key string) *fault {
	if r.Header.Get("X-Goog-Resumable") != "start" {
		return malformed("InvalidArgument", "a POST to an object needs x-goog-resumable: start")
	}
	if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		return malformed("InvalidArgument", "a resumable upload begins without a body")
	}
	n := &session{
		upload: upload{
			key: key, generation: r.Header.Get("X-Goog-If-Generation-Match"),
			contentType: r.Header.Get("Content-Type"), encoding: r.Header.Get("Content-Encoding"),
		},
		most: maxObject, declared: -1, origin: r.Header.Get("Origin"), ends: s.now().Add(sessionLife),
	}
	var f *fault
	if given := r.Header.Get("X-Goog-Content-Length-Range"); given != "" {
		if n.least, n.most, f = parseRange(given); f != nil {
			return f
		}
	}
	if given := r.Header.Get("X-Upload-Content-Length"); given != "" {
		var err error
		if n.declared, err = strconv.ParseInt(given, 10, 64); err != nil || n.declared < 0 {
			return malformed("InvalidArgument", "X-Upload-Content-Length is not a length")
		}
	}
	id := rand.Text()
	s.mu.Lock()
	full := len(s.sessions) >= maxSessions
	if !full {
		s.sessions[id] = n
	}
	s.mu.Unlock()
	if full {
		return &fault{http.StatusServiceUnavailable, "ServiceUnavailable", "too many resumable uploads"}
	}
	// The request's own scheme and host: what the client could reach.
	w.Header().Set("Location", "http://"+r.Host+r.URL.EscapedPath()+"?"+r.URL.RawQuery+"&upload_id="+id)
	w.Header().Set("X-Guploader-Uploadid", id)
	w.WriteHeader(http.StatusCreated)
	return nil
}

// serveSession serves a session's URL. The upload_id is all the authority that it
// needs: "the session URI acts as an authentication token".
func (s *Server) serveSession(w http.ResponseWriter, r *http.Request, key string) *fault {
	s.mu.Lock()
	n := s.sessions[r.URL.Query().Get("upload_id")]
	s.mu.Unlock()
	if n == nil || n.key != key {
		return &fault{http.StatusNotFound, "NoSuchUpload", "there is no such upload"}
	}
	// Pages of the origin that began it may go on with it.
	if r.Header.Get("Origin") == n.origin {
		s.allowOrigin(w, n.origin, http.MethodPost)
	}
	if !s.now().Before(n.ends) {
		return &fault{http.StatusGone, "NoSuchUpload", "the upload took longer than a week"}
	}
	switch r.Method {
	case http.MethodPut:
		return s.chunk(w, r, n)
	case http.MethodDelete:
		n.mu.Lock()
		defer n.mu.Unlock()
		cancelled := &fault{499, "ClientClosedRequest", "the upload was cancelled"}
		if !n.done && n.dead == nil {
			n.dead, n.body = cancelled, nil
		}
		return cancelled
	}
	return &fault{http.StatusMethodNotAllowed, "MethodNotAllowed", "this is not done with an upload"}
}

// chunk takes bytes, or a question. The body is read before anything is looked
// at, without a lock: another connection may go on meanwhile.
func (s *Server) chunk(w http.ResponseWriter, r *http.Request, n *session) *fault {
	c, f := parseContentRange(r)
	if f != nil {
		return f
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, c.size))
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.dead != nil:
		return n.dead
	case n.done: // "the upload is complete", whatever was asked or sent
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if f := n.check(c); f != nil {
		return f
	}
	// Bytes at an offset that is there already are passed over.
	have := int64(len(n.body))
	if known := have - c.first; known < int64(len(body)) {
		n.body = append(n.body, body[max(known, 0):]...)
	}
	if have = int64(len(n.body)); have == c.total {
		return s.complete(w, n)
	}
	n.body = n.body[:have-have%chunkUnit]
	if err != nil {
		return malformed("IncompleteBody", "the body broke off")
	}
	if have = int64(len(n.body)); have > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", have-1))
	}
	w.WriteHeader(http.StatusPermanentRedirect)
	return nil
}

// check refuses what a session cannot take. The texts of the refusals of small
// chunks and of holes are Google's own.
func (n *session) check(c contentRange) *fault {
	have := int64(len(n.body))
	switch {
	case c.total >= 0 && n.declared >= 0 && c.total != n.declared && !c.asks:
		return malformed("InvalidArgument", "the total is not the X-Upload-Content-Length")
	case c.first > have:
		return &fault{http.StatusServiceUnavailable, "ServiceUnavailable", fmt.Sprintf("Invalid request. According to the Content-Range header, "+
			"the upload offset is %d byte(s), which exceeds already uploaded size of %d byte(s).", c.first, have)}
	case c.first+c.size > n.most || c.total > n.most:
		return malformed("EntityTooLarge", fmt.Sprintf("an object of more than %d bytes", n.most))
	case c.total >= 0 && c.total < n.least && !c.asks:
		return malformed("EntityTooSmall", fmt.Sprintf("an object of fewer than %d bytes", n.least))
	case c.first+c.size != c.total && c.size < chunkUnit && !c.asks:
		n.dead = malformed("InvalidArgument", fmt.Sprintf("Invalid request.  The number of bytes uploaded is required to be equal or greater than %d, "+
			"except for the final request (it's recommended to be the exact multiple of %d).  "+
			"The received request contained %d bytes, which does not meet this requirement.", chunkUnit, chunkUnit, c.size))
		n.body = nil
		return n.dead
	}
	return nil
}

// complete makes the object.
func (s *Server) complete(w http.ResponseWriter, n *session) *fault {
	u := n.upload
	u.body = n.body
	if size := int64(len(u.body)); n.declared >= 0 && size != n.declared || size < n.least {
		return malformed("EntityTooSmall", "the object is not as long as was declared")
	}
	f := s.store(w, http.StatusOK, u)
	n.body, n.done, n.dead = nil, f == nil, f
	return f
}
