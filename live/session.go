package live

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/realtime"
	"keepsake/realtime/transport"
	"keepsake/resolvers"
)

// session is one client who was let in.
type session struct {
	e      *Engine
	v      album.Identified
	client *transport.Client
	signal *realtime.Signal // of the user, or nil
	recall atomic.Bool      // a recheck has been ordered

	mu   sync.Mutex
	subs []*subscriber
}

// Open implements transport.Backend.
func (e *Engine) Open(ctx context.Context, authorization string, c *transport.Client) (transport.Session, error) {
	v, err := e.authenticate(ctx, authorization)
	if err != nil {
		return nil, err
	}
	s := &session{e: e, v: v, client: c}
	if v.SignedIn() {
		s.signal = e.service.Hub.WatchUser(v.UserID, s.recheckSoon)
	}
	return s, nil
}

// Expires implements transport.Session.
func (s *session) Expires() time.Time { return s.v.ExpiresAt }

// Close implements transport.Session.
func (s *session) Close() {
	if s.signal != nil {
		s.signal.Close()
	}
}

// Start implements transport.Session.
func (s *session) Start(ctx context.Context, r *transport.Request, op *transport.Operation) {
	defer func() {
		if p := recover(); p != nil {
			s.e.log.ErrorContext(ctx, "live: an operation panicked", "panic", p, "stack", string(debug.Stack()))
			op.Fail(album.Errorf(album.CodeInternal, "something went wrong on our side"))
		}
	}()
	if err := s.e.allow(ctx, s.v); err != nil {
		op.Fail(err)
		return
	}
	parsed, errs := s.e.Parse(ctx, r)
	switch {
	case errs != nil:
		op.FailWith(errs)
	case parsed.Operation.Operation == ast.Subscription:
		s.subscribe(ctx, parsed, op)
	default:
		s.execute(ctx, parsed, op)
	}
}

// refuse ends an operation that cannot begin, or go on. Where the client has to
// sign in anew it is ended with it, so that it comes back: it would not for a
// mere error.
func (s *session) refuse(op *transport.Operation, err error) {
	switch e := asError(err); e.Code {
	case album.CodeTokenExpired, album.CodeTokenInvalid, album.CodeSessionRevoked:
		s.client.End(e)
	default:
		if !op.Over() { // else there is nobody to tell
			op.Fail(err)
		}
	}
}

// refuseStream is refuse for a subscription, which is to go on by itself also
// when a part of the service was away.
func (s *session) refuseStream(op *transport.Operation, err error) {
	if e := asError(err); e.Code == album.CodeUnavailable {
		s.client.End(e)
		return
	}
	s.refuse(op, err)
}

// execute answers a query or mutation.
func (s *session) execute(ctx context.Context, parsed *graphql.OperationContext, op *transport.Operation) {
	ctx, cancel := context.WithTimeout(ctx, s.e.timeout)
	defer cancel()
	op.OnStop(cancel)
	end, err := s.e.begin(ctx, s.v)
	if err != nil {
		op.Fail(err)
		return
	}
	defer end()
	if err := s.e.service.CheckViewer(ctx, s.v); err != nil {
		s.refuse(op, err)
		return
	}
	next, ctx := s.e.exec.DispatchOperation(resolvers.WithViewer(ctx, s.v), parsed)
	if r := next(ctx); r != nil {
		op.Answer(ctx, resolvers.AppendResponse(nil, r))
	} else {
		op.Fail(album.ErrUnavailable)
	}
}

// subscribe begins a subscription.
func (s *session) subscribe(ctx context.Context, parsed *graphql.OperationContext, op *transport.Operation) {
	sp, after, err := specOf(parsed)
	if err == nil {
		err = s.e.service.CheckViewer(ctx, s.v)
	}
	if err == nil && sp.field == fieldFeed {
		err = s.e.followFeed(ctx, s, sp, after, op)
	} else if err == nil {
		err = s.e.followAlbum(ctx, s, sp, after, op)
	}
	if err != nil {
		s.refuseStream(op, err)
	}
}

// recheckSoon has the session looked at, once for any number of calls meanwhile.
func (s *session) recheckSoon() {
	if !s.recall.Swap(true) {
		s.e.run(func() {
			s.recall.Store(false)
			s.Recheck(s.e.ctx)
		})
	}
}

// Recheck implements transport.Session: it makes sure that the session goes on and
// that each subscriber is still what it was to its album.
func (s *session) Recheck(ctx context.Context) {
	if err := s.e.service.RecheckViewer(ctx, s.v); err != nil {
		if e := asError(err); e.Code != album.CodeUnavailable && e.Code != album.CodeInternal {
			s.client.End(e)
		}
		return
	}
	s.mu.Lock()
	subs := slices.Clone(s.subs)
	s.mu.Unlock()
	for _, sub := range subs {
		sub.recheck(ctx)
	}
}

func (s *session) add(sub *subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs = append(s.subs, sub)
	s.e.stats.subscribers.Add(1)
}

func (s *session) remove(sub *subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.subs, sub); i >= 0 {
		s.subs = slices.Delete(s.subs, i, i+1)
		s.e.stats.subscribers.Add(-1)
	}
}
