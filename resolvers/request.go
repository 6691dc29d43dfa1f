package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/service"
)

type contextKey int

const (
	viewerKey contextKey = iota
	loadersKey
	sourceKey
)

// WithViewer puts who asks into the context of a request or socket.
func WithViewer(ctx context.Context, v album.Identified) context.Context {
	return context.WithValue(ctx, viewerKey, v)
}

// Viewer returns who asks: nobody, unless WithViewer said so.
func Viewer(ctx context.Context) album.Identified {
	v, _ := ctx.Value(viewerKey).(album.Identified)
	return v
}

// Loading is the gqlgen extension that gives fresh loaders to each query, to
// each field of a mutation, whose successors must see what it changed, and to
// each event of a subscription.
type Loading struct {
	Service *service.Service
}

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
	graphql.RootFieldInterceptor
} = Loading{}

// ExtensionName implements graphql.HandlerExtension.
func (Loading) ExtensionName() string { return "Loading" }

// Validate implements graphql.HandlerExtension.
func (Loading) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse implements graphql.ResponseInterceptor.
func (l Loading) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	return next(l.fresh(ctx))
}

// InterceptRootField implements graphql.RootFieldInterceptor.
func (l Loading) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
		ctx = l.fresh(ctx)
	}
	return next(ctx)
}

func (l Loading) fresh(ctx context.Context) context.Context {
	return context.WithValue(ctx, loadersKey, newLoaders(l.Service, Viewer(ctx)))
}

// loadersOf returns the request's loaders.
func loadersOf(ctx context.Context) *loaders {
	return ctx.Value(loadersKey).(*loaders) //nolint:errcheck,forcetypeassert // the extension above is always there
}

// become makes somebody else the viewer of what is below a mutation's field:
// who has signed in just now, or opened a share.
func become(ctx context.Context, v album.Identified) {
	l := loadersOf(ctx)
	*l = *newLoaders(l.service, v)
}
