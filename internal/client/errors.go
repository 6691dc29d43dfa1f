package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is one error of an answer.
type Error struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code  string `json:"code"`
		Field string `json:"field"` // of the input, where one is at fault
		ID    string `json:"id"`    // under which the server logged it
	} `json:"extensions"`
}

// Error implements error: code, message and place.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Extensions.Code)
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if len(e.Path) > 0 {
		fmt.Fprintf(&b, " (at %s)", strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Path), " ", "."), "[]"))
	}
	return b.String()
}

// Code returns the code of the first Error in err, and "" where there is none.
func Code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Extensions.Code
	}
	return ""
}

// join makes one error of a list, nil of an empty one.
func join(list []*Error) error {
	all := make([]error, len(list))
	for i, e := range list {
		all[i] = e
	}
	return errors.Join(all...)
}

// StatusError is an answer over HTTP that was not the one hoped for.
type StatusError struct {
	Status int
	Body   string // its beginning
}

// maxShown is how much of a body stands in a StatusError, in bytes.
const maxShown = 200

func newStatusError(resp *http.Response, body []byte) *StatusError {
	return &StatusError{Status: resp.StatusCode, Body: strings.TrimSpace(string(body[:min(len(body), maxShown)]))}
}

// Error implements error.
func (e *StatusError) Error() string {
	return fmt.Sprintf("HTTP %d %s: %s", e.Status, http.StatusText(e.Status), e.Body)
}

// Status returns the HTTP status in err, and 0 where there is none.
func Status(err error) int {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Status
	}
	return 0
}
