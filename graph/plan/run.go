package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Run is one walk along a plan: a query, a root field of it beside others, a
// mutation, or an event. It belongs to one goroutine.
type Run struct {
	op   *graphql.OperationContext
	path []step
	args map[*Field]map[string]any // those that depend on variables
}

// step is one of the way to a value: a field, or an element of a list.
type step struct {
	field *Field // nil for an element
	index int
}

// NewRun begins a walk for an operation.
func NewRun(op *graphql.OperationContext) Run { return Run{op: op, path: make([]step, 0, 16)} }

// Enter goes into the value of a field, and Leave out of it.
func (r *Run) Enter(f *Field) { r.path = append(r.path, step{field: f}) }

// EnterElement goes into an element of a list, and Leave out of it.
func (r *Run) EnterElement(i int) { r.path = append(r.path, step{index: i}) }

// Leave goes out of what was entered last.
func (r *Run) Leave() { r.path = r.path[:len(r.path)-1] }

// Depth is where a walk stands, for Recover.
func (r *Run) Depth() int { return len(r.path) }

// At returns ctx with the fields on the way to where the walk stands, as gqlgen and
// its extensions know them.
func (r *Run) At(ctx context.Context) context.Context {
	for _, s := range r.path {
		fc := &graphql.FieldContext{}
		if s.field != nil {
			fc.Object, fc.Field = s.field.object, s.field.CollectedField
		} else {
			fc.Index = &s.index
		}
		ctx = graphql.WithFieldContext(ctx, fc)
	}
	return ctx
}

// Fail adds the error of the field that the walk stands in. It returns false, for
// its value.
func (r *Run) Fail(ctx context.Context, err error) bool {
	ctx = r.At(ctx)
	r.op.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
	return false
}

// MissingValue adds the error of a null where the schema allows none, unless there
// is an error at that place already. It returns false, for the value.
func (r *Run) MissingValue(ctx context.Context, declared string) bool {
	graphql.AddInvalidNullError(r.At(ctx), declared)
	return false
}

// Recover is deferred by what calls resolvers, at a depth: a panic becomes an error,
// and ok false.
func (r *Run) Recover(ctx context.Context, depth int, ok *bool) {
	if panicked := recover(); panicked != nil {
		r.path = r.path[:depth]
		ctx = r.At(ctx)
		r.op.Error(ctx, r.op.Recover(ctx, panicked))
		*ok = false
	}
}

// Args reads the arguments of a field, with gqlgen's function for them: once for
// all where they are constant, and once a walk otherwise. It is not ok where they
// are wrong, which is told.
func (r *Run) Args(
	ctx context.Context, f *Field, read func(context.Context, map[string]any) (map[string]any, error),
) (args map[string]any, ok bool) {
	if known := f.args.Load(); known != nil {
		return *known, true
	}
	if args, ok = r.args[f]; ok {
		return args, true
	}
	ctx = r.At(ctx)
	args, err := read(ctx, f.ArgumentMap(r.op.Variables))
	switch {
	case err != nil:
		r.op.Error(ctx, err)
		return nil, false
	case f.constant && len(r.path) > 1: // a root field may change what it is given
		f.args.Store(&args)
	default:
		if r.args == nil {
			r.args = map[*Field]map[string]any{}
		}
		r.args[f] = args
	}
	return args, true
}
