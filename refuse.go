package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"keepsake/album"
	"keepsake/resolvers"
)

// refuseErr answers a request that failed before GraphQL. What is a fault of ours
// is logged with an id, which the client gets too, and nothing else of it.
func (a *app) refuseErr(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*album.Error](err)
	if !ok {
		e = album.Errorf(album.CodeInternal, "something went wrong on our side")
	}
	status := http.StatusUnauthorized
	switch e.Code {
	case album.CodeInternal:
		status = http.StatusInternalServerError
	case album.CodeUnavailable:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(resolvers.RetryAfter))
	case album.CodeRateLimited:
		w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfter()))
		refuse(w, http.StatusTooManyRequests, e)
		return
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="keepsake"`)
		refuse(w, status, e)
		return
	}
	id := rand.Text()
	a.log.ErrorContext(r.Context(), "a request failed", "error_id", id, "error", err)
	writeRefusal(w, status, e, id)
}

// refuse answers with one error in the form of GraphQL's.
func refuse(w http.ResponseWriter, status int, e *album.Error) { writeRefusal(w, status, e, "") }

// writeRefusal is refuse with the id of an error of ours, or none. The media type
// is the one that was chosen for the answer, or GraphQL's.
func writeRefusal(w http.ResponseWriter, status int, e *album.Error, id string) {
	type extensions struct {
		Code album.Code `json:"code"`
		ID   string     `json:"id,omitempty"`
	}
	type shown struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	body, err := json.Marshal(map[string][]shown{"errors": {{e.Message, extensions{e.Code, id}}}})
	if err != nil { // strings alone: it cannot fail
		panic(err)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeGraphQL)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
