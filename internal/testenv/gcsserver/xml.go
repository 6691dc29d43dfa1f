package gcsserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxObject bounds an object, which lies in memory.
const maxObject = 1 << 30

// serveXML serves signed requests: GET, HEAD and PUT of an object, POST of a
// form to the bucket, and resumable uploads, which a signed POST begins.
func (s *Server) serveXML(w http.ResponseWriter, r *http.Request) {
	key, f := s.locate(r)
	if f == nil && r.Method == http.MethodOptions {
		s.preflight(w, r)
		return
	}
	session := f == nil && r.URL.Query().Has("upload_id")
	if !session {
		s.allowOrigin(w, r.Header.Get("Origin"), r.Method)
	}
	if f == nil {
		switch {
		case session:
			f = s.serveSession(w, r, key)
		case r.Method == http.MethodPost && key == "":
			f = s.postForm(w, r)
		case key == "":
			f = denied("buckets are not served here")
		default:
			f = s.serveObject(w, r, key)
		}
	}
	if f != nil {
		f.write(w)
	}
}

// locate finds the key that a request names, "" for the bucket itself.
func (s *Server) locate(r *http.Request) (string, *fault) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if s.host == "" || hostname(r.Host) != s.host {
		bucket, rest, _ := strings.Cut(path, "/")
		if bucket != s.Bucket {
			return "", &fault{http.StatusNotFound, "NoSuchBucket", "there is no such bucket"}
		}
		path = rest
	}
	if path == "" {
		return "", nil
	}
	return path, checkKey(path)
}

// checkKey refuses keys that would mean another one in a path.
func checkKey(key string) *fault {
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return malformed("InvalidURI", "an object's name has no empty, . or .. segments here")
		}
	}
	return nil
}

func (s *Server) serveObject(w http.ResponseWriter, r *http.Request, key string) *fault {
	digest, f := s.verify(r)
	if f != nil {
		return f
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return s.get(w, r, key)
	case http.MethodPut:
		return s.put(w, r, key, digest)
	case http.MethodPost:
		return s.startResumable(w, r, key)
	}
	return &fault{http.StatusMethodNotAllowed, "MethodNotAllowed", "this is not done here"}
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, key string) *fault {
	object, err := s.fake.GetObject(s.Bucket, key)
	if err != nil {
		return &fault{http.StatusNotFound, "NoSuchKey", "there is no such object"}
	}
	h, query := w.Header(), r.URL.Query()
	set := func(name, stored, parameter string) {
		if asked := query.Get(parameter); asked != "" {
			stored = asked
		}
		if stored != "" {
			h.Set(name, stored)
		}
	}
	if object.CacheControl == "" {
		object.CacheControl = "private, max-age=0"
	}
	set("Content-Type", object.ContentType, "response-content-type")
	set("Content-Disposition", object.ContentDisposition, "response-content-disposition")
	set("Cache-Control", object.CacheControl, "")
	set("Content-Encoding", object.ContentEncoding, "")
	h.Set("ETag", strconv.Quote(object.Etag))
	h.Set("X-Goog-Generation", strconv.FormatInt(object.Generation, 10))
	http.ServeContent(w, r, "", object.Updated, bytes.NewReader(object.Content))
	return nil
}

// put takes a PUT: x-goog-content-length-range and x-goog-if-generation-match
// are honoured, which verify has found signed.
func (s *Server) put(w http.ResponseWriter, r *http.Request, key, digest string) *fault {
	least, most := int64(0), int64(maxObject)
	if given := r.Header.Get("X-Goog-Content-Length-Range"); given != "" {
		var f *fault
		if least, most, f = parseRange(given); f != nil {
			return f
		}
	}
	body, f := readAll(r.Body, least, most)
	if f != nil {
		return f
	}
	if sum := sha256.Sum256(body); digest != "" && hex.EncodeToString(sum[:]) != digest {
		return malformed("XAmzContentSHA256Mismatch", "the body has another SHA-256 than was signed")
	}
	return s.store(w, http.StatusOK, upload{
		key: key, body: body, generation: r.Header.Get("X-Goog-If-Generation-Match"),
		contentType: r.Header.Get("Content-Type"), encoding: r.Header.Get("Content-Encoding"),
	})
}

// parseRange reads "least,most".
func parseRange(given string) (least, most int64, f *fault) {
	from, to, _ := strings.Cut(given, ",")
	least, err := strconv.ParseInt(strings.TrimSpace(from), 10, 64)
	if err == nil {
		most, err = strconv.ParseInt(strings.TrimSpace(to), 10, 64)
	}
	if err != nil || least < 0 || most < least {
		return 0, 0, malformed("InvalidArgument", "this is not a range of lengths")
	}
	return least, most, nil
}

// readAll reads a body of least to most bytes.
func readAll(r io.Reader, least, most int64) ([]byte, *fault) {
	most = min(most, maxObject)
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, malformed("IncompleteBody", "the body broke off")
	case int64(len(body)) > most:
		return nil, malformed("EntityTooLarge", fmt.Sprintf("an object of more than %d bytes", most))
	case int64(len(body)) < least:
		return nil, malformed("EntityTooSmall", fmt.Sprintf("an object of fewer than %d bytes", least))
	}
	return body, nil
}
