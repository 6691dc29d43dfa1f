package live

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/internal/safeguard"
	"keepsake/realtime"
)

// maxLikes is for how many media a cohort keeps the newest like state, for members
// that could not take it.
const maxLikes = 1024

// fanOut is how many members one goroutine gives to.
const fanOut = 512

// advance gives the members what comes next, and reports whether there may be
// more now.
func (c *cohort) advance() bool {
	over, err := c.pull()
	if len(c.held) > 0 {
		return c.work()
	}
	switch {
	case album.CodeOf(err) == album.CodeNotFound: // the album is gone
		c.loseAll()
		return true
	case err != nil:
		for _, sub := range c.removeAll() {
			sub.fail(err)
		}
		return true
	case over && c.isReplay():
		for _, sub := range c.removeAll() {
			sub.verified = true
			c.e.join(sub)
		}
		return true
	}
	return !over
}

// pull fills held with what the stream has; over says that it has no more now.
func (c *cohort) pull() (over bool, err error) {
	for len(c.held) < batch {
		item, ok, err := c.stream.Poll(c.e.ctx)
		if err != nil || !ok {
			return true, err
		}
		c.held = append(c.held, item)
	}
	return false, nil
}

// work gives the members what is held. It reports whether to go on: what could
// not be done for the store stays held, and is tried again later.
func (c *cohort) work() bool {
	if time.Now().Before(c.retryAt) {
		return false
	}
	access, err := c.e.service.AccessOf(c.e.ctx, c.key.standing)
	switch {
	case err == nil:
	case album.CodeOf(err) == album.CodeNotFound:
		if safeguard.Revoke {
			c.held = nil
			c.loseAll()
			return true
		}
	default:
		c.retry()
		return false
	}
	if safeguard.Revoke && time.Since(c.newest()) > freshness && !c.confirm() {
		c.retry()
		return false
	}
	var results []result
	for i := range c.held {
		item := &c.held[i]
		if item.Entry != nil && item.Entry.UserID != "" && safeguard.Revoke {
			c.deliver(results)
			results = nil
			c.reconsider(item.Entry)
		}
		r, done := c.execute(access, item)
		if !done {
			c.deliver(results)
			c.held = c.held[i:]
			c.retry()
			return false
		}
		if item.Like == nil {
			results = append(results, r)
		}
	}
	c.held = nil
	c.deliver(results)
	return true
}

// freshness is how old entries may be without a look at who has lost access since:
// the log tells that in order, but a node that lags would show them what happened
// before for as long as it does.
const freshness = 500 * time.Millisecond

// newest is when the last held entry happened.
func (c *cohort) newest() time.Time {
	for i := len(c.held) - 1; i >= 0; i-- {
		if e := c.held[i].Entry; e != nil {
			return e.At
		}
	}
	return time.Now() // likes and resyncs are of the present
}

// fewMembers is how many are looked at one by one. Of more, the log behind what is
// held says whom to look at.
const fewMembers = 16

// confirm lets go of the members who may have lost access after what is held. It
// is false where the store did not answer.
func (c *cohort) confirm() bool {
	if len(c.members) > fewMembers {
		return c.confirmByLog()
	}
	for _, sub := range slices.Clone(c.members) {
		if time.Since(sub.sure) < freshness {
			continue
		}
		st, err := c.e.service.StandingIn(c.e.ctx, sub.session.v, c.key.subject.albumID)
		switch {
		case err == nil && st == c.key.standing:
			sub.sure = time.Now()
		case err == nil, album.CodeOf(err) == album.CodeNotFound:
			c.remove(sub)
			sub.move(c.lost())
		default:
			return false
		}
	}
	return true
}

func (c *cohort) confirmByLog() bool {
	named, err := c.e.service.MembersNamed(c.e.ctx, c.key.subject.albumID, c.held[len(c.held)-1].Seq)
	if err != nil {
		return album.CodeOf(err) == album.CodeNotFound // the stream will say so, too
	}
	for user, seq := range named {
		c.reconsider(&album.Entry{Seq: seq, UserID: user})
	}
	return true
}

// retry has held worked on again, later.
func (c *cohort) retry() {
	c.retryAt = time.Now().Add(storeRetry)
	c.e.after(storeRetry, c.wake)
}

// reconsider has the members looked at anew whose membership an entry is about;
// what they may see from there on is for another cohort to give. It may turn out
// to be this one, which then meets the entry again.
func (c *cohort) reconsider(e *album.Entry) {
	var theirs []*subscriber
	for _, sub := range c.members {
		if sub.session.v.UserID == e.UserID && sub.looked < e.Seq {
			theirs = append(theirs, sub)
		}
	}
	if len(theirs) == 0 {
		return
	}
	lost := c.lost()
	for _, sub := range theirs {
		c.remove(sub)
		sub.looked = e.Seq
		sub.move(lost)
	}
}

// maxTries is how often the execution of an event is tried of which the service
// could not answer a part. After that it goes out with errors in that place.
const maxTries = 3

// execute makes the result of an item. A like goes out at once.
func (c *cohort) execute(access album.Access, item *realtime.Item) (r result, done bool) {
	if item.Like != nil {
		c.giveLike(item.Like)
		return result{}, true
	}
	id := c.key.subject.albumID
	r = result{seq: item.Seq, resync: item.Resync}
	event := album.Event{Cursor: album.LogCursor(id, item.Seq)}
	shown := true
	if item.Resync {
		event.Entry = album.Entry{AlbumID: id, Seq: item.Seq, At: c.e.service.Now().UTC(), Kind: album.Resync}
	} else {
		event.Entry = *item.Entry
		shown = access.CanSeeEntry(item.Entry) || !safeguard.Revoke
	}
	if !shown || !c.key.subject.follows(&event.Entry) {
		return r, true
	}
	result, ok := c.program.event(c.viewer, &event)
	if c.tries++; !ok && c.tries < maxTries {
		return r, false
	}
	c.tries, r.payload = 0, result
	return r, true
}

