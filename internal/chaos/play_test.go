package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/internal/client"
	"keepsake/internal/cluster"
	"keepsake/store/mongostore"
)

const (
	// look is how often it is looked whether the last events have come.
	look = 50 * time.Millisecond
	// page is how many entries of a log are read at once.
	page = 1000
)

// cast makes the clients, and the periods of those people who come and go.
func (s *story) cast() error {
	for _, p := range s.movers {
		for _, at := range p.albums {
			s.records.periods[seat{p.id, at.id}] = []period{{}}
		}
	}
	for i := range s.size.clients {
		v := &viewer{home: i % nodes, hops: i%8 == 3, random: s.random(ofViewers, i)}
		switch {
		case i == s.size.clients-1:
			v.who, v.slow, v.hops = s.owner, true, false
		case i < len(s.movers):
			v.who = s.movers[i]
		default:
			v.who = s.people[i%len(s.people)]
		}
		v.name = fmt.Sprintf("client %d", i)
		if i%5 == 0 && !v.slow {
			from, err := client.Ask[struct{ Feed struct{ Cursor album.Cursor } }](s.ctx, s.as(v.who), `{ feed(first: 1) { cursor } }`, nil)
			if err != nil {
				return err
			}
			v.add(s.records, v.name+" (feed)", v.who.albums, "", from.Feed.Cursor)
		} else {
			for _, at := range v.who.albums {
				v.add(s.records, v.name, []*place{at}, at.id, at.origin)
			}
		}
		s.viewers = append(s.viewers, v)
	}
	return nil
}

// restless reports whether the run is not near its end yet.
func (s *story) restless() bool {
	select {
	case <-s.calm:
		return false
	default:
		return true
	}
}

// play lets everybody watch and write while things go wrong, until the last
// event has come, or will not come.
func (s *story) play() error {
	leave, err := s.watch()
	defer leave()
	if err != nil {
		return err
	}
	stop := s.work()
	defer stop()
	began := time.Now()
	err = s.suffer()
	s.report(time.Since(began))
	if err != nil {
		return err
	}
	stop()
	if err := s.lastWord(); err != nil {
		return err
	}
	heads, err := s.heads()
	if err != nil {
		return err
	}
	behind := s.behind(heads, s.viewers[len(s.viewers)-1].streams)
	s.tell("the slow client is behind in %d albums of %d", behind, len(s.places))
	if s.hops.Load() == 0 || s.moved.Load() == 0 || s.kills.Load() == 0 || behind == 0 {
		return errors.New("this was no test: nobody hopped, was removed or was slow, or nothing was killed")
	}
	close(s.calm)
	return s.await(heads)
}

// watch starts the clients. The returned function ends them, also after an error.
func (s *story) watch() (leave func(), err error) {
	ctx, cancel := context.WithCancel(s.ctx)
	var watching sync.WaitGroup
	leave = func() {
		cancel()
		watching.Wait()
		for _, one := range s.straws {
			one.close()
		}
	}
	for _, n := range s.cluster.Nodes {
		one, err := newStraw(ctx, n, s.calm)
		if err != nil {
			return leave, err
		}
		s.straws = append(s.straws, one)
	}
	for _, v := range s.viewers {
		watching.Go(func() { s.stay(ctx, v) })
	}
	return leave, nil
}

// work starts those who write, and those who come and go. The returned function
// ends it, and may be called twice.
func (s *story) work() (stop func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	var working sync.WaitGroup
	leave := make(chan struct{}, s.size.writers)
	working.Go(func() { pace(ctx, leave, s.size.rate) })
	for i := range s.size.writers {
		who := s.owner
		if i%2 == 1 {
			who = s.people[i%len(s.people)]
		}
		working.Go(func() { s.write(who, leave, s.random(ofWriters, i)) })
	}
	for i, p := range s.movers {
		working.Go(func() { s.move(ctx, p, i == len(s.movers)-1, s.random(ofMoves, i)) })
	}
	return func() { cancel(); working.Wait() }
}

// report says what was achieved in that time.
func (s *story) report(took time.Duration) {
	acked, moved := s.acked.Load(), s.moved.Load()
	s.tell("asked for %d changes a second, achieved %.0f over %v", s.size.rate,
		float64(acked+moved)/took.Seconds(), took.Round(time.Millisecond))
	s.tell("%d comments and likes and %d of members were acknowledged, %d got no answer", acked, moved, s.unanswered.Load())
	s.tell("%d pub/sub connections were killed; clients hopped %d times and came back %d times",
		s.kills.Load(), s.hops.Load(), s.returns.Load())
}

// heads reads where the logs end, and how often the photos are liked.
func (s *story) heads() (map[album.AlbumID]int64, error) {
	heads := map[album.AlbumID]int64{}
	return heads, each(s.ctx, s.places, func(ctx context.Context, p *place) error {
		now, err := s.read(ctx, p)
		if err != nil {
			return err
		}
		seq, err := album.ParseLogCursor(p.id, now.Album.Cursor)
		s.records.write(func() {
			heads[p.id] = seq
			l := s.records.likes[p.mediaID]
			for _, edge := range now.Album.Media.Edges {
				l.there = edge.Node.LikeCount
			}
			s.records.likes[p.mediaID] = l
		})
		return err
	})
}

// behind is in how many albums those streams have not been given the last event.
func (s *story) behind(heads map[album.AlbumID]int64, streams []*stream) (n int) {
	for _, one := range streams {
		for _, id := range one.albums {
			if _, owed := s.records.owed(one.record, id); owed && !one.reached(id, heads[id]) {
				n++
			}
		}
	}
	return n
}

// await waits until everything may have come, for as long as there is patience.
func (s *story) await(heads map[album.AlbumID]int64) error {
	var all []*stream
	for _, v := range s.viewers {
		all = append(all, v.streams...)
	}
	began := time.Now()
	for s.behind(heads, all) > 0 && time.Since(began) < s.size.patience && s.ctx.Err() == nil {
		pause(s.ctx, look)
	}
	s.tell("%v later the last events are missing in %d albums of all clients", time.Since(began).Round(time.Millisecond), s.behind(heads, all))
	return s.ctx.Err()
}

// drain ends the nodes. With the race detector a race shows here.
func (s *story) drain() error {
	err := each(s.ctx, s.cluster.Nodes, func(ctx context.Context, n *cluster.Node) error { return n.Drain(ctx) })
	if err != nil {
		s.t.Error(err) // and what the clients were given is judged all the same
	}
	return s.ctx.Err()
}

// collect reads the logs from the database itself.
func (s *story) collect() error {
	store, err := mongostore.Open(s.ctx, s.cluster.MongoURI, nil)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // all was read
	for id, after := range s.records.start {
		for more := true; more; {
			entries, err := store.Entries(s.ctx, id, after, page)
			if err != nil {
				return err
			}
			s.records.log[id] = append(s.records.log[id], entries...)
			if more = len(entries) == page; more {
				after = entries[page-1].Seq
			}
		}
	}
	return nil
}
