package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/resolvers"
)

// errNoRequest is of a body that is not one request.
var errNoRequest = album.Errorf(album.CodeInvalidInput, "the body is not the JSON of a GraphQL request")

// post answers POST requests. Unlike gqlgen's transport it writes the finished
// JSON as it is instead of compacting it again, a tenth of a page's CPU, refuses
// what follows the request in its body, and does not send a body that it could
// not read back to whoever sent it.
func post(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	var params graphql.RawParams
	start := graphql.Now()
	if err := decodeRequest(r.Body, &params); err != nil {
		refuse(w, http.StatusBadRequest, requestError(err))
		return
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	execute(w, r, exec, &params, func(op ast.Operation) *album.Error {
		if op == ast.Subscription { // it would wait for its first event
			return album.Errorf(album.CodeInvalidInput, "subscribe over a socket, by graphql-transport-ws, or accept %s", typeEvents)
		}
		return nil
	})
}

// decodeRequest reads one value of JSON, and no more.
func decodeRequest(body io.Reader, into any) error {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF { //nolint:errorlint // Token's own
		return io.ErrUnexpectedEOF
	}
	return nil
}

// requestError says what is wrong with a body that could not be read as a request.
func requestError(err error) *album.Error {
	if shape, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && shape.Value == "array" && shape.Field == "" {
		return album.Errorf(album.CodeInvalidInput, "batches are not taken: send each request by itself")
	}
	return errNoRequest
}

// execute answers a request whose operation allowed lets pass.
func execute(
	w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams, allowed func(ast.Operation) *album.Error,
) {
	ctx := r.Context()
	params.Headers = r.Header
	if params.Query == "" && params.Extensions["persistedQuery"] == nil {
		refuse(w, http.StatusBadRequest, album.Errorf(errcode.ValidationFailed, "the request has no query"))
		return
	}
	op, refused := exec.CreateOperationContext(ctx, params)
	if refused != nil {
		// Under the older media type a document that is refused is still an answer.
		if w.Header().Get("Content-Type") == typeGraphQL {
			w.WriteHeader(http.StatusBadRequest)
		}
		respond(w, exec.DispatchError(graphql.WithOperationContext(ctx, op), refused))
		return
	}
	if err := allowed(op.Operation.Operation); err != nil {
		status := http.StatusBadRequest
		if r.Method == http.MethodGet { // what GET may not do POST may
			status = http.StatusMethodNotAllowed
			w.Header().Set("Allow", http.MethodPost)
		}
		refuse(w, status, err)
		return
	}
	next, ctx := exec.DispatchOperation(ctx, op)
	response := next(ctx)
	if response == nil { // its time was up before anything was executed
		w.Header().Set("Retry-After", strconv.Itoa(resolvers.RetryAfter))
		refuse(w, http.StatusServiceUnavailable, album.ErrUnavailable)
		return
	}
	respond(w, response)
}

// answers are buffers of answers, of at most pooledAnswer bytes.
var answers = sync.Pool{New: func() any { return new([]byte) }}

const pooledAnswer = 256 << 10

func respond(w io.Writer, r *graphql.Response) {
	b := answers.Get().(*[]byte) //nolint:errcheck,forcetypeassert // nothing else is put in
	*b = resolvers.AppendResponse((*b)[:0], r)
	_, _ = w.Write(*b) // the client may be gone
	if cap(*b) <= pooledAnswer {
		answers.Put(b)
	}
}
