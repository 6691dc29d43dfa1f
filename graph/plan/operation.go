package plan

import (
	"context"
	"io"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Writer appends the value of a root field to JSON. It is not ok where the value is
// null by an error, which has been added to ctx.
type Writer func(ctx context.Context, b []byte, f *Field) (_ []byte, ok bool)

// Once answers with what execute returns, once.
func Once(execute func(ctx context.Context) []byte) graphql.ResponseHandler {
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return &graphql.Response{Data: execute(ctx)}
	}
}

// InOrder executes the root fields of a mutation.
func InOrder(ctx context.Context, op *graphql.OperationContext, s *Selection, w Writer) []byte {
	b, good := make([]byte, 0, s.size()), true
	b = append(b, '{')
	for i := range s.Fields {
		var ok bool
		b, ok = rootField(ctx, op, append(b, s.Fields[i].Key...), &s.Fields[i], w)
		good = good && ok
	}
	return s.end(b, good)
}

// SideBySide executes the root fields of a query. What one of them waits for the
// others need not; walk returns a writer for each that is to do so.
func SideBySide(ctx context.Context, op *graphql.OperationContext, s *Selection, walk func() Writer) []byte {
	if len(s.Fields) == 1 {
		return InOrder(ctx, op, s, walk())
	}
	values := make([]struct {
		json []byte
		ok   bool
	}, len(s.Fields))
	var wg sync.WaitGroup
	for i := range s.Fields {
		v := &values[i]
		if s.Fields[i].Index == Typename {
			v.json, v.ok = rootField(ctx, op, nil, &s.Fields[i], walk())
			continue
		}
		wg.Go(func() { v.json, v.ok = rootField(ctx, op, nil, &s.Fields[i], walk()) })
	}
	wg.Wait()
	b, good := make([]byte, 0, s.size()), true
	b = append(b, '{')
	for i := range values {
		b = append(append(b, s.Fields[i].Key...), values[i].json...)
		good = good && values[i].ok
	}
	return s.end(b, good)
}

// leastRoom and mostRoom bound what is allocated for an answer before it is known
// how long it gets, in bytes: one of a long list must not cost all that follow.
const leastRoom, mostRoom = 512, 64 << 10

// size is how much room an answer may take, as the largest so far took.
func (s *Selection) size() int { return min(int(s.largest.Load())+leastRoom, mostRoom) }

// end ends the data of an answer.
func (s *Selection) end(b []byte, good bool) []byte {
	if !good {
		return []byte("null")
	}
	if n := int64(len(b)); n > s.largest.Load() {
		s.largest.Store(n) // of two at once either will do
	}
	return append(b, '}')
}

// written is the value of a root field as gqlgen's extensions see it.
type written struct {
	json []byte
	ok   bool
}

// MarshalGQL implements graphql.Marshaler.
func (w *written) MarshalGQL(to io.Writer) {
	json := w.json
	if !w.ok {
		json = null
	}
	_, _ = to.Write(json) // the writer is a buffer
}

var null = []byte("null")

// rootField appends a root field's value, by way of gqlgen's extensions. It is not
// ok where that is null and must not be. A panic, of an extension too, is an error of
// that field: it may be beside others, in a goroutine of its own.
func rootField(ctx context.Context, op *graphql.OperationContext, b []byte, f *Field, w Writer) (out []byte, ok bool) {
	if f.Index == Typename {
		return append(append(append(b, '"'), f.object...), '"'), true
	}
	given := b
	defer func() {
		if panicked := recover(); panicked != nil {
			ctx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: f.object, Field: f.CollectedField})
			op.Error(ctx, op.Recover(ctx, panicked))
			out, ok = append(given, null...), !f.NonNull
		}
	}()
	ctx = graphql.WithRootFieldContext(ctx, &graphql.RootFieldContext{Object: f.Name, Field: f.CollectedField})
	start := len(b)
	value := op.RootResolverMiddleware(ctx, func(ctx context.Context) graphql.Marshaler {
		var v written
		b, v.ok = w(ctx, b, f)
		v.json = b[start:]
		return &v
	})
	switch v := value.(type) {
	case *written:
		ok = v.ok
	default: // an extension has answered in its place
		b, ok = b[:start], value != graphql.Null
		if ok {
			into := appender{b}
			value.MarshalGQL(&into)
			b = into.b
		}
	}
	if !ok {
		return append(b[:start], null...), !f.NonNull
	}
	return b, true
}

// appender is a writer onto a slice.
type appender struct{ b []byte }

// Write implements io.Writer.
func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// Append appends what a marshaller of gqlgen's writes.
func Append(b []byte, m graphql.Marshaler) []byte {
	into := appender{b}
	m.MarshalGQL(&into)
	return into.b
}

// Stream answers with the events of a subscription: one for each value that next
// returns, until it has none. write appends the value as JSON, with a walk of its own.
func Stream[T any](f *Field, values <-chan T, write func(ctx context.Context, b []byte, v T) (_ []byte, ok bool)) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		select {
		case v, more := <-values:
			if !more {
				return nil
			}
			b, ok := write(ctx, append(make([]byte, 0, leastRoom), "{"+f.Key...), v)
			if !ok && f.NonNull {
				return &graphql.Response{Data: []byte("null")}
			}
			if !ok {
				b = append(append(b[:0], "{"+f.Key...), null...)
			}
			return &graphql.Response{Data: append(b, '}')}
		case <-ctx.Done():
			return nil
		}
	}
}
