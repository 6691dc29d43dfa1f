package mongostore

import (
	"context"
	"sync"

	"keepsake/album"
)

// maxGroup is how many calls one transaction of likes takes; those beyond wait
// for the next. maxLikeCalls is how many may wait for one medium; more are
// UNAVAILABLE.
const (
	maxGroup     = 256
	maxLikeCalls = 4_096
)

// likeCall is one call of SetLike.
type likeCall struct {
	like  album.Like
	liked bool
	reply chan likeReply // of one place: an answer waits for nobody
}

// likeResult is how often a medium is liked after a call.
type likeResult struct {
	state   album.LikeState
	changed bool
}

type likeReply struct {
	result likeResult
	err    error
}

// likeGroups brings calls for one medium together: while one transaction runs,
// the calls that come wait, and go into the next one together. The zero value
// has none waiting.
type likeGroups struct {
	mu      sync.Mutex
	waiting map[album.MediaID][]likeCall // there while a transaction runs
	leading sync.WaitGroup
}

// close waits for the transactions that run. No call may come after it.
func (g *likeGroups) close() { g.leading.Wait() }

// join runs a call with others of its medium, through run, which answers each
// call of a group. Who finds no transaction running runs them until none waits
// any more: its own call is in the first. A context that ends stops the wait,
// not necessarily the write.
func (g *likeGroups) join(
	ctx context.Context, c likeCall, run func(ctx context.Context, calls []likeCall) ([]likeResult, error),
) (likeResult, error) {
	c.reply = make(chan likeReply, 1)
	leads, ok := g.enter(c)
	switch {
	case !ok:
		return likeResult{}, album.ErrUnavailable
	case leads:
		g.leading.Go(func() { g.lead(context.WithoutCancel(ctx), c.like.MediaID, run) })
	}
	select {
	case r := <-c.reply:
		return r.result, r.err
	case <-ctx.Done():
		return likeResult{}, ctx.Err()
	}
}

// enter lets a call wait and says whether it is to lead.
func (g *likeGroups) enter(c likeCall) (leads, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting == nil {
		g.waiting = map[album.MediaID][]likeCall{}
	}
	calls, running := g.waiting[c.like.MediaID]
	if len(calls) >= maxLikeCalls {
		return false, false
	}
	g.waiting[c.like.MediaID] = append(calls, c)
	return !running, true
}

// lead runs groups of one medium until no call waits. Each group is bounded by
// the store's timeout.
func (g *likeGroups) lead(
	ctx context.Context, id album.MediaID, run func(ctx context.Context, calls []likeCall) ([]likeResult, error),
) {
	for {
		calls := g.next(id)
		if len(calls) == 0 {
			return
		}
		results, err := run(ctx, calls)
		for i, c := range calls {
			r := likeReply{err: err}
			if err == nil {
				r.result = results[i]
			}
			c.reply <- r
		}
	}
}

// next takes the calls of the next group; without any, nobody leads any more.
func (g *likeGroups) next(id album.MediaID) []likeCall {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := g.waiting[id]
	if len(calls) == 0 {
		delete(g.waiting, id)
		return nil
	}
	n := min(len(calls), maxGroup)
	g.waiting[id] = calls[n:]
	return calls[:n:n]
}
