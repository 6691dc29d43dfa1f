package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"keepsake/album"
)

// ErrClosed is what Next returns after Close of its own stream.
var ErrClosed = errors.New("realtime: the stream is closed")

// Item is what a stream gives: exactly one of Entry, Like and Resync is set.
// What Entry and Like point to is shared with other streams and must not be
// changed.
type Item struct {
	Entry *album.Entry
	Like  *album.LikeState
	// Resync says that the log does not reach back to the stream's position:
	// entries were passed over, and the stream goes on after Seq, the newest.
	Resync bool
	// Seq is the position after this item, to resume from.
	Seq int64
}

// Stream gives the entries of one album after a position, each once, in order
// and without a hole, and the newest like states of its media.
//
// Of entries it holds nothing by itself: it reads the newest Queue of them from
// its topic, and if it is further behind, from the log. Of like states one waits
// for each medium, for at most 1,024 media. So a slow reader costs nobody
// anything. Entries go before like states.
type Stream struct {
	hub    *Hub
	topic  *topic
	notify func() // says that Poll may have something to give
	done   chan struct{}
	close  func()

	// For the caller of Poll alone.
	pos     int64         // Seq of the last entry that was given
	gen     int           // of the topic, to notice when it has moved back
	likes   int64         // stamp of the last like state that was given
	noLikes bool          // none is given
	page    []album.Entry // read from the log and not given yet
	pending *Item         // a resync not given yet
	live    bool          // has caught up with the topic before
	retry   time.Duration // how long to wait before the log is read again, after a failure
	retryAt time.Time     // until then it is not read
	err     error         // why the stream has ended
}

// retryFirst is the first of the waits after the store has not answered.
const retryFirst = 50 * time.Millisecond

// Watch begins a stream of an album's entries after the position after, or from
// its newest entry on if after is negative. It first attaches to the messages and
// then reads the log, so that nothing falls between. Errors of the log are passed
// on: NOT_FOUND, UNAVAILABLE. A position that the log does not reach is no error;
// the stream begins with a resync. ctx is for this call alone. Who may watch is
// for the caller to decide.
//
// A stream has no goroutine: notify is called, from any goroutine and also after
// Close, whenever Poll may have something new to give. It must return at once.
func (h *Hub) Watch(ctx context.Context, id album.AlbumID, after int64, notify func()) (*Stream, error) {
	t, err := h.attach(id)
	if err != nil {
		return nil, err
	}
	s := &Stream{hub: h, topic: t, notify: notify, done: make(chan struct{}), pos: after}
	s.close = sync.OnceFunc(func() {
		close(s.done)
		h.stats.streams.Add(-1)
		t.leave(s)
		h.detach(t)
	})
	h.stats.streams.Add(1)
	t.join(s)
	if err := s.begin(ctx); err != nil {
		s.Close()
		if h.Closed() {
			return nil, album.ErrUnavailable.Wrap(err)
		}
		return nil, err
	}
	return s, nil
}

// EntriesOnly makes the stream pass over likes, of which it then never has too
// many. It is called before the first Poll.
func (s *Stream) EntriesOnly() { s.noLikes = true }

// Position is the Seq after which the stream goes on. Like Poll it is for one
// caller at a time.
func (s *Stream) Position() int64 { return s.pos }

// begin finds the stream's place in the topic, which gets its position by it if
// it has none yet.
func (s *Stream) begin(ctx context.Context) error {
	t := s.topic
	t.mu.RLock()
	s.gen, s.likes = t.gen, t.likes.stamp
	covered, fresh := s.pos >= 0 && t.covers(s.pos), t.pos == unknown
	t.mu.RUnlock()
	if covered {
		return nil
	}
	head := int64(0)
	if s.pos >= 0 {
		if err := s.read(ctx); err != nil {
			return err
		}
		if n := len(s.page); n > 0 {
			head = s.page[n-1].Seq
		} else {
			head = s.pos
		}
	}
	if s.pos < 0 || fresh && len(s.page) == s.hub.page {
		var err error
		if head, err = s.hub.head(ctx, t.id); err != nil {
			return err
		}
		if s.pos < 0 {
			s.pos = head
		}
	}
	s.hub.update(t, func() bool { return t.hear(head) })
	return nil
}

