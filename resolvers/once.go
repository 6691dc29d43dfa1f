package resolvers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
	"keepsake/service"
)

// Once is the gqlgen extension that does a mutation with an idempotencyKey in its
// input once: each field of the operation for itself, over HTTP and sockets alike.
type Once struct {
	Service *service.Service
}

var _ interface {
	graphql.HandlerExtension
	graphql.RootFieldInterceptor
} = Once{}

// repeatable are the mutations that do nothing more when they are done again.
var repeatable = map[string]bool{
	"likeMedia": true, "unlikeMedia": true, "finalizeUpload": true, "copyMedia": true, "openShare": true,
}

// giveTokens are the mutations whose answers let somebody in.
var giveTokens = map[string]bool{"signUp": true, "signIn": true, "refreshSession": true, "openShare": true}

// ExtensionName implements graphql.HandlerExtension.
func (Once) ExtensionName() string { return "Once" }

// Validate implements graphql.HandlerExtension.
func (Once) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptRootField implements graphql.RootFieldInterceptor.
func (o Once) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	field := graphql.GetRootFieldContext(ctx).Field
	input, _ := field.ArgumentMap(op.Variables)["input"].(map[string]any) // nil has no key
	key, ok := input["idempotencyKey"].(string)
	if !ok {
		return next(ctx)
	}
	answer, err := o.answer(ctx, op, field.Field, key, next)
	if err != nil {
		graphql.AddError(ctx, gqlerror.WrapPath(ast.Path{ast.PathName(field.Alias)}, err))
		return graphql.Null
	}
	if bytes.Equal(answer, null) {
		return graphql.Null // the very one, by which a null is known
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(answer) }) // as all of gqlgen's
}

var null = []byte("null")

func (o Once) answer(
	ctx context.Context, op *graphql.OperationContext, field *ast.Field, key string, next graphql.RootResolver,
) ([]byte, error) {
	request, err := json.Marshal([]any{op.RawQuery, op.OperationName, op.Variables, field.Alias})
	if err != nil {
		return nil, album.Errorf(album.CodeInvalidInput, "these variables cannot be read").Wrap(err)
	}
	return o.Service.Once(ctx, Viewer(ctx), service.Keyed{
		Key: key, Request: request, Tokens: giveTokens[field.Name], Repeatable: repeatable[field.Name],
	}, func(ctx context.Context) ([]byte, bool) {
		before := len(graphql.GetErrors(ctx))
		var out bytes.Buffer
		next(ctx).MarshalGQL(&out)
		return out.Bytes(), len(graphql.GetErrors(ctx)) == before
	})
}
