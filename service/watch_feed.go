package service

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// storeRetry is how long a watch waits when the store does not answer.
const storeRetry = time.Second

// FeedWatch is a viewer's stream of what happens in all of their albums. It
// shows nothing that the viewer may not see at the time it is given; that their
// session goes on is for the caller to see to. Poll must not be called
// concurrently; Close must be called once it is done with.
type FeedWatch struct {
	s         *Service
	v         album.Identified
	scope     *feedScope
	notify    func()
	signal    *realtime.Signal
	changed   atomic.Bool // the viewer's albums may have changed
	following map[album.AlbumID]*realtime.Stream
	access    map[album.AlbumID]album.Access // as last looked at
	waiting   []album.Event                  // to be given before anything else
	held      *pulled                        // taken from its stream and not dealt with, for the store did not answer

	mu    sync.Mutex
	dirty map[album.AlbumID]struct{} // whose streams may have something
}

// pulled is an entry or resync of one album's stream.
type pulled struct {
	id   album.AlbumID
	item realtime.Item
}

// WatchFeed follows all albums of the viewer from now on, or right after a
// cursor. Albums that they join or leave meanwhile join and leave it; of an
// album that is left the last event is ACCESS_REVOKED. notify is called whenever
// Poll may have something to give, as realtime.Hub.Watch has it.
func (s *Service) WatchFeed(ctx context.Context, v album.Identified, after album.Cursor, notify func()) (*FeedWatch, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	w := &FeedWatch{
		s: s, v: v, scope: &feedScope{s: s, v: v}, notify: notify,
		following: map[album.AlbumID]*realtime.Stream{}, access: map[album.AlbumID]album.Access{}, dirty: map[album.AlbumID]struct{}{},
	}
	if after != "" {
		from, err := album.ParseFeedPosition(after)
		if err != nil {
			return nil, err
		}
		w.scope.from = &from
	}
	// First listen for changes, then read what is: nothing falls between.
	w.signal = s.Hub.WatchUser(v.UserID, w.Recheck)
	positions, first, err := w.scope.begin(ctx)
	if first != nil {
		w.waiting = append(w.waiting, *first)
	}
	if err == nil {
		err = w.followAll(ctx, positions)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Recheck has the viewer's albums and their access looked at again.
func (w *FeedWatch) Recheck() {
	w.changed.Store(true)
	w.notify()
}

// Close ends the watch. notify may be called once more.
func (w *FeedWatch) Close() {
	for _, stream := range w.following {
		stream.Close()
	}
	w.signal.Close()
}

// Poll returns the next event, or is not ok where there is none now. An error
// ends the watch; with UNAVAILABLE a cursor resumes it.
func (w *FeedWatch) Poll(ctx context.Context) (e album.Event, ok bool, err error) {
	for {
		if len(w.waiting) > 0 {
			e = w.waiting[0]
			w.waiting = w.waiting[1:]
			return e, true, nil
		}
		goOn, err := w.work(ctx)
		switch {
		case ctx.Err() != nil:
			return album.Event{}, false, ctx.Err()
		case album.CodeOf(err) == album.CodeUnavailable && !w.s.Hub.Closed():
			time.AfterFunc(storeRetry, w.notify)
			return album.Event{}, false, nil
		case err != nil || !goOn:
			return album.Event{}, false, err
		}
	}
}

// work does the next thing that there is to do, and reports whether there was
// any. What failed is done again by the next call.
func (w *FeedWatch) work(ctx context.Context) (bool, error) {
	if w.changed.Swap(false) {
		if err := w.lookAgain(ctx); err != nil {
			w.changed.Store(true)
			return false, err
		}
		return true, nil
	}
	if w.held == nil {
		id, ok := w.nextDirty()
		if !ok {
			return false, nil
		}
		if more, err := w.pull(ctx, id); err != nil || !more {
			return true, err
		}
	}
	if err := w.take(ctx, w.held); err != nil {
		return false, err
	}
	w.held = nil
	return true, nil
}

// pull takes the next item of an album into held, if there is one.
func (w *FeedWatch) pull(ctx context.Context, id album.AlbumID) (bool, error) {
	stream := w.following[id]
	if stream == nil {
		return false, nil // unfollowed meanwhile
	}
	item, ok, err := stream.Poll(ctx)
	switch {
	case album.CodeOf(err) == album.CodeNotFound:
		w.lose(id)
		return false, nil
	case err != nil || !ok:
		return false, err
	}
	w.soil(id) // there may be more
	w.held = &pulled{id, item}
	return true, nil
}

// take turns an item into what the viewer is shown of it.
func (w *FeedWatch) take(ctx context.Context, p *pulled) error {
	if w.following[p.id] == nil {
		return nil
	}
	if p.item.Resync {
		return w.give(ctx, album.Entry{AlbumID: p.id, Seq: p.item.Seq, At: w.s.now(), Kind: album.Resync})
	}
	if p.item.Entry.ChangesAccess() {
		if err := w.look(ctx, []album.AlbumID{p.id}); err != nil {
			return err
		}
		if !w.access[p.id].Can(album.View) {
			w.lose(p.id)
			return nil
		}
	}
	return w.give(ctx, *p.item.Entry)
}

// give shows an entry, unless it is none for the viewer; the cursor moves on with
// it in any case.
func (w *FeedWatch) give(ctx context.Context, e album.Entry) error {
	cursor, err := w.scope.cursor(ctx, e.AlbumID, e.Seq)
	if err == nil && w.access[e.AlbumID].CanSeeEntry(&e) {
		w.waiting = append(w.waiting, album.Event{Entry: e, Cursor: cursor})
	}
	return err
}

// lose ends an album's stream with the event that says why.
func (w *FeedWatch) lose(id album.AlbumID) {
	w.following[id].Close()
	delete(w.following, id)
	delete(w.access, id)
	e := album.Entry{AlbumID: id, At: w.s.now(), Kind: album.AccessLost}
	w.waiting = append(w.waiting, album.Event{Entry: e, Cursor: w.scope.here()})
}

// lookAgain makes sure of the access to what is followed, and of what there is to
// follow.
func (w *FeedWatch) lookAgain(ctx context.Context) error {
	add, drop, err := w.scope.changed(ctx, w.following)
	if err != nil {
		return err
	}
	for _, id := range drop {
		w.lose(id)
	}
	if err := w.look(ctx, slices.Collect(maps.Keys(w.following))); err != nil {
		return err
	}
	return w.followAll(ctx, add)
}

// look finds out anew what the viewer is to those albums.
func (w *FeedWatch) look(ctx context.Context, ids []album.AlbumID) error {
	found, err := w.s.Access(ctx, w.v, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		w.access[id] = found[id] // the zero Access allows nothing
	}
	return nil
}

// followAll begins the streams of those albums, passing over what the viewer
// cannot see: it was deleted just now.
func (w *FeedWatch) followAll(ctx context.Context, positions map[album.AlbumID]int64) error {
	if err := w.look(ctx, slices.Collect(maps.Keys(positions))); err != nil {
		return err
	}
	for id, seq := range positions {
		stream, err := w.s.Hub.Watch(ctx, id, seq, func() { w.soil(id); w.notify() })
		switch {
		case err == nil:
			stream.EntriesOnly()
			w.following[id] = stream
			w.soil(id)
		case album.CodeOf(err) != album.CodeNotFound:
			return err
		}
	}
	return nil
}

// soil says that an album's stream may have something.
func (w *FeedWatch) soil(id album.AlbumID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dirty[id] = struct{}{}
}

// nextDirty takes any album whose stream may have something.
func (w *FeedWatch) nextDirty() (album.AlbumID, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.dirty {
		delete(w.dirty, id)
		return id, true
	}
	return "", false
}