// deliver gives results to all members.
func (c *cohort) deliver(results []result) {
	if len(results) == 0 {
		return
	}
	before := c.pos
	c.keep(results)
	payloads := make([][]byte, 0, len(results))
	for _, r := range results {
		if r.payload != nil {
			payloads = append(payloads, r.payload)
		}
	}
	c.fan(func(sub *subscriber) bool {
		if sub.pos == before { // as nearly all are
			if len(payloads) == 0 {
				sub.pos = c.pos
				return true
			}
			if n := sub.op.Send(payloads...); n < len(payloads) {
				sub.pos = seqBefore(results, payloads[n])
				return false
			}
			sub.pos = c.pos
			return true
		}
		for i := range results {
			if results[i].resync {
				sub.pos = results[i].seq - 1
				return c.give(sub, results[i:])
			}
		}
		return c.give(sub, results)
	})
	c.e.stats.deliveries.Add(int64(len(payloads) * len(c.members)))
}

// seqBefore is the position before the result with that payload.
func seqBefore(results []result, payload []byte) int64 {
	i := slices.IndexFunc(results, func(r result) bool { return r.payload != nil && &r.payload[0] == &payload[0] })
	return results[i].seq - 1
}

// give gives a member those results that it has not had. It is false where the
// member could not take them all.
func (c *cohort) give(sub *subscriber, results []result) bool {
	for _, r := range results {
		switch {
		case r.seq <= sub.pos:
			continue
		case r.payload != nil && sub.op.Send(r.payload) == 0:
			return false
		}
		sub.pos = r.seq
	}
	return true
}

// fan calls give for all members, from as many goroutines as are worth it, and
// lets go of those that are given too much. One processor is left to others: who
// writes to ten thousand clients looks up from it only every ten milliseconds, and
// requests would wait for that.
func (c *cohort) fan(give func(*subscriber) bool) {
	workers := min(max(runtime.GOMAXPROCS(0)-1, 1), (len(c.members)+fanOut-1)/fanOut)
	lagging := make([][]*subscriber, workers)
	part := func(n int) {
		for _, sub := range c.members[n*len(c.members)/workers : (n+1)*len(c.members)/workers] {
			if !give(sub) {
				lagging[n] = append(lagging[n], sub)
			}
		}
	}
	var others sync.WaitGroup
	for n := 1; n < workers; n++ {
		others.Go(func() { part(n) })
	}
	if workers > 0 {
		part(0)
	}
	others.Wait()
	for _, sub := range slices.Concat(lagging...) {
		c.lag(sub)
	}
}

// lag takes out a member whose queue is full. Once there is room it comes back and
// goes on from its position, if need be by the log.
func (c *cohort) lag(sub *subscriber) {
	c.remove(sub)
	c.e.stats.lags.Add(1)
	sub.op.WhenRoom(func() { c.e.join(sub) })
}

// giveLike gives a like state to all members.
func (c *cohort) giveLike(state *album.LikeState) {
	if only := c.key.subject.mediaID; only != "" && only != state.MediaID {
		return
	}
	payload := c.program.like(c.viewer, state)
	c.numLikes++
	if c.likes == nil {
		c.likes = map[album.MediaID]likeResult{}
	}
	if len(c.likes) >= maxLikes {
		for id := range c.likes { // any
			delete(c.likes, id)
			break
		}
	}
	c.likes[state.MediaID] = likeResult{c.numLikes, payload}
	c.fan(func(sub *subscriber) bool {
		sub.likesOf = c
		if sub.op.Send(payload) == 0 {
			return false
		}
		sub.likes = c.numLikes
		return true
	})
	c.e.stats.deliveries.Add(int64(len(c.members)))
}

// giveMissedLikes gives a member that comes back the newest states of the media
// whose changes it could not take. It is false where it still cannot.
func (c *cohort) giveMissedLikes(sub *subscriber) bool {
	if sub.likesOf != c {
		sub.likes, sub.likesOf = c.numLikes, c
		return true
	}
	if sub.likes == c.numLikes {
		return true
	}
	missed := slices.DeleteFunc(slices.Collect(maps.Values(c.likes)), func(r likeResult) bool { return r.number <= sub.likes })
	slices.SortFunc(missed, func(a, b likeResult) int { return cmp.Compare(a.number, b.number) })
	for _, r := range missed {
		if sub.op.Send(r.payload) == 0 {
			return false
		}
		sub.likes = r.number
	}
	return true
}

// lost is the event of who has lost access, as anybody may see it; empty where
// the subscription has no events.
func (c *cohort) lost() []byte {
	if c.key.subject.field == fieldLikes {
		return nil
	}
	id := c.key.subject.albumID
	event, _ := c.program.event(album.Identified{}, &album.Event{
		Entry:  album.Entry{AlbumID: id, At: c.e.service.Now().UTC(), Kind: album.AccessLost},
		Cursor: album.LogCursor(id, max(c.pos, 0)),
	})
	return event
}

// loseAll ends all members, whose standing no longer opens the album.
func (c *cohort) loseAll() {
	lost := c.lost()
	for _, sub := range c.removeAll() {
		sub.revoke(lost)
	}
}
