package live

import (
	"slices"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

const (
	// batch is how many events are executed before they go out together.
	batch = 16
	// recentFrames and recentBytes bound what a cohort keeps of its last results,
	// for who comes back right behind them.
	recentFrames = 32
	recentBytes  = 16 << 10
)

// key is what tells cohorts apart: subscribers with an equal one are given the
// same, byte for byte.
type key struct {
	query, operation, vars string
	subject                subject
	standing               album.Standing
	user                   album.UserID // whose it is alone, where the document is personal
	from                   int64        // of a replay, the position that it begins at; else fromNow
}

// cohort is the subscribers of one key. It is an actor: a worker alone touches its
// members, and others leave word for it.
//
// A live cohort follows the album from its newest entry on. Who comes with an
// older position is brought up to it by a replay first: a cohort that begins
// there, reads the log to its end, and then hands its members on.
type cohort struct {
	e      *Engine
	key    key
	spec   *spec
	viewer album.Identified // whom events are executed for
	worker worker

	mu                      sync.Mutex // guards what follows
	joining, leaving, moved []*subscriber

	// For the worker alone.
	program  *program
	stream   *realtime.Stream
	members  []*subscriber
	pos      int64    // Seq up to which everything was given to the members
	recent   []result // the last ones, up to pos
	held     []realtime.Item
	tries    int       // of the first of held
	retryAt  time.Time // until then held waits, for the store did not answer
	likes    map[album.MediaID]likeResult
	numLikes int64
}

// result is an entry as the members are given it.
type result struct {
	seq     int64
	payload []byte // nil for an entry that they are not shown
	resync  bool
}

// likeResult is a medium's newest like state as the members are given it.
type likeResult struct {
	number  int64
	payload []byte
}

// join has a subscriber served by the cohort that is right for it.
func (e *Engine) join(sub *subscriber) { e.joinAt(sub, fromNow) }

func (e *Engine) joinAt(sub *subscriber, from int64) {
	sp := sub.spec
	k := key{
		query: sp.op.RawQuery, operation: sp.op.OperationName, vars: sp.vars,
		subject: sp.subject, standing: sub.standing, from: from,
	}
	viewer := sub.standing.Viewer()
	if sp.personal {
		k.user, viewer = sub.session.v.UserID, sub.session.v
	}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	c := e.cohorts[k]
	if c == nil {
		c = &cohort{e: e, key: k, spec: sp, viewer: viewer}
		c.worker.step, c.worker.failed = c.step, c.fail
		e.cohorts[k] = c
		if c.isReplay() {
			e.stats.replays.Add(1)
		}
	}
	sub.spec = c.spec // which is the same, so that each subscriber's own is not kept
	c.mu.Lock()
	sub.cohort.Store(c)
	c.joining = append(c.joining, sub)
	c.mu.Unlock()
	e.mu.Unlock()
	c.wake()
}

func (c *cohort) isReplay() bool { return c.key.from != fromNow }

func (c *cohort) wake() { c.worker.wake(c.e) }

// leave is word that a subscriber wants no more.
func (c *cohort) leave(sub *subscriber) { c.leaveWord(&c.leaving, sub) }

// evict is word that a subscriber may be of another standing now.
func (c *cohort) evict(sub *subscriber) { c.leaveWord(&c.moved, sub) }

func (c *cohort) leaveWord(list *[]*subscriber, sub *subscriber) {
	c.mu.Lock()
	*list = append(*list, sub)
	c.mu.Unlock()
	c.wake()
}

// step does what there is to do.
func (c *cohort) step() {
	for c.e.ctx.Err() == nil {
		c.mu.Lock()
		joining, leaving, moved := c.joining, c.leaving, c.moved
		c.joining, c.leaving, c.moved = nil, nil, nil
		c.mu.Unlock()
		for _, sub := range joining {
			c.admit(sub)
		}
		for _, sub := range leaving {
			c.remove(sub)
		}
		for _, sub := range moved {
			if c.remove(sub) {
				sub.move(c.lost())
			}
		}
		if len(c.members) == 0 {
			if c.retire() {
				return
			}
			continue
		}
		if !c.advance() {
			return
		}
	}
}

// fail ends a cohort that a fault of ours has broken: its members come back later.
func (c *cohort) fail() {
	c.e.mu.Lock()
	c.mu.Lock()
	c.forget()
	members := append(c.removeAll(), c.joining...)
	c.mu.Unlock()
	c.e.mu.Unlock()
	c.release()
	for _, sub := range members {
		sub.fail(album.ErrUnavailable)
	}
}

// retire takes a cohort without members out of the engine, unless somebody joins.
func (c *cohort) retire() bool {
	c.e.mu.Lock()
	c.mu.Lock()
	empty := len(c.joining) == 0
	if empty {
		c.forget()
	}
	c.mu.Unlock()
	c.e.mu.Unlock()
	if empty {
		c.release()
	}
	return empty
}

// forget is called with both locks: nobody joins the cohort any more.
func (c *cohort) forget() {
	if c.e.cohorts[c.key] != c {
		return
	}
	delete(c.e.cohorts, c.key)
	if c.isReplay() {
		c.e.stats.replays.Add(-1)
	}
}

// release lets go of the album's stream.
func (c *cohort) release() {
	if c.stream != nil {
		c.stream.Close()
		c.stream = nil
	}
}

// begin makes the cohort ready for its first member.
func (c *cohort) begin() error {
	if c.stream != nil {
		return nil
	}
	stream, err := c.e.service.Hub.Watch(c.e.ctx, c.key.subject.albumID, c.key.from, c.wake)
	if err != nil {
		return err
	}
	if c.key.subject.field != fieldLikes {
		stream.EntriesOnly()
	}
	c.stream, c.program = stream, c.e.newProgram(c.spec)
	if c.pos = c.key.from; !c.isReplay() {
		c.pos = stream.Position()
	}
	return nil
}

// admit takes a subscriber in, or sends it to a replay if it has to be given more
// than the cohort has at hand.
func (c *cohort) admit(sub *subscriber) {
	if sub.op.Over() {
		return
	}
	if err := c.begin(); err != nil {
		sub.fail(err)
		return
	}
	if sub.pos == fromNow {
		sub.pos = c.pos
	}
	// Who is ahead of this node is taken in only if a replay has found so in the
	// log: the log may also have lost its end.
	ahead := sub.pos > c.pos && sub.verified
	if sub.pos != c.pos && !ahead && !c.covers(sub.pos) {
		c.e.joinAt(sub, sub.pos)
		return
	}
	sub.verified = false
	sub.index = len(c.members)
	c.members = append(c.members, sub)
	if !c.give(sub, c.recent) || !c.giveMissedLikes(sub) {
		c.lag(sub)
	}
}

// covers reports whether what is kept reaches back to a position.
func (c *cohort) covers(pos int64) bool {
	return pos <= c.pos && len(c.recent) > 0 && c.recent[0].seq <= pos+1
}

// remove takes a member out, and reports whether it was one. Word of one that has
// been handed on meanwhile comes too late, and the other cohort does not need it.
func (c *cohort) remove(sub *subscriber) bool {
	if sub.cohort.Load() != c {
		return false
	}
	i := sub.index
	if i >= len(c.members) || c.members[i] != sub {
		return false
	}
	last := len(c.members) - 1
	c.members[i] = c.members[last]
	c.members[i].index = i
	c.members[last] = nil
	c.members = c.members[:last]
	return true
}

// removeAll takes all members out and returns them.
func (c *cohort) removeAll() []*subscriber {
	all := c.members
	c.members = nil
	return all
}

// keep remembers results for who comes next.
func (c *cohort) keep(results []result) {
	for _, r := range results {
		if r.resync { // what was before it does not lead here
			c.recent = nil
		}
		c.recent = append(c.recent, r)
		c.pos = r.seq
	}
	size, from := 0, len(c.recent)
	for from > 0 && len(c.recent)-from < recentFrames && size < recentBytes {
		from--
		size += len(c.recent[from].payload)
	}
	if from > 0 && len(c.recent) >= 2*recentFrames || size >= recentBytes {
		c.recent = slices.Clone(c.recent[from:])
	}
}
