package service

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// Update is what a watch gives: exactly one of its fields is set.
type Update struct {
	Event *album.Event
	Likes *album.LikeState
}

// recheckEvery is how often a watch makes sure of its viewer's session and
// access even though nobody said that they changed: what a lost message costs.
const recheckEvery = 30 * time.Second

// scope is what a watch follows: one album, or a viewer's feed.
type scope interface {
	// begin finds the albums to follow and the position in each. It may give an
	// event that comes before all others.
	begin(ctx context.Context) (map[album.AlbumID]int64, *album.Event, error)
	// changed finds the albums to add and those to drop when the viewer's albums
	// may have changed.
	changed(ctx context.Context, following map[album.AlbumID]*follow) (map[album.AlbumID]int64, []album.AlbumID, error)
	// cursor moves on to an entry's place and returns the cursor behind it.
	cursor(ctx context.Context, id album.AlbumID, seq int64) (album.Cursor, error)
	// here is the cursor behind all that was given.
	here() album.Cursor
	// single reports whether the watch ends with its album.
	single() bool
}

// Watch is a viewer's stream of what happens in one album or all of theirs. It
// shows nothing that the viewer may not see at the time it is given. Next must
// not be called concurrently; Close must be called once it is done with.
type Watch struct {
	s         *Service
	v         album.Identified
	scope     scope
	ctx       context.Context // of the followers
	stop      context.CancelFunc
	following map[album.AlbumID]*follow
	access    map[album.AlbumID]album.Access // as last looked at
	items     chan pulled
	signal    *realtime.Signal
	recheck   *time.Ticker
	expiry    *time.Timer
	waiting   []Update // to be given before anything else
	ended     bool
}

// follow is one album's stream and the goroutine that reads it.
type follow struct {
	stream *realtime.Stream
	done   chan struct{}
}

// pulled is an item of one album's stream, or why the stream ended.
type pulled struct {
	id   album.AlbumID
	from *follow
	item realtime.Item
	err  error
}

