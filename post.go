package main

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/resolvers"
)

// The media types of answers: the one of GraphQL over HTTP for who asks for it.
const (
	typeGraphQL = "application/graphql-response+json"
	typeJSON    = "application/json"
)

// post is the transport of POST requests. Unlike gqlgen's it writes the finished
// JSON as it is instead of compacting it again, a tenth of a page's CPU, refuses
// what follows the request in its body, and does not send a body that it could
// not read back to whoever sent it.
type post struct{}

var _ graphql.Transport = post{}

// Supports implements graphql.Transport.
func (post) Supports(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && r.Method == http.MethodPost && mediaType == typeJSON && r.Header.Get("Upgrade") == ""
}

// Do implements graphql.Transport.
func (post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	var params graphql.RawParams
	start := graphql.Now()
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	err := decoder.Decode(&params)
	if _, end := decoder.Token(); err != nil || end != io.EOF { //nolint:errorlint // Token's own
		refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the body is not the JSON of a GraphQL request"))
		return
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	execute(w, r, exec, &params, func(op ast.Operation) *album.Error {
		if op == ast.Subscription { // it would wait for its first event
			return album.Errorf(album.CodeInvalidInput, "subscribe over a socket, by graphql-transport-ws")
		}
		return nil
	})
}

// execute answers a request whose operation allowed lets pass.
func execute(
	w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams, allowed func(ast.Operation) *album.Error,
) {
	ctx := r.Context()
	params.Headers = r.Header
	answer := typeJSON
	if strings.Contains(r.Header.Get("Accept"), typeGraphQL) {
		answer = typeGraphQL
	}
	w.Header().Set("Content-Type", answer)
	op, refused := exec.CreateOperationContext(ctx, params)
	if refused != nil {
		// Under the older media type a document that is refused is still an answer.
		if answer == typeGraphQL {
			w.WriteHeader(http.StatusBadRequest)
		}
		errs := exec.DispatchError(graphql.WithOperationContext(ctx, op), refused).Errors
		_, _ = w.Write(resolvers.AppendResponse(nil, &graphql.Response{Errors: errs})) // the client may be gone
		return
	}
	if err := allowed(op.Operation.Operation); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	next, ctx := exec.DispatchOperation(ctx, op)
	_, _ = w.Write(resolvers.AppendResponse(nil, next(ctx))) // the client may be gone
}
