package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
)

// get is the transport of GET requests, which only read: a page that somebody
// is led to must not be able to change anything.
type get struct{}

var _ graphql.Transport = get{}

// Supports implements graphql.Transport.
func (get) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Upgrade") == ""
}

// Do implements graphql.Transport.
func (get) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	start := graphql.Now()
	query, err := url.ParseQuery(r.URL.RawQuery)
	params := graphql.RawParams{Query: query.Get("query"), OperationName: query.Get("operationName")}
	if err == nil {
		err = decodeObject(query.Get("variables"), &params.Variables)
	}
	if err == nil {
		err = decodeObject(query.Get("extensions"), &params.Extensions)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the address is not one of a GraphQL request"))
		return
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	execute(w, r, exec, &params, func(op ast.Operation) *album.Error {
		if op != ast.Query {
			return album.Errorf(album.CodeInvalidInput, "GET only reads: send this with POST")
		}
		return nil
	})
}

func decodeObject(text string, into *map[string]any) error {
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF { //nolint:errorlint // Token's own
		return io.ErrUnexpectedEOF
	}
	return nil
}

// noTransport answers what no other transport takes.
type noTransport struct{}

var _ graphql.Transport = noTransport{}

// Supports implements graphql.Transport.
func (noTransport) Supports(*http.Request) bool { return true }

// Do implements graphql.Transport.
func (noTransport) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	if r.Method == http.MethodPost {
		refuse(w, http.StatusUnsupportedMediaType, album.Errorf(album.CodeInvalidInput, "send Content-Type: %s", typeJSON))
		return
	}
	w.Header().Set("Allow", "GET, POST")
	refuse(w, http.StatusMethodNotAllowed, album.Errorf(album.CodeInvalidInput, "use GET or POST"))
}