// Poll returns the next item, or is not ok where there is none now. It returns
// ErrClosed after Close; NOT_FOUND when the album is gone; UNAVAILABLE when the
// hub closes or the stream is too slow, in both of which one may resume; and
// ctx's error when that has ended, after which Poll may be called again. While
// the store is away there is nothing to give. It must not be called concurrently
// with itself.
func (s *Stream) Poll(ctx context.Context) (item Item, ok bool, err error) {
	for {
		if err := s.over(ctx); err != nil {
			return Item{}, false, err
		}
		if item, ok := s.buffered(); ok {
			return item, true, nil
		}
		item, ok, behind := s.fromTopic()
		switch {
		case s.err != nil:
		case behind:
			if !s.catchUp(ctx) {
				return Item{}, false, nil
			}
		default:
			s.live = s.live || !ok
			return item, ok, nil
		}
	}
}

// over returns the error that ends the stream, or ctx's.
func (s *Stream) over(ctx context.Context) error {
	select {
	case <-s.done:
		return ErrClosed
	default:
	}
	if s.err != nil {
		return s.err
	}
	return ctx.Err()
}

// buffered returns what was read from the log and not given yet.
func (s *Stream) buffered() (Item, bool) {
	if s.pending != nil {
		item := *s.pending
		s.pending = nil
		return item, true
	}
	if len(s.page) == 0 {
		return Item{}, false
	}
	e := &s.page[0]
	s.page = s.page[1:]
	return s.give(e), true
}

func (s *Stream) give(e *album.Entry) Item {
	s.pos = e.Seq
	return Item{Entry: e, Seq: e.Seq}
}

// fromTopic returns the next item, if there is one; or behind, if the log has to
// be read for it. When the topic has ended it sets s.err, after the last entry.
func (s *Stream) fromTopic() (item Item, ok, behind bool) {
	t := s.topic
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch {
	case s.hub.Closed():
		s.err = album.ErrUnavailable
		return Item{}, false, false
	case s.gen != t.gen && s.pos > t.back:
		s.gen, s.pos = t.gen, t.back
		s.hub.stats.resyncs.Add(1)
		return Item{Resync: true, Seq: s.pos}, true, false
	}
	s.gen = t.gen
	switch {
	case s.pos < t.pos && t.covers(s.pos):
		return s.give(t.entry(s.pos + 1)), true, false
	case s.pos < t.pos:
		return Item{}, false, true
	case t.err != nil:
		s.err = t.err
		return Item{}, false, false
	case s.noLikes:
		return Item{}, false, false
	}
	like, stamp, inTime := t.likes.after(s.likes)
	s.likes = stamp
	switch {
	case !inTime:
		s.hub.stats.tooSlow.Add(1)
		s.err = album.Errorf(album.CodeUnavailable, "too slow, resume")
		return Item{}, false, false
	case like != nil:
		return Item{Like: like, Seq: s.pos}, true, false
	}
	return Item{}, false, false
}

// catchUp reads the next page from the log and reports whether that changed
// anything. Where the store does not answer, notify is called for the next
// attempt, after ever longer waits up to PollEvery.
func (s *Stream) catchUp(ctx context.Context) bool {
	if s.live {
		s.live = false
		s.hub.stats.overflows.Add(1)
	}
	if time.Now().Before(s.retryAt) {
		return false
	}
	err := s.read(ctx)
	switch {
	case err == nil:
		s.retry = 0
		return true
	case errors.Is(err, album.ErrNotFound):
		s.err = err
		return true
	case ctx.Err() != nil:
		return true
	}
	s.retry = min(max(2*s.retry, retryFirst), s.hub.opt.PollEvery)
	wait := jitter(s.retry)
	s.retryAt = time.Now().Add(wait)
	time.AfterFunc(wait, s.notify)
	return false
}

// read reads the page after pos, or prepares a resync where there is none.
func (s *Stream) read(ctx context.Context) error {
	h, t := s.hub, s.topic
	select {
	case h.reads <- struct{}{}:
	case <-ctx.Done():
		return album.ErrUnavailable.Wrap(ctx.Err())
	case <-s.done:
		return album.ErrUnavailable
	case <-h.ctx.Done():
		return album.ErrUnavailable
	}
	defer func() { <-h.reads }()

	t.mu.RLock()
	pos := t.pos
	t.mu.RUnlock()
	entries, err := h.entries(ctx, t.id, s.pos)
	switch {
	case errors.Is(err, album.ErrResync):
		head, err := h.head(ctx, t.id)
		if err != nil {
			return err
		}
		h.stats.resyncs.Add(1)
		s.pos = head
		s.pending = &Item{Resync: true, Seq: head}
	case err != nil:
		return err
	case len(entries) == 0 && s.pos < pos:
		return album.Errorf(album.CodeUnavailable, "the log is behind")
	default:
		s.page = entries
	}
	return nil
}

// Close ends the stream. It may be called more than once, and while Poll runs.
func (s *Stream) Close() { s.close() }
