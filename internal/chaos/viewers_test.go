package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/album"
	"keepsake/internal/client"
)

const (
	// hopEvery is how long those clients stay with a node that hop.
	hopEvery = 200 * time.Millisecond
	// dialTime is how long a client waits for a socket.
	dialTime = 2 * time.Second
	// The waits before a client comes back double from the first to the last, give
	// or take a half. graphql-ws waits longer; this tries more.
	waitFirst, waitLast = 50 * time.Millisecond, time.Second
	// askAgain is about how soon somebody asks again for what they may not see now.
	askAgain = 200 * time.Millisecond
)

// viewer is a client: one socket at a time, with some subscriptions.
type viewer struct {
	name    string
	who     *person
	home    int // the node that it prefers
	hops    bool
	slow    bool
	streams []*stream
	random  *rand.Rand
}

// stream is one subscription, which lives longer than the sockets.
type stream struct {
	*record
	albumID album.AlbumID // empty for the feed
	after   album.Cursor
}

// event is one of either subscription.
type event struct {
	E struct {
		Kind      album.EntryKind
		Cursor    album.Cursor
		AlbumID   album.AlbumID
		CommentID album.CommentID
	}
}

const (
	albumDocument = `subscription($a: ID!, $after: Cursor) {
		e: albumEvents(albumId: $a, after: $after) { kind cursor albumId commentId }
	}`
	// heavyDocument is for the slow client, so that it is a burden.
	heavyDocument = `subscription($a: ID!, $after: Cursor) {
		e: albumEvents(albumId: $a, after: $after) { kind cursor albumId commentId album { description } }
	}`
	feedDocument = `subscription($after: Cursor) {
		e: feedEvents(after: $after) { kind cursor albumId commentId }
	}`
)

// add gives the client a subscription of those albums; a feed has no albumID.
func (v *viewer) add(r *records, name string, albums []*place, albumID album.AlbumID, after album.Cursor) {
	one := &record{name: name, userID: v.who.id, feed: albumID == "", at: map[album.AlbumID]int64{}}
	for _, at := range albums {
		one.albums = append(one.albums, at.id)
	}
	r.streams = append(r.streams, one)
	v.streams = append(v.streams, &stream{record: one, albumID: albumID, after: after})
}

// stay watches until ctx ends: whenever its socket ends it comes back with the
// last cursors, to the same node or to another.
func (s *story) stay(ctx context.Context, v *viewer) {
	for wait := waitFirst; ctx.Err() == nil; {
		connected, err := s.visit(ctx, v)
		s.clientLog.Printf("%s at node %d: connected %v: %v", v.name, v.home, connected, err)
		switch {
		case connected:
			wait = waitFirst
		case ctx.Err() == nil: // nobody is there: the balancer would know
			v.home = v.random.IntN(len(s.cluster.Nodes))
		}
		if code := closeCode(err); fatal(code) {
			s.records.refuse("a socket", err)
		}
		if v.hops && connected && s.restless() {
			v.home = (v.home + 1) % len(s.cluster.Nodes)
			s.hops.Add(1)
			continue
		}
		s.returns.Add(1)
		pause(ctx, wait/2+upTo(v.random, wait))
		wait = min(2*wait, waitLast)
	}
}

// visit opens a socket and follows all streams on it until it ends, or until it
// is time to hop. It reports whether there was one.
func (s *story) visit(ctx context.Context, v *viewer) (connected bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	base := s.cluster.Nodes[v.home].URL
	if v.slow {
		base = s.straws[v.home].url()
	}
	dialing, dialed := context.WithTimeout(ctx, dialTime)
	socket, err := s.as(v.who).At(base).Dial(dialing)
	dialed()
	if err != nil {
		if status := client.Status(err); status != 0 && !isOutage(err) {
			s.records.refuse("a socket", err)
		}
		return false, err
	}
	ends := make(chan error, len(v.streams))
	var following sync.WaitGroup
	for _, one := range v.streams {
		random := rand.New(rand.NewPCG(v.random.Uint64(), v.random.Uint64()))
		following.Go(func() { ends <- s.follow(ctx, v, one, socket, random) })
	}
	var hop <-chan time.Time
	if v.hops && s.restless() {
		timer := time.NewTimer(hopEvery)
		defer timer.Stop()
		hop = timer.C
	}
	select {
	case <-hop:
	case <-socket.Done():
		err = <-ends
	case <-ctx.Done():
	}
	cancel()
	_ = socket.Close() // it may be gone
	following.Wait()
	return true, err
}

// follow keeps one subscription alive on a socket, and returns why the socket
// has ended.
func (s *story) follow(ctx context.Context, v *viewer, one *stream, socket *client.Socket, random *rand.Rand) error {
	for {
		document, vars := feedDocument, client.Vars{"after": one.after}
		switch {
		case v.slow:
			document = heavyDocument
		case !one.feed:
			document = albumDocument
		}
		if !one.feed {
			vars["a"] = one.albumID
		}
		sub, err := socket.Subscribe(document, vars)
		if err != nil {
			return err
		}
		err = s.take(ctx, one, sub)
		_ = sub.Close() // it may be over, or its socket
		s.clientLog.Printf("%s in %q: %v", one.name, one.albumID, err)
		switch code := album.Code(client.Code(err)); {
		case errors.Is(err, io.EOF), code == album.CodeUnavailable, code == album.CodeNotFound && !one.feed:
		case code != "":
			s.records.refuse("a subscription", err)
		default:
			return err
		}
		pause(ctx, askAgain/2+upTo(random, askAgain))
	}
}

// take takes events until the subscription ends.
func (s *story) take(ctx context.Context, one *stream, sub *client.Subscription) error {
	for {
		var e event
		if err := sub.Next(ctx, &e); err != nil {
			return err
		}
		if err := one.note(e, time.Now()); err != nil {
			s.records.refuse("an event", err)
			return err
		}
	}
}

// note writes down an event, and where to go on after it.
func (s *stream) note(e event, now time.Time) error {
	g := given{at: now, albumID: e.E.AlbumID, kind: e.E.Kind, commentID: e.E.CommentID}
	switch {
	case g.kind == album.AccessLost:
		s.add(g)
	case !s.feed:
		var err error
		if g.seq, err = album.ParseLogCursor(s.albumID, e.E.Cursor); err != nil {
			return err
		}
		s.add(g)
	default:
		p, err := album.ParseFeedPosition(e.E.Cursor)
		if err != nil {
			return err
		}
		if g.albumID != "" {
			var ok bool
			if g.seq, ok = p.Seen[g.albumID]; !ok {
				return fmt.Errorf("the cursor of %s in %s does not name it", g.kind, g.albumID)
			}
			s.add(g)
			break
		}
		for _, g.albumID = range s.albums { // the RESYNC of all of them
			g.seq, g.since = p.Seen[g.albumID], p.Since
			s.add(g)
		}
	}
	s.after = e.E.Cursor
	return nil
}

// closeCode is the code that the server closed a socket with, or 0.
func closeCode(err error) int {
	if e, ok := errors.AsType[*websocket.CloseError](err); ok {
		return e.Code
	}
	return 0
}

// fatal reports whether graphql-ws does not come back after that code.
func fatal(code int) bool {
	switch code {
	case websocket.CloseNoStatusReceived, websocket.CloseAbnormalClosure, websocket.CloseGoingAway,
		websocket.CloseServiceRestart, websocket.CloseTryAgainLater, 1014:
		return false
	case 4004, 4005, 4400, 4401, 4406, 4409, 4429, 4500:
		return true
	}
	return code >= 1000 && code < 2000
}
