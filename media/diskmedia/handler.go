package diskmedia

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// grace is added to the time that a transfer may take at the least rate.
const grace = time.Minute

// errForged answers every URL and form that was not made here as it is. It does
// not say what is wrong with it.
var errForged = album.Errorf(album.CodeForbidden, "this URL or ticket is not valid")

// refusal is an error with a status of its own.
type refusal struct {
	status int
	err    *album.Error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// ServeHTTP takes and serves objects. Mount it with the prefix stripped
// (http.StripPrefix("/media", bucket)): the path is "/" and the key, and "/"
// alone for POST forms. It answers a chunk with 308 and no Location, as Google
// Cloud Storage does: clients must not take that for a redirect.
//
// Any web page may use a signed URL: answers allow every origin, without
// credentials, because the URL is the credential. Errors are JSON,
// {"error":{"code":…,"message":…}}, with the codes of package album.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Location, Range, Retry-After")
	if r.ContentLength != 0 {
		// The server reads the rest of what is refused here, and must not wait for ever.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(b.idle)) // pacedBody says if it cannot
	}
	if err := b.admit(r); err != nil {
		b.refuse(w, r, err)
		return
	}
	var err error
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		err = b.read(w, r)
	case http.MethodPut:
		if r.URL.Query().Has(paramSession) {
			err = b.chunk(w, r)
		} else {
			err = b.put(w, r)
		}
	case http.MethodPost:
		if r.URL.Path == "/" || r.URL.Path == "" {
			err = b.post(w, r)
		} else {
			err = b.begin(w, r)
		}
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", allowed)
		h.Set("Access-Control-Allow-Headers", "Content-Range, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", allowed)
		err = &refusal{http.StatusMethodNotAllowed, album.Invalid("method", "use one of %s", allowed)}
	}
	if err != nil {
		b.refuse(w, r, err)
	}
}

const allowed = "GET, HEAD, PUT, POST, OPTIONS"

// read serves an object, whole or in ranges.
func (b *Bucket) read(w http.ResponseWriter, r *http.Request) error {
	query, err := params(r.URL, paramExpires, paramType, paramName, paramSignature)
	if err != nil {
		return err
	}
	key := strings.TrimPrefix(r.URL.Path, "/")
	expires, contentType, name := query.Get(paramExpires), query.Get(paramType), query.Get(paramName)
	if !b.signed(query.Get(paramSignature), forRead, key, expires, contentType, name) {
		return errForged
	}
	ends, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return errForged
	}
	left := ends - b.now().Unix()
	if left <= 0 {
		return album.Errorf(album.CodeForbidden, "this URL has expired, ask for a new one")
	}
	f, info, err := b.open(key)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read

	h := w.Header()
	if _, ok := media.KindOf(contentType); ok {
		h.Set("Content-Type", contentType)
		h.Set("Content-Disposition", media.ContentDisposition(name))
	} else { // nothing but photos and videos is ever shown from here
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", media.ContentDisposition(media.FileName(name)))
	}
	// An object never changes, and the URL cannot be used for longer.
	h.Set("Cache-Control", fmt.Sprintf("private, max-age=%d, immutable", left))
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	// A reader that takes nothing must let go in the end. The deadline is of the
	// real clock, and replaces the server's, which knows no large files.
	deadline := time.Now().Add(grace + time.Duration(info.Size()/b.minRate)*time.Second)
	if err := http.NewResponseController(w).SetWriteDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return failure("serve", err)
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}

// refuse answers with an error. Nothing has been written before.
func (b *Bucket) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*album.Error](err)
	if !ok {
		e = album.Errorf(album.CodeInternal, "something went wrong here")
	}
	status := statusOf(e.Code)
	if own, ok := errors.AsType[*refusal](err); ok {
		status = own.status
	}
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		b.log.Error("a media request failed", "method", r.Method, "code", e.Code, "error", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	case http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter()))
	}
	w.WriteHeader(status)
	// Strings always encode, and a client that is gone reads nothing.
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": e.Code, "message": e.Message}})
}

func statusOf(code album.Code) int {
	switch code {
	case album.CodeForbidden, album.CodeUploadExpired:
		return http.StatusForbidden
	case album.CodeNotFound:
		return http.StatusNotFound
	case album.CodeConflict:
		return http.StatusConflict
	case album.CodeInvalidInput, album.CodeUploadMismatch, album.CodeUploadIncomplete:
		return http.StatusBadRequest
	case album.CodeMediaUnsupported:
		return http.StatusUnsupportedMediaType
	case album.CodeRateLimited:
		return http.StatusTooManyRequests
	case album.CodeStorageFull:
		return http.StatusInsufficientStorage
	case album.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
