package gcsserver

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// settingNames are the settings of a bucket that the fake forgets.
var settingNames = []string{"cors", "lifecycle"}

// serveJSON hands requests to the fake, but for those that it would do less of
// than it says: copies, whose conditions it ignores, and the bucket's settings.
// Other conditions that it ignores are refused.
func (s *Server) serveJSON(w http.ResponseWriter, r *http.Request) {
	bucket := "/storage/v1/b/" + s.Bucket
	path := r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(path, bucket+"/o/"); ok {
		if from, to, ok := strings.Cut(rest, "/rewriteTo/b/"+s.Bucket+"/o/"); ok && r.Method == http.MethodPost {
			s.copy(w, r, from, to)
			return
		}
	}
	if path == bucket && (r.Method == http.MethodGet || r.Method == http.MethodPatch) {
		s.bucketSettings(w, r)
		return
	}
	if !strings.HasPrefix(path, "/upload/") {
		for name := range r.URL.Query() {
			if strings.HasPrefix(name, "if") {
				writeError(w, http.StatusBadRequest, name+" is not honoured here")
				return
			}
		}
	}
	s.fake.HTTPHandler().ServeHTTP(w, r)
}

// copy rewrites an object under ifGenerationMatch. With Options.RewriteBytes it
// takes several calls, as a copy between locations does.
func (s *Server) copy(w http.ResponseWriter, r *http.Request, from, to string) {
	from, errFrom := url.PathUnescape(from)
	to, errTo := url.PathUnescape(to)
	var metadata struct{ ContentType, CacheControl string }
	errBody := json.NewDecoder(r.Body).Decode(&metadata)
	if errFrom != nil || errTo != nil || errBody != nil {
		writeError(w, http.StatusBadRequest, "this is not a copy")
		return
	}
	query := r.URL.Query()
	for name := range query {
		if !slices.Contains([]string{"alt", "prettyPrint", "projection", "ifGenerationMatch", "rewriteToken"}, name) {
			writeError(w, http.StatusBadRequest, name+" is not honoured here")
			return
		}
	}
	object, err := s.fake.GetObject(s.Bucket, from)
	if err != nil {
		writeError(w, http.StatusNotFound, "there is no such object")
		return
	}
	answer := map[string]any{"kind": "storage#rewriteResponse", "objectSize": strconv.FormatInt(object.Size, 10)}
	token, moved, known := s.move(query.Get("rewriteToken"), object.Size)
	if !known {
		writeError(w, http.StatusBadRequest, "there is no such rewrite")
		return
	}
	answer["totalBytesRewritten"], answer["done"] = strconv.FormatInt(moved, 10), token == ""
	if token != "" {
		answer["rewriteToken"] = token
		writeJSON(w, http.StatusOK, answer)
		return
	}
	// Metadata of a copy replaces all of the source's.
	made := s.insert(upload{
		key: to, body: object.Content, generation: query.Get("ifGenerationMatch"),
		contentType: metadata.ContentType, cacheControl: metadata.CacheControl,
	})
	if made.Code != http.StatusOK {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(made.Code)
		_, _ = w.Write(made.Body.Bytes())
		return
	}
	answer["resource"] = json.RawMessage(made.Body.Bytes())
	writeJSON(w, http.StatusOK, answer)
}

// move takes a copy one call further: token is that of the next call, or empty
// once all is moved. known is false for a token that is none.
func (s *Server) move(token string, size int64) (next string, moved int64, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved, known = s.copies[token]
	delete(s.copies, token)
	if token != "" && !known {
		return "", 0, false
	}
	moved += s.rewrite
	if s.rewrite == 0 || moved >= size {
		return "", size, true
	}
	next = rand.Text()
	s.copies[next] = moved
	return next, moved, true
}

// bucketSettings reads and changes the bucket, with what the fake forgets.
func (s *Server) bucketSettings(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPatch {
		changes := map[string]json.RawMessage{}
		body, err := io.ReadAll(io.LimitReader(r.Body, maxFields))
		if err == nil {
			err = json.Unmarshal(body, &changes)
		}
		if err != nil {
			writeError(w, http.StatusBadRequest, "this is not a bucket")
			return
		}
		s.mu.Lock()
		for _, name := range settingNames {
			if change, ok := changes[name]; ok {
				s.settings[name] = change
			}
		}
		s.mu.Unlock()
	}
	recorder := httptest.NewRecorder()
	s.fake.HTTPHandler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, r.URL.Path, nil))
	answer := map[string]any{}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		writeError(w, http.StatusInternalServerError, err.Error())
		return
	}
	s.mu.Lock()
	for name, value := range s.settings {
		answer[name] = value
	}
	s.mu.Unlock()
	writeJSON(w, recorder.Code, answer)
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // a client that is gone reads nothing
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": message}})
}
