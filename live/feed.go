package live

import (
	"context"
	"sync/atomic"

	"keepsake/album"
	"keepsake/realtime/transport"
	"keepsake/service"
)

// feed is one client's subscription to all of a viewer's albums. Its cursors are
// its own, so that there is nothing to share. It takes from its watch only what
// the client has room for, so that it never has to go back.
type feed struct {
	e       *Engine
	v       album.Identified
	op      *transport.Operation
	client  *transport.Client
	worker  worker
	begun   atomic.Bool        // until then nobody works
	watch   *service.FeedWatch // for the worker alone, as is what follows
	program *program
	held    []byte       // a result that there was no room for
	again   *album.Event // of which the service could not answer a part
	tries   int
}

// followFeed begins a feed.
func (e *Engine) followFeed(ctx context.Context, s *session, sp *spec, after album.Cursor, op *transport.Operation) error {
	f := &feed{e: e, v: s.v, op: op, client: s.client, program: e.newProgram(sp)}
	f.worker.step, f.worker.failed = f.step, f.fail
	var err error
	if f.watch, err = e.service.WatchFeed(ctx, s.v, after, f.wake); err != nil {
		return err
	}
	e.stats.subscribers.Add(1)
	f.begun.Store(true)
	op.OnStop(f.wake)
	f.wake()
	return nil
}

func (f *feed) wake() {
	if f.begun.Load() {
		f.worker.wake(f.e)
	}
}

// step sends what there is, as long as there is room for it.
func (f *feed) step() {
	for f.watch != nil {
		if f.op.Over() || f.e.ctx.Err() != nil {
			f.close()
			return
		}
		if f.held != nil {
			if f.op.Send(f.held) == 0 {
				f.e.stats.lags.Add(1)
				f.op.WhenRoom(f.wake)
				return
			}
			f.held = nil
			f.e.stats.deliveries.Add(1)
		}
		if !f.take() {
			return
		}
	}
}

// take executes the next event into held, and reports whether to go on.
func (f *feed) take() bool {
	if f.again == nil {
		event, ok, err := f.watch.Poll(f.e.ctx)
		switch {
		case err != nil:
			f.close()
			f.client.End(asError(err))
			return false
		case !ok:
			return false
		}
		f.again = &event
	}
	result, ok := f.program.event(f.v, f.again)
	if f.tries++; !ok && f.tries < maxTries {
		f.e.after(storeRetry, f.wake)
		return false
	}
	f.held, f.again, f.tries = result, nil, 0
	return true
}

// fail ends a feed that a fault of ours has broken: its client comes back later.
func (f *feed) fail() {
	f.close()
	f.client.End(album.ErrUnavailable)
}

func (f *feed) close() {
	f.watch.Close()
	f.watch = nil
	f.e.stats.subscribers.Add(-1)
}
