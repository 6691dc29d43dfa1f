package live

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
	"keepsake/resolvers"
)

func encodeErrors(errs gqlerror.List) []byte { return resolvers.EncodeErrors(errs) }

// program executes one subscription's events, one after the other. It is used by
// one goroutine at a time.
type program struct {
	e      *Engine
	ctx    context.Context
	source resolvers.Source
	next   graphql.ResponseHandler
	span   string // the name of what it executes, in traces
}

// newProgram prepares a subscription, for whoever the events are executed for.
func (e *Engine) newProgram(sp *spec) *program {
	p := &program{e: e, source: resolvers.NewSource(), span: "event of " + sp.field}
	p.next, p.ctx = e.exec.DispatchOperation(resolvers.WithSource(e.ctx, p.source), sp.op)
	return p
}

// event executes an event for a viewer. It is not ok where a part of the service
// did not answer; then there is a result all the same, with errors in it.
func (p *program) event(v album.Identified, e *album.Event) (result []byte, ok bool) {
	p.source.Events <- e // it has room for one
	return p.execute(v)
}

// like executes a like state.
func (p *program) like(v album.Identified, s *album.LikeState) []byte {
	p.source.Likes <- s
	result, _ := p.execute(v)
	return result
}

func (p *program) execute(v album.Identified) (result []byte, ok bool) {
	ctx, cancel := context.WithTimeout(resolvers.WithViewer(p.ctx, v), p.e.timeout)
	defer cancel()
	p.e.stats.executions.Add(1)
	ctx, span := p.e.tracer.Begin(ctx, p.span)
	failure := string(album.CodeUnavailable)
	defer func() { span.End(failure) }()
	r := p.next(ctx)
	if r == nil { // the context has ended: what was to be executed must not be left for the next call
		select {
		case <-p.source.Events:
		case <-p.source.Likes:
		default:
		}
		return resolvers.AppendResponse(nil, &graphql.Response{Errors: resolvers.ErrorList(ctx, p.e.log, album.ErrUnavailable)}), false
	}
	if ok = answered(r.Errors); ok {
		failure = ""
	}
	return resolvers.AppendResponse(nil, r), ok
}

// answered reports whether no part of the service failed to answer.
func answered(errs gqlerror.List) bool {
	for _, err := range errs {
		if err.Extensions["code"] == string(album.CodeUnavailable) {
			return false
		}
	}
	return true
}
