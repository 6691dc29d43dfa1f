package realtime_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keepsake/album"
	"keepsake/realtime"
)

// The oracle: writers on several nodes change albums while messages are lost,
// links are cut, the store goes away, and readers are slow, go away and resume
// elsewhere. In the end each reader has each entry exactly once and in order.
func TestOracle(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			if faults := runOracle(t, seed, &realtime.HubOptions{Queue: 32}); len(faults) > 0 {
				t.Errorf("%d faults, such as:\n%s", len(faults), strings.Join(faults[:min(5, len(faults))], "\n"))
			}
		})
	}
}

// The oracle sees what it is meant to see: without verification entries whose
// messages were lost at a quiet moment never come.
func TestOracleFailsWithoutVerification(t *testing.T) {
	faults := 0
	for seed := range uint64(4) {
		faults += len(runOracle(t, seed, realtime.HubOptions{Queue: 32}.WithoutVerification()))
	}
	if faults == 0 {
		t.Error("the oracle finds no fault though nothing is verified")
	}
}

const (
	oracleNodes   = 3
	oracleAlbums  = 5
	oracleWriters = 6
	oracleReaders = 40
	oracleChanges = 400 // of each writer
	oracleChaos   = 30 * time.Second
	oracleCalm    = 30 * time.Second // after the last fault
)

// runOracle plays one run in false time and returns what went wrong.
func runOracle(t *testing.T, seed uint64, o *realtime.HubOptions) (faults []string) {
	synctest.Test(t, func(t *testing.T) {
		var ids []album.AlbumID
		for i := range oracleAlbums {
			ids = append(ids, albumID(i))
		}
		w := newWorld(t, oracleNodes, o, ids...)
		defer w.close()
		ctx, stop := context.WithCancel(context.Background())
		calm := make(chan struct{})
		var readers, actors sync.WaitGroup
		oracles := make([]*oracleReader, oracleReaders)
		for i := range oracles {
			r := &oracleReader{
				w: w, id: ids[i%oracleAlbums], rng: rand.New(rand.NewPCG(seed, uint64(i))),
				slow: i%4 == 0, hops: i%3 == 0, calm: calm,
			}
			oracles[i] = r
			readers.Go(func() { r.run(ctx) })
		}
		for i := range oracleWriters {
			actors.Go(func() {
				w.write(rand.New(rand.NewPCG(seed, uint64(1000+i))), oracleChanges, ids, i%oracleNodes)
			})
		}
		actors.Go(func() { w.chaos(rand.New(rand.NewPCG(seed, 2000))) })
		actors.Wait()
		close(calm)
		<-time.After(oracleCalm)
		stop()
		readers.Wait()

		total := int64(0)
		for _, id := range ids {
			total += w.log.head(id)
		}
		if total < oracleWriters*oracleChanges {
			t.Fatalf("only %d entries were written", total)
		}
		for i, r := range oracles {
			faults = append(faults, r.faults...)
			if head := w.log.head(r.id); r.pos != head {
				faults = append(faults, fmt.Sprintf("reader %d ended at %d of %d", i, r.pos, head))
			}
		}
		var sum realtime.Stats
		for _, h := range w.hubs {
			s := h.Stats()
			sum.Repairs += s.Repairs
			sum.Overflows += s.Overflows
			sum.LinksLost += s.LinksLost
			sum.RepairFailures += s.RepairFailures
			sum.PublishFailures += s.PublishFailures
		}
		t.Logf("%d entries, %d faults, %+v", total, len(faults), sum)
		if sum.Repairs == 0 || sum.Overflows == 0 || sum.LinksLost == 0 || sum.PublishFailures == 0 {
			t.Errorf("this was no test: %+v", sum)
		}
	})
	return faults
}

// write changes albums, in bursts and with pauses in which a lost message has
// none after it.
func (w *world) write(rng *rand.Rand, changes int, ids []album.AlbumID, node int) {
	for left := changes; left > 0; {
		id := ids[rng.IntN(len(ids))]
		n := min(1+rng.IntN(3), left)
		left -= n
		entries := w.log.commit(id, n)
		<-time.After(time.Duration(rng.IntN(3)) * time.Millisecond) // others overtake it
		w.hubs[node].PublishEntries(context.Background(), entries...)
		<-time.After(upTo(rng, 2*oracleChaos/oracleChanges))
	}
}

// chaos does things to the nodes and the store, and leaves them in order.
func (w *world) chaos(rng *rand.Rand) {
	for end := time.Now().Add(oracleChaos); time.Now().Before(end); {
		b := w.brokers[rng.IntN(oracleNodes)]
		d := upTo(rng, 800*time.Millisecond)
		switch rng.IntN(6) {
		case 0, 1, 2:
			b.Lose(1 + rng.IntN(20))
		case 3:
			b.Cut()
			<-time.After(d)
			b.Mend()
		case 4:
			b.Refuse(true)
			<-time.After(d)
			b.Refuse(false)
		case 5:
			w.log.setAway(true)
			<-time.After(d)
			w.log.setAway(false)
		}
		<-time.After(upTo(rng, 100*time.Millisecond))
	}
	// The last messages of all are lost everywhere.
	for _, b := range w.brokers {
		b.Lose(1 << 30)
	}
	for node := range oracleNodes {
		w.write(rng, 5, []album.AlbumID{albumID(node)}, node)
	}
	for _, b := range w.brokers {
		b.Lose(0)
	}
}

// oracleReader follows one album and notes everything that is not right.
type oracleReader struct {
	w      *world
	id     album.AlbumID
	rng    *rand.Rand
	slow   bool // is sometimes away for long
	hops   bool // now and then resumes on another node
	calm   <-chan struct{}
	pos    int64
	faults []string
}

func (r *oracleReader) run(ctx context.Context) {
	for ctx.Err() == nil {
		s, err := r.w.hubs[r.rng.IntN(oracleNodes)].Read(ctx, r.id, r.pos)
		if err != nil {
			if album.CodeOf(err) != album.CodeUnavailable {
				r.fault("Watch: %v", err)
			}
			<-time.After(50 * time.Millisecond)
			continue
		}
		r.follow(ctx, s)
		s.Close()
	}
}

func (r *oracleReader) follow(ctx context.Context, s *realtime.Reader) {
	for {
		if r.slow && r.rng.IntN(20) == 0 {
			select {
			case <-time.After(upTo(r.rng, 5*time.Second)):
			case <-r.calm: // there is time to catch up
			}
		}
		item, err := s.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.fault("Next: %v", err)
			return
		case item.Entry == nil:
			r.fault("%s though the log is complete", describe(item))
		case item.Seq != r.pos+1 || item.Entry.AlbumID != r.id:
			r.fault("%s of %s after %d", describe(item), item.Entry.AlbumID, r.pos)
		}
		r.pos = item.Seq
		if r.hops && r.rng.IntN(50) == 0 {
			return
		}
	}
}

func (r *oracleReader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func upTo(rng *rand.Rand, d time.Duration) time.Duration { return time.Duration(rng.Int64N(int64(d))) }
