package resolvers

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// AppendResponse writes a response as json.Marshal would, its data as it is. A
// response without data was not executed and has errors, and extensions perhaps.
func AppendResponse(to []byte, r *graphql.Response) []byte {
	to = append(to, '{')
	if len(r.Errors) > 0 || len(r.Data) == 0 {
		to = append(append(to, `"errors":`...), EncodeErrors(r.Errors)...)
	}
	if len(r.Data) > 0 {
		if len(r.Errors) > 0 {
			to = append(to, ',')
		}
		to = append(append(to, `"data":`...), r.Data...)
	}
	if len(r.Extensions) > 0 {
		to = append(append(to, `,"extensions":`...), encode(r.Extensions)...)
	}
	return append(to, '}')
}

// EncodeErrors writes GraphQL's list of errors.
func EncodeErrors(errs gqlerror.List) []byte { return encode(errs) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // strings and numbers alone: it cannot fail
		panic(err)
	}
	return b
}
