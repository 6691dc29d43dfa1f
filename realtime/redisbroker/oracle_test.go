package redisbroker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/redisserver"
	"keepsake/realtime"
)

// The oracle: a hub's streams, over brokers whose links break in all ways at
// once, give each entry exactly once and in order. The last entries are lost with
// nothing after them.
//
// The hubs never look into the log by themselves, so that what is lost is found
// only by what the brokers tell of their links.
func TestOracle(t *testing.T) {
	if faults := runOracle(t, false); len(faults) > 0 {
		t.Errorf("%d faults, such as:\n%v", len(faults), faults[:min(5, len(faults))])
	}
}

// The oracle sees what it is meant to see: when the brokers keep to themselves
// that their links broke, entries are missing.
func TestOracleFailsWithoutWord(t *testing.T) {
	if faults := runOracle(t, true); len(faults) == 0 {
		t.Error("the oracle finds no fault though nobody says that links broke")
	}
}

const (
	oracleNodes   = 3
	oracleAlbums  = 4
	oracleReaders = 24
	oracleChaos   = 3 * time.Second
)

func runOracle(t *testing.T, silent bool) (faults []string) {
	s := startServer(t)
	log := &memLog{}
	publisher := realtime.NewHub(open(t, quick(s.URL())), log, nil)
	closeLater(t, publisher)
	var relays []*relay
	var hubs []*realtime.Hub
	var lost []func() int64
	for range oracleNodes {
		r := newRelay(t, s.Addr)
		var b realtime.Broker = open(t, quick(r.url()))
		if silent {
			b = discreet{b}
		}
		h := realtime.NewHub(b, log, &realtime.HubOptions{VerifyEvery: time.Hour, PollEvery: time.Hour, Queue: 32})
		closeLater(t, h)
		relays, hubs = append(relays, r), append(hubs, h)
		lost = append(lost, func() int64 { return h.Stats().LinksLost })
	}

	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	oracles := make([]*reader, oracleReaders)
	for i := range oracles {
		r := &reader{hubs: hubs, id: oracleID(i % oracleAlbums), rng: rand.New(rand.NewPCG(1, uint64(i))), hops: i%3 == 0}
		oracles[i] = r
		readers.Go(func() { r.run(ctx, log) })
	}
	var actors sync.WaitGroup
	calm := make(chan struct{})
	for i := range oracleAlbums {
		actors.Go(func() {
			rng := rand.New(rand.NewPCG(2, uint64(i)))
			for {
				select {
				case <-calm:
					return
				case <-time.After(rand.N(20 * time.Millisecond)):
					publisher.PublishEntries(ctx, log.commit(oracleID(i), 1+rng.IntN(3))...)
				}
			}
		})
	}
	chaos(t, s, relays)
	close(calm)
	actors.Wait()
	for _, r := range relays { // the last word is lost everywhere
		r.hold(true)
	}
	for i := range oracleAlbums {
		publisher.PublishEntries(ctx, log.commit(oracleID(i), 2)...)
	}
	for _, r := range relays {
		r.cut()
		r.hold(false)
	}

	patience := deadline
	if silent {
		patience = time.Second
	}
	timeout := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case <-tick.C:
			done = !slices.ContainsFunc(oracles, func(r *reader) bool { return r.pos.Load() != log.head(r.id) })
		case <-timeout:
			done = true
		}
	}
	stop()
	readers.Wait()
	for i, r := range oracles {
		faults = append(faults, r.faults...)
		if pos, head := r.pos.Load(), log.head(r.id); pos != head {
			faults = append(faults, fmt.Sprintf("reader %d ended at %d of %d", i, pos, head))
		}
	}
	for i, n := range lost {
		t.Logf("node %d: %d links lost, %d repairs", i, n(), hubs[i].Stats().Repairs)
		if !silent && n() < 3 {
			t.Error("this was no test")
		}
	}
	return faults
}

func oracleID(n int) album.AlbumID { return album.AlbumID(fmt.Sprintf("alb_%026d", n)) }

