package service

import (
	"context"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// Feed is one page of a viewer's feed, and the cursor to follow it from.
type Feed struct {
	album.Page[album.FeedItem]
	Cursor album.Cursor
}

// Feed lists the newest media and comments over all albums of the viewer. Its
// cursor is read before its rows, so that a stream from there misses nothing.
func (s *Service) Feed(ctx context.Context, v album.Identified, p PageArgs) (*Feed, error) {
	if err := signedIn(v); err != nil {
		return nil, err
	}
	r, err := p.window(album.ListFeed)
	if err != nil {
		return nil, err
	}
	sc := &feedScope{s: s, v: v}
	if _, _, err := sc.begin(ctx); err != nil {
		return nil, err
	}
	rows, err := s.Store.FeedOf(ctx, v.UserID, r)
	if err != nil {
		return nil, err
	}
	list := page(album.ListFeed, r, rows, func(f album.FeedItem) album.Position { return f.Position() })
	return &Feed{Page: list, Cursor: sc.here()}, nil
}

const (
	// feedMargin is how far the clocks of two nodes may differ, plus how long a
	// write may take: an entry whose time is older than that is in its log for
	// sure, so a cursor may name that time instead of the entry.
	feedMargin = 10 * time.Second
	// feedSeen is how many albums a cursor names before it is written anew with
	// a later time.
	feedSeen = 64
)

// feedScope follows a viewer's albums. Its cursor is a time, up to which
// everything was given, and the positions that differ from what that time says.
type feedScope struct {
	s     *Service
	v     album.Identified
	from  *album.FeedPosition // to resume from, or nil
	since time.Time
	pos   map[album.AlbumID]int64 // the last entry given
	seen  map[album.AlbumID]int64 // the part of pos that since does not say
}

func (f *feedScope) position() album.FeedPosition {
	return album.FeedPosition{Since: f.since, Seen: f.seen}
}

// begin finds the albums to follow and the position in each. It may give an event
// that comes before all others.
func (f *feedScope) begin(ctx context.Context) (map[album.AlbumID]int64, *album.Event, error) {
	members, err := f.s.Store.AlbumsOf(ctx, f.v.UserID, album.Range{Limit: album.MaxFeedAlbums})
	if err != nil {
		return nil, nil, err
	}
	resync := false
	if f.from != nil {
		f.since, f.pos = f.from.Since, map[album.AlbumID]int64{}
		resync, err = f.resume(ctx, members)
	}
	if f.from == nil || resync {
		f.pos, err = f.s.Store.Heads(ctx, idsOf(members))
	}
	if err == nil {
		err = f.rebase(ctx)
	}
	if err != nil || !resync {
		return f.pos, nil, err
	}
	return f.pos, &album.Event{
		Entry: album.Entry{At: f.s.now(), Kind: album.Resync}, Cursor: f.here(),
	}, nil
}

// resume fills pos from the cursor. It reports whether a log no longer reaches
// back that far.
func (f *feedScope) resume(ctx context.Context, members []*album.Membership) (resync bool, err error) {
	at, err := f.s.Store.SeqsAt(ctx, idsOf(members), f.since)
	if err != nil {
		return false, err
	}
	for _, m := range members {
		seq, named := f.from.Seen[m.AlbumID]
		if !named && m.JoinedAt.After(f.since) {
			if seq, err = f.sinceJoined(ctx, m); err != nil {
				return false, err
			}
		} else if !named {
			seq = at[m.AlbumID]
		}
		if seq < 0 {
			return true, nil
		}
		f.pos[m.AlbumID] = seq
	}
	return false, nil
}

// sinceJoined is the position right before somebody joined.
func (f *feedScope) sinceJoined(ctx context.Context, m *album.Membership) (int64, error) {
	seqs, err := f.s.Store.SeqsAt(ctx, []album.AlbumID{m.AlbumID}, m.JoinedAt.Add(-time.Millisecond))
	return seqs[m.AlbumID], err
}

// rebase writes the position anew with the latest time that is safe.
func (f *feedScope) rebase(ctx context.Context) error {
	since := f.s.now().Add(-feedMargin)
	ids := make([]album.AlbumID, 0, len(f.pos))
	for id := range f.pos {
		ids = append(ids, id)
	}
	at, err := f.s.Store.SeqsAt(ctx, ids, since)
	if err != nil {
		return err
	}
	f.since, f.seen = since, map[album.AlbumID]int64{}
	for id, seq := range f.pos {
		if at[id] != seq {
			f.seen[id] = seq
		}
	}
	return nil
}

// cursor moves on to an entry's place and returns the cursor behind it. It may be
// called again for the same one.
func (f *feedScope) cursor(ctx context.Context, id album.AlbumID, seq int64) (album.Cursor, error) {
	f.pos[id], f.seen[id] = seq, seq
	if len(f.seen) > feedSeen {
		if err := f.rebase(ctx); err != nil {
			return "", err
		}
	}
	return f.here(), nil
}

// here is the cursor behind all that was given.
func (f *feedScope) here() album.Cursor { return f.position().Cursor() }

// changed finds the albums to add, each after a position, and those to drop, when
// the viewer's albums may have changed. It keeps the position of an album that is
// dropped, for when it comes back from the trash, unless there are too many to name.
func (f *feedScope) changed(
	ctx context.Context, following map[album.AlbumID]*realtime.Stream,
) (add map[album.AlbumID]int64, drop []album.AlbumID, err error) {
	members, err := f.s.Store.AlbumsOf(ctx, f.v.UserID, album.Range{Limit: album.MaxFeedAlbums})
	if err != nil {
		return nil, nil, err
	}
	in := map[album.AlbumID]bool{}
	for _, m := range members {
		in[m.AlbumID] = true
	}
	for id := range following {
		if !in[id] {
			drop = append(drop, id)
		}
	}
	for id := range f.pos {
		if !in[id] && len(f.pos)+len(members) > album.MaxFeedSeen {
			delete(f.pos, id)
			delete(f.seen, id)
		}
	}
	add = map[album.AlbumID]int64{}
	for _, m := range members {
		if following[m.AlbumID] != nil {
			continue
		}
		seq, err := f.start(ctx, m)
		if err != nil {
			return nil, nil, err
		}
		f.pos[m.AlbumID], f.seen[m.AlbumID], add[m.AlbumID] = seq, seq, seq
	}
	return add, drop, nil
}

// start is the position to follow an album from that was not followed until now.
func (f *feedScope) start(ctx context.Context, m *album.Membership) (int64, error) {
	if seq, ok := f.pos[m.AlbumID]; ok {
		return seq, nil
	}
	seq, err := f.sinceJoined(ctx, m)
	if err != nil || seq >= 0 {
		return seq, err
	}
	// Its log is cut short behind that: begin with its newest entry.
	heads, err := f.s.Store.Heads(ctx, []album.AlbumID{m.AlbumID})
	return heads[m.AlbumID], err
}

func idsOf(members []*album.Membership) []album.AlbumID {
	ids := make([]album.AlbumID, len(members))
	for i, m := range members {
		ids[i] = m.AlbumID
	}
	return ids
}