func (s *Service) watch(ctx context.Context, v album.Identified, sc scope) (*Watch, error) {
	w := &Watch{
		s: s, v: v, scope: sc, following: map[album.AlbumID]*follow{},
		access: map[album.AlbumID]album.Access{}, items: make(chan pulled),
		recheck: time.NewTicker(recheckEvery), expiry: time.NewTimer(0),
	}
	w.ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.expiry.Stop()
	if !v.ExpiresAt.IsZero() {
		w.expiry.Reset(v.ExpiresAt.Sub(s.Now()))
	}
	// First listen for changes, then read what is: nothing falls between.
	w.signal = s.Hub.WatchUser(v.UserID)
	positions, first, err := sc.begin(ctx)
	if first != nil {
		w.waiting = append(w.waiting, Update{Event: first})
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

// followAll begins the streams of those albums, passing over what the viewer
// cannot see: it was deleted just now.
func (w *Watch) followAll(ctx context.Context, positions map[album.AlbumID]int64) error {
	if err := w.look(ctx, slices.Collect(maps.Keys(positions))); err != nil {
		return err
	}
	for id, seq := range positions {
		err := w.follow(ctx, id, seq)
		if err != nil && (w.scope.single() || album.CodeOf(err) != album.CodeNotFound) {
			return err
		}
	}
	return nil
}

// look finds out anew what the viewer is to those albums.
func (w *Watch) look(ctx context.Context, ids []album.AlbumID) error {
	found, err := w.s.Access(ctx, w.v, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		w.access[id] = found[id] // the zero Access allows nothing
	}
	return nil
}

// follow begins an album's stream after seq.
func (w *Watch) follow(ctx context.Context, id album.AlbumID, seq int64) error {
	stream, err := w.s.Hub.Watch(ctx, id, seq)
	if err != nil {
		return err
	}
	f := &follow{stream: stream, done: make(chan struct{})}
	w.following[id] = f
	go func() {
		defer close(f.done)
		for {
			item, err := stream.Next(w.ctx)
			select {
			case w.items <- pulled{id: id, from: f, item: item, err: err}:
			case <-w.ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return nil
}

// unfollow lets go of an album's stream. Its goroutine may still wait to give
// an item, which pull passes over.
func (w *Watch) unfollow(id album.AlbumID) {
	if f := w.following[id]; f != nil {
		f.stream.Close()
		delete(w.following, id)
		delete(w.access, id)
	}
}

// Close ends the watch and waits for its goroutines.
func (w *Watch) Close() {
	w.stop()
	for id, f := range w.following {
		f.stream.Close()
		<-f.done
		delete(w.following, id)
	}
	w.signal.Close()
	w.recheck.Stop()
	w.expiry.Stop()
}

// Next waits for what happens next. It ends with io.EOF after the event
// ACCESS_REVOKED of a single album, with TOKEN_EXPIRED or SESSION_REVOKED when
// the viewer has to sign in again, and with UNAVAILABLE when the client should
// come back later; in all of these a cursor resumes it.
func (w *Watch) Next(ctx context.Context) (Update, error) {
	for {
		if len(w.waiting) > 0 {
			u := w.waiting[0]
			w.waiting = w.waiting[1:]
			return u, nil
		}
		if w.ended {
			return Update{}, io.EOF
		}
		var err error
		select {
		case <-ctx.Done():
			return Update{}, ctx.Err()
		case <-w.expiry.C:
			return Update{}, errExpired
		case <-w.signal.C():
			err = w.lookAgain(ctx)
		case <-w.recheck.C:
			err = w.lookAgain(ctx)
		case p := <-w.items:
			if w.following[p.id] == p.from {
				err = w.take(ctx, p)
			}
		}
		if err != nil {
			return Update{}, err
		}
	}
}

// take turns an item into what the viewer is shown of it.
func (w *Watch) take(ctx context.Context, p pulled) error {
	switch {
	case album.CodeOf(p.err) == album.CodeNotFound:
		w.lose(p.id)
	case p.err != nil:
		return p.err
	case p.item.Like != nil:
		w.waiting = append(w.waiting, Update{Likes: p.item.Like})
	case p.item.Resync:
		return w.give(ctx, album.Entry{AlbumID: p.id, Seq: p.item.Seq, At: w.s.now(), Kind: album.Resync})
	case p.item.Entry.ChangesAccess():
		if err := w.look(ctx, []album.AlbumID{p.id}); err != nil {
			return err
		}
		if !w.access[p.id].Can(album.View) {
			w.lose(p.id)
			return nil
		}
		fallthrough
	default:
		return w.give(ctx, *p.item.Entry)
	}
	return nil
}

// give shows an entry, unless it is none for the viewer; the cursor moves on with
// it in any case.
func (w *Watch) give(ctx context.Context, e album.Entry) error {
	cursor, err := w.scope.cursor(ctx, e.AlbumID, e.Seq)
	if err == nil && w.access[e.AlbumID].CanSeeEntry(&e) {
		w.waiting = append(w.waiting, Update{Event: &album.Event{Entry: e, Cursor: cursor}})
	}
	return err
}

// lose ends an album's stream with the event that says why.
func (w *Watch) lose(id album.AlbumID) {
	w.unfollow(id)
	e := album.Entry{AlbumID: id, At: w.s.now(), Kind: album.AccessLost}
	w.waiting = append(w.waiting, Update{Event: &album.Event{Entry: e, Cursor: w.scope.here()}})
	w.ended = w.ended || w.scope.single()
}

// lookAgain makes sure of the session, of the access to what is followed, and
// of what there is to follow.
func (w *Watch) lookAgain(ctx context.Context) error {
	// A check that began before the session ended may have found it good since.
	w.s.alive.Remove(w.v.SessionID)
	if err := w.s.checkSession(ctx, w.v); err != nil {
		return err
	}
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
