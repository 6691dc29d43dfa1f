package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/album"
)

// Client is one socket or event stream: what the two have in common.
type Client struct {
	server *Server
	out    outbox
	ender  ender
	single bool            // it ends with its one operation
	ctx    context.Context // of its operations
	cancel context.CancelFunc
	heard  atomic.Int64 // when something came from it, in Unix nanoseconds
	timer  timer

	mu      sync.Mutex
	session Session      // once it is let in
	ops     []*Operation // few, so that a search costs less than a map
	gone    bool

	// For the timer alone.
	opened, pingAt, recheckAt time.Time
	expires                   time.Time
}

// ender is what a socket and an event stream do each in its own way.
type ender interface {
	// end ends the client for a reason.
	end(why reason)
	// ping asks the client whether it is there.
	ping()
	// cut ends the connection at once.
	cut()
}

// reason is why a client is ended: the close code of a socket, and the error that
// an event stream ends with.
type reason struct {
	code int
	text string
	err  error
}

// init prepares a client and counts it in, in the place that mayOpen has kept. It
// is not ok for a server that ends.
func (c *Client) init(s *Server, r *http.Request, w wire, e ender) bool {
	c.server, c.ender = s, e
	c.out.init(w, s.opt.StallTimeout, &s.stats)
	c.opened = time.Now()
	c.heard.Store(c.opened.UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.coming--
	if s.draining {
		s.stats.refused.Add(1)
		return false
	}
	s.clients[c] = struct{}{}
	s.wg.Add(1)
	s.stats.opened.Add(1)
	c.ctx, c.cancel = context.WithCancel(s.opt.Context(s.ctx, r))
	c.timer.call = c.tick
	return true
}

// open lets the client in at the backend.
func (c *Client) open(authorization string) error {
	session, err := c.server.backend.Open(c.ctx, authorization, c)
	if err != nil {
		return err
	}
	c.mu.Lock()
	gone := c.gone
	if !gone {
		c.session = session
	}
	c.mu.Unlock()
	if gone {
		session.Close()
		return context.Canceled
	}
	// Not all at the same moment, where they came at the same moment.
	now := time.Now()
	c.mu.Lock()
	c.expires = session.Expires()
	c.pingAt = now.Add(c.server.opt.PingEvery/2 + rand.N(c.server.opt.PingEvery/2))
	c.recheckAt = now.Add(c.server.opt.RecheckEvery/2 + rand.N(c.server.opt.RecheckEvery/2))
	next := c.nextTick()
	c.mu.Unlock()
	c.server.wheel.start(&c.timer, next)
	return nil
}

// nextTick is called with the lock.
func (c *Client) nextTick() time.Time {
	next := c.pingAt
	if c.recheckAt.Before(next) {
		next = c.recheckAt
	}
	if !c.expires.IsZero() && c.expires.Before(next) {
		next = c.expires
	}
	return next
}

// tick is what the timer does: it must not wait for anything.
func (c *Client) tick(now time.Time) (next time.Time) {
	c.mu.Lock()
	session, gone := c.session, c.gone
	expired := !c.expires.IsZero() && !now.Before(c.expires)
	ping, recheck := session != nil && !now.Before(c.pingAt), session != nil && !now.Before(c.recheckAt)
	if ping {
		c.pingAt = now.Add(c.server.opt.PingEvery)
	}
	if recheck {
		c.recheckAt = now.Add(c.server.opt.RecheckEvery)
	}
	if session != nil {
		next = c.nextTick()
	}
	c.mu.Unlock()
	switch {
	case gone:
	case c.out.isOver():
		c.ender.cut()
	case session == nil:
		c.ender.end(reason{code: closeInitTimeout, text: "Connection initialisation timeout"})
	case expired:
		c.End(errExpired)
	case now.Sub(time.Unix(0, c.heard.Load())) > 2*c.server.opt.PingEvery:
		c.ender.cut()
	default:
		if ping {
			c.ender.ping()
		}
		if recheck {
			go session.Recheck(c.ctx)
		}
		return next
	}
	return time.Time{}
}

var errExpired = album.Errorf(album.CodeTokenExpired, "the access token has expired, get a new one")

// hear notes that the client is there.
func (c *Client) hear() { c.heard.Store(time.Now().UnixNano()) }

// End ends the client with all of its operations: with TOKEN_EXPIRED,
// TOKEN_INVALID or SESSION_REVOKED so that it signs in anew and comes back, with
// anything else so that it comes back.
func (c *Client) End(err *album.Error) {
	switch err.Code {
	case album.CodeTokenExpired, album.CodeTokenInvalid, album.CodeSessionRevoked:
		c.ender.end(reason{closeForbidden, string(err.Code), err})
	default:
		c.ender.end(reason{closeTryLater, string(err.Code), err})
	}
}

// add takes in an operation, or says why not.
func (c *Client) add(op *Operation) refusal {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.gone:
		return refusedGone
	case c.search(op.id) >= 0:
		return refusedID
	case len(c.ops) >= c.server.opt.MaxOperations:
		return refusedNumber
	}
	c.ops = append(c.ops, op)
	c.server.stats.operations.Add(1)
	return accepted
}

// search returns the index of the operation of that id, or -1. It is called with
// the lock.
func (c *Client) search(id string) int {
	return slices.IndexFunc(c.ops, func(op *Operation) bool { return op.id == id })
}

type refusal int

const (
	accepted refusal = iota
	refusedGone
	refusedID
	refusedNumber
)

// drop forgets an operation, and reports whether it was there.
func (c *Client) drop(op *Operation) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.ops, op)
	if i < 0 {
		return false
	}
	c.ops = slices.Delete(c.ops, i, i+1)
	c.server.stats.operations.Add(-1)
	return true
}

// find returns the operation of that id, or nil.
func (c *Client) find(id string) *Operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.search(id); i >= 0 {
		return c.ops[i]
	}
	return nil
}

// leave is the end of a client whose connection has ended.
func (c *Client) leave() {
	c.server.wheel.stop(&c.timer)
	c.mu.Lock()
	c.gone = true
	ops, session := c.ops, c.session
	c.ops = nil
	c.mu.Unlock()
	c.server.stats.operations.Add(-int64(len(ops)))
	c.cancel()
	for _, op := range ops {
		op.stop()
	}
	c.out.close()
	if session != nil {
		session.Close()
	}
	s := c.server
	s.mu.Lock()
	delete(s.clients, c)
	s.mu.Unlock()
	s.wg.Done()
}

// ended is told that the backend has ended an operation.
func (c *Client) ended() {
	if c.single {
		c.out.finish()
	}
}
