package guard

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"keepsake/graph/plan"
)

// The cache's bounds: see Cache.
const (
	cachedDocument = 32 << 10
	cachedBytes    = 64 << 20
)

// Guard is the gqlgen extension that keeps documents within limits, and the
// executor's cache of documents. Both belong together: what is in the cache has
// passed, and what has passed is handed to the executor through it, so that
// nothing is parsed or validated twice.
type Guard struct {
	limits Limits
	cache  *Cache
	schema *ast.Schema
	prices prices
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
	graphql.Cache[*ast.QueryDocument]
} = (*Guard)(nil)

// New returns a guard to be given to one executor, with Use and SetQueryCache,
// before any extension that looks at documents and after those that look them
// up, such as persisted ones, and after the one that allows introspection.
func New(limits Limits) *Guard {
	return &Guard{limits: limits, cache: NewCache(cachedDocument, cachedBytes)}
}

// ExtensionName implements graphql.HandlerExtension.
func (*Guard) ExtensionName() string { return "Guard" }

// Validate implements graphql.HandlerExtension: it learns the schema.
func (g *Guard) Validate(es graphql.ExecutableSchema) error {
	g.schema = es.Schema()
	if g.schema == nil {
		return errors.New("guard: there is no schema")
	}
	g.prices = newPrices(g.schema)
	return nil
}

// MutateOperationParameters implements graphql.OperationParameterMutator: it
// refuses documents and variables that are too large, and documents that are not
// valid, and leaves the document for Get.
func (g *Guard) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if err := checkVariables(request.Variables, g.limits.Values); err != nil {
		return err
	}
	op := graphql.GetOperationContext(ctx) // the executor's, which is always there
	if doc, ok := g.cache.Get(request.Query); ok {
		op.Doc = doc
		return nil
	}
	doc, err := g.admit(request.Query)
	if err != nil {
		return err
	}
	op.Doc = doc
	return nil
}

// admit parses, measures, validates and keeps a document that was not seen before. It
// returns neither a document nor an error where the executor is to say what is
// wrong: an extension can tell one error only, the executor all of the few that
// there are.
func (g *Guard) admit(text string) (*ast.QueryDocument, *gqlerror.Error) {
	if len(text) > g.limits.Bytes {
		return nil, tooLong(g.limits.Bytes)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, g.limits.Tokens)
	if err != nil {
		shown := gqlerror.Wrap(err)
		if e, ok := errors.AsType[*gqlerror.Error](err); ok {
			shown = e
		}
		errcode.Set(shown, errcode.ParseFailed)
		return nil, shown
	}
	nodes, refused := measure(doc, g.limits)
	if refused != nil {
		return nil, refused
	}
	if len(doc.Operations) == 0 {
		return nil, nil
	}
	switch errs, more := validate(g.schema, doc); {
	case more:
		errcode.Set(errs[0], errcode.ValidationFailed)
		return nil, errs[0]
	case len(errs) > 0:
		return nil, nil
	}
	g.cache.Keep(text, doc, nodes)
	return doc, nil
}

// Get implements graphql.Cache: it returns the document that has just passed.
func (g *Guard) Get(ctx context.Context, text string) (*ast.QueryDocument, bool) {
	if op, ok := operation(ctx); ok && op.Doc != nil && textOf(op.Doc) == text {
		return op.Doc, true
	}
	return g.cache.Get(text)
}

// Plan returns the plan by which a document is executed.
func (g *Guard) Plan(doc *ast.QueryDocument) *plan.Plan { return g.cache.Plan(doc) }

// textOf returns the text of a document that has an operation.
func textOf(doc *ast.QueryDocument) string { return doc.Operations[0].Position.Src.Input }

// Add implements graphql.Cache. The executor adds what it had to parse itself,
// which is only what another extension put in the place of what was let in here.
// So it is measured now, late but before it is executed.
func (g *Guard) Add(ctx context.Context, text string, doc *ast.QueryDocument) {
	nodes, refused := measure(doc, g.limits)
	if len(text) > g.limits.Bytes {
		refused = tooLong(g.limits.Bytes)
	}
	if refused == nil {
		g.cache.Keep(text, doc, nodes)
	} else if op, ok := operation(ctx); ok {
		op.Stats.SetExtension(tooLate, refused)
	}
}

// tooLate is where Add leaves an error for MutateOperationContext.
const tooLate = "refused"

// MutateOperationContext implements graphql.OperationContextMutator: it refuses
// operations that cost too much, and those that ask for the schema where that is off.
func (g *Guard) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if refused, ok := op.Stats.GetExtension(tooLate).(*gqlerror.Error); ok {
		return refused
	}
	c := costs{prices: g.prices, variables: op.Variables}
	requested, introspection := c.of(op.Operation)
	if wanted(op) {
		op.Stats.SetExtension(extension, Cost{requested, int64(g.limits.Cost)})
	}
	if introspection > maxIntrospection {
		return tooMuch("this introspection costs %d: at most %d is allowed", introspection, maxIntrospection)
	}
	if introspection > 0 && op.DisableIntrospection {
		err := gqlerror.Errorf("introspection is off here")
		errcode.Set(err, errcode.ValidationFailed)
		return err
	}
	if requested > int64(g.limits.Cost) {
		return tooMuch("this operation costs %d: at most %d is allowed; ask for fewer rows", requested, g.limits.Cost)
	}
	return nil
}

// extension is the name of what a request asks for, and gets, in its extensions.
const extension = "cost"

// wanted reports whether a request asks for its cost. A subscription cannot: its
// events are for all who share it.
func wanted(op *graphql.OperationContext) bool {
	asked, _ := op.Extensions[extension].(bool)
	return asked && op.Operation != nil && op.Operation.Operation != ast.Subscription
}

// InterceptResponse implements graphql.ResponseInterceptor: it tells what the
// operation costs, executed or refused, to those who ask.
func (*Guard) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if op, ok := operation(ctx); ok && wanted(op) {
		if cost, ok := op.Stats.GetExtension(extension).(Cost); ok {
			graphql.RegisterExtension(ctx, extension, cost)
		}
	}
	return next(ctx)
}

func operation(ctx context.Context) (*graphql.OperationContext, bool) {
	if !graphql.HasOperationContext(ctx) {
		return nil, false
	}
	return graphql.GetOperationContext(ctx), true
}
