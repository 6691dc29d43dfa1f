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
	hub   *Hub
	topic *topic
	done  chan struct{}
	close func()

	// For the caller of Next alone.
	pos     int64         // Seq of the last entry that was given
	gen     int           // of the topic, to notice when it has moved back
	likes   int64         // stamp of the last like state that was given
	page    []album.Entry // read from the log and not given yet
	pending *Item         // a resync not given yet
	live    bool          // has caught up with the topic before
	retry   time.Duration // how long to wait before the log is read again, after a failure
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
func (h *Hub) Watch(ctx context.Context, id album.AlbumID, after int64) (*Stream, error) {
	t, err := h.attach(id)
	if err != nil {
		return nil, err
	}
	s := &Stream{hub: h, topic: t, done: make(chan struct{}), pos: after}
	s.close = sync.OnceFunc(func() {
		close(s.done)
		h.stats.streams.Add(-1)
		h.detach(t)
	})
	h.stats.streams.Add(1)
	if err := s.begin(ctx); err != nil {
		s.Close()
		if h.isClosed() {
			return nil, album.ErrUnavailable.Wrap(err)
		}
		return nil, err
	}
	return s, nil
}

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

// Next waits for the next item. It returns ErrClosed after Close; NOT_FOUND when
// the album is gone; UNAVAILABLE when the hub closes or the stream is too slow,
// in both of which one may resume; and ctx's error when that ends, after which
// Next may be called again. While the store is away it waits. It must not be
// called concurrently with itself.
func (s *Stream) Next(ctx context.Context) (Item, error) {
	for {
		if err := s.over(ctx); err != nil {
			return Item{}, err
		}
		if item, ok := s.buffered(); ok {
			return item, nil
		}
		item, changed, behind := s.fromTopic()
		switch {
		case s.err != nil:
		case behind:
			s.catchUp(ctx)
		case changed == nil:
			return item, nil
		default:
			s.live = true
			select {
			case <-changed:
			case <-s.done:
			case <-ctx.Done():
			}
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

// fromTopic returns the next item; or behind, if the log has to be read for it;
// or what to wait for. When the topic has ended it sets s.err, after the last
// entry.
func (s *Stream) fromTopic() (item Item, changed <-chan struct{}, behind bool) {
	t := s.topic
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch {
	case s.hub.isClosed():
		s.err = album.ErrUnavailable
		return Item{}, nil, false
	case s.gen != t.gen && s.pos > t.back:
		s.gen, s.pos = t.gen, t.back
		s.hub.stats.resyncs.Add(1)
		return Item{Resync: true, Seq: s.pos}, nil, false
	}
	s.gen = t.gen
	switch {
	case s.pos < t.pos && t.covers(s.pos):
		return s.give(t.entry(s.pos + 1)), nil, false
	case s.pos < t.pos:
		return Item{}, nil, true
	case t.err != nil:
		s.err = t.err
		return Item{}, nil, false
	}
	like, stamp, ok := t.likes.after(s.likes)
	s.likes = stamp
	switch {
	case !ok:
		s.hub.stats.tooSlow.Add(1)
		s.err = album.Errorf(album.CodeUnavailable, "too slow, resume")
		return Item{}, nil, false
	case like != nil:
		return Item{Like: like, Seq: s.pos}, nil, false
	}
	return Item{}, t.changed, false
}

// catchUp reads the next page from the log. Where the store does not answer it
// waits, ever longer up to PollEvery, for the next attempt.
func (s *Stream) catchUp(ctx context.Context) {
	if s.live {
		s.live = false
		s.hub.stats.overflows.Add(1)
	}
	err := s.read(ctx)
	switch {
	case err == nil:
		s.retry = 0
		return
	case errors.Is(err, album.ErrNotFound):
		s.err = err
		return
	}
	s.retry = min(max(2*s.retry, retryFirst), s.hub.opt.PollEvery)
	timer := time.NewTimer(jitter(s.retry))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.done:
	case <-ctx.Done():
	case <-s.hub.ctx.Done():
	}
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

// Close ends the stream. It may be called more than once, and while Next runs.
func (s *Stream) Close() { s.close() }
