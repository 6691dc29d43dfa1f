package live

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"keepsake/album"
	"keepsake/internal/safeguard"
	"keepsake/realtime/transport"
)

// storeRetry is how long something waits that the store did not answer.
const storeRetry = time.Second

// subscriber is one client's subscription to an album.
type subscriber struct {
	session *session
	op      *transport.Operation
	spec    *spec
	cohort  atomic.Pointer[cohort] // that serves it now, or is to

	// For the cohort that serves it alone.
	standing album.Standing
	pos      int64     // Seq up to which it was given everything, or fromNow
	verified bool      // the log reaches up to pos
	looked   int64     // Seq of the last entry for which its standing was looked at anew
	sure     time.Time // when it was known to be of its standing
	likes    int64     // number of the last like that it was given,
	likesOf  *cohort   // in the counting of this cohort
	index    int       // in the cohort's members
}

// fromNow is the position of who wants what happens from now on.
const fromNow = -1

// followAlbum begins a subscription to an album, after a cursor or from now on.
func (e *Engine) followAlbum(ctx context.Context, s *session, sp *spec, after album.Cursor, op *transport.Operation) error {
	st, err := e.service.StandingIn(ctx, s.v, sp.albumID)
	if err == nil && sp.mediaID != "" {
		_, err = e.service.MediumIn(ctx, s.v, sp.albumID, sp.mediaID)
	}
	if err != nil {
		return err
	}
	sub := &subscriber{session: s, op: op, spec: sp, standing: st, pos: fromNow, sure: time.Now()}
	if after != "" {
		if sub.pos, err = album.ParseLogCursor(sp.albumID, after); err != nil {
			return err
		}
	}
	s.add(sub)
	op.OnStop(sub.stopped)
	e.join(sub)
	return nil
}

// stopped is called when the client wants no more.
func (sub *subscriber) stopped() {
	sub.session.remove(sub)
	if c := sub.cohort.Load(); c != nil {
		c.leave(sub)
	}
}

// fail ends a subscription that could not go on.
func (sub *subscriber) fail(err error) {
	sub.session.remove(sub)
	sub.session.refuseStream(sub.op, err)
}

// revoke ends the subscription of who lost access, with the event that says so,
// which is empty for subscriptions that have no events.
func (sub *subscriber) revoke(event []byte) {
	e := sub.session.e
	sub.session.remove(sub)
	e.stats.revoked.Add(1)
	if len(event) == 0 || sub.op.Send(event) > 0 {
		sub.op.Complete()
		return
	}
	e.run(func() { sub.op.Answer(e.ctx, event) }) // it waits for room
}

// move finds out anew what a subscriber is to the album, who is in no cohort, and
// has it go on from its position, or end with the event lost.
func (sub *subscriber) move(lost []byte) {
	e := sub.session.e
	e.run(func() {
		if sub.op.Over() {
			return
		}
		st, err := e.service.StandingIn(e.ctx, sub.session.v, sub.spec.albumID)
		switch {
		case err == nil:
			sub.standing, sub.sure = st, time.Now()
			e.join(sub)
		case album.CodeOf(err) == album.CodeNotFound:
			sub.revoke(lost)
		default:
			e.after(storeRetry, func() { sub.move(lost) })
		}
	})
}

// recheck has the cohort let go of a subscriber that is no longer of its standing.
func (sub *subscriber) recheck(ctx context.Context) {
	c := sub.cohort.Load()
	if c == nil || !safeguard.Revoke {
		return
	}
	st, err := sub.session.e.service.StandingIn(ctx, sub.session.v, c.key.subject.albumID)
	if err == nil && st != c.key.standing || album.CodeOf(err) == album.CodeNotFound {
		c.evict(sub)
	}
}

func asError(err error) *album.Error {
	if e, ok := errors.AsType[*album.Error](err); ok {
		return e
	}
	return album.Errorf(album.CodeInternal, "something went wrong on our side").Wrap(err)
}
