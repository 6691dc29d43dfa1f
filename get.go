package main

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
)

// get answers GET requests, which only read: a page that somebody is led to must
// not be able to change anything.
func get(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	start := graphql.Now()
	query, err := url.ParseQuery(r.URL.RawQuery)
	params := graphql.RawParams{Query: query.Get("query"), OperationName: query.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := query.Get(name); err == nil && text != "" {
			err = decodeRequest(strings.NewReader(text), into)
		}
	}
	if unescaped, _ := url.QueryUnescape(r.URL.RawQuery); err != nil || !utf8.ValidString(unescaped) {
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