// chaos breaks links for a while, and leaves them in order.
func chaos(t *testing.T, s *redisserver.Server, relays []*relay) {
	rng := rand.New(rand.NewPCG(3, 3))
	for end := time.Now().Add(oracleChaos); time.Now().Before(end); {
		r := relays[rng.IntN(len(relays))]
		switch rng.IntN(4) {
		case 0:
			must(t, s.Do("CLIENT", "KILL", "TYPE", "pubsub").Err())
		case 1:
			r.cut()
		case 2: // for long enough to be noticed, or not
			r.hold(true)
			<-time.After(rand.N(time.Second))
			r.hold(false)
		case 3:
			r.hold(true)
			<-time.After(rand.N(300 * time.Millisecond))
			r.cut()
			r.hold(false)
		}
		<-time.After(rand.N(150 * time.Millisecond))
	}
}

// discreet is a broker that confirms each topic once, and says no more.
type discreet struct{ realtime.Broker }

func (d discreet) Attach(r realtime.Receiver) { d.Broker.Attach(&mute{Receiver: r}) }

type mute struct {
	realtime.Receiver
	said sync.Map
}

func (m *mute) Lost() {}
func (m *mute) Confirmed(topic string) {
	if _, again := m.said.LoadOrStore(topic, true); !again {
		m.Receiver.Confirmed(topic)
	}
}

// reader follows one album and notes everything that is not right.
type reader struct {
	hubs   []*realtime.Hub
	id     album.AlbumID
	rng    *rand.Rand
	hops   bool // now and then resumes on another node
	pos    atomic.Int64
	faults []string
}

func (r *reader) run(ctx context.Context, log *memLog) {
	for ctx.Err() == nil {
		wake := make(chan struct{}, 1)
		s, err := r.hubs[r.rng.IntN(len(r.hubs))].Watch(ctx, r.id, r.pos.Load(), func() {
			select {
			case wake <- struct{}{}:
			default: // it has been woken already
			}
		})
		if err != nil {
			if ctx.Err() == nil {
				r.faults = append(r.faults, fmt.Sprintf("Watch: %v", err))
			}
			return
		}
		for hop := false; !hop; {
			item, ok, err := s.Poll(ctx)
			if err == nil && !ok {
				select {
				case <-wake:
				case <-ctx.Done():
				}
				continue
			}
			if err != nil {
				if ctx.Err() == nil {
					r.faults = append(r.faults, fmt.Sprintf("Poll: %v", err))
				}
				break
			}
			if item.Entry == nil || item.Seq != r.pos.Load()+1 {
				r.faults = append(r.faults, fmt.Sprintf("%+v after %d", item, r.pos.Load()))
			}
			r.pos.Store(item.Seq)
			// The last entries are for those who wait, as Watch reads the log.
			hop = r.hops && r.rng.IntN(20) == 0 && item.Seq < log.head(r.id)-10
		}
		s.Close()
	}
}

// memLog is an album log in memory, of albums that all exist.
type memLog struct {
	mu     sync.Mutex
	albums map[album.AlbumID][]album.Entry
}

func (l *memLog) commit(id album.AlbumID, n int) []*album.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.albums == nil {
		l.albums = map[album.AlbumID][]album.Entry{}
	}
	var out []*album.Entry
	for range n {
		e := album.Entry{AlbumID: id, Seq: int64(len(l.albums[id]) + 1), At: time.Now().UTC(), Kind: album.CommentAdded}
		l.albums[id] = append(l.albums[id], e)
		out = append(out, &e)
	}
	return out
}

func (l *memLog) head(id album.AlbumID) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.albums[id]))
}

func (l *memLog) Entries(_ context.Context, id album.AlbumID, after int64, limit int) ([]album.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.albums[id][after:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

func (l *memLog) Heads(_ context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error) {
	heads := map[album.AlbumID]int64{}
	for _, id := range ids {
		heads[id] = l.head(id)
	}
	return heads, nil
}
