package resolvers

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// AppendResponse writes a response as json.Marshal would, its data as it is. A
// response without data was not executed and has errors alone.
func AppendResponse(to []byte, r *graphql.Response) []byte {
	if len(r.Data) == 0 {
		return append(append(append(to, `{"errors":`...), EncodeErrors(r.Errors)...), '}')
	}
	to = append(to, '{')
	if len(r.Errors) > 0 {
		to = append(append(append(to, `"errors":`...), EncodeErrors(r.Errors)...), ',')
	}
	return append(append(append(to, `"data":`...), r.Data...), '}')
}

// EncodeErrors writes GraphQL's list of errors.
func EncodeErrors(errs gqlerror.List) []byte {
	b, err := json.Marshal(errs)
	if err != nil { // strings and numbers alone: it cannot fail
		panic(err)
	}
	return b
}
