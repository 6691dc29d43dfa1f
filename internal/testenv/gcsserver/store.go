package gcsserver

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// upload is an object to be made.
type upload struct {
	key          string
	body         []byte
	generation   string // that the object must have now, "0" for none; empty is any
	contentType  string
	encoding     string
	cacheControl string
}

// store makes an object and answers with a status.
func (s *Server) store(w http.ResponseWriter, status int, u upload) *fault {
	answer := s.insert(u)
	switch answer.Code {
	case http.StatusOK:
		w.WriteHeader(status)
		return nil
	case http.StatusPreconditionFailed:
		return &fault{http.StatusPreconditionFailed, "PreconditionFailed", "the object is of another generation"}
	case http.StatusBadRequest:
		return malformed("InvalidArgument", "the fake refused it: "+answer.Body.String())
	}
	return &fault{http.StatusInternalServerError, "InternalError", answer.Body.String()}
}

// insert uploads to the fake, which checks the generation and writes in one step.
func (s *Server) insert(u upload) *httptest.ResponseRecorder {
	query := url.Values{"uploadType": {"media"}, "name": {u.key}}
	if u.generation != "" {
		query.Set("ifGenerationMatch", u.generation)
	}
	if u.encoding != "" {
		query.Set("contentEncoding", u.encoding)
	}
	r := httptest.NewRequest(http.MethodPost, "/upload/storage/v1/b/"+s.Bucket+"/o?"+query.Encode(), bytes.NewReader(u.body))
	r.Header.Set("Content-Type", u.contentType)
	r.Header.Set("Cache-Control", u.cacheControl)
	answer := httptest.NewRecorder()
	s.fake.HTTPHandler().ServeHTTP(answer, r)
	return answer
}
