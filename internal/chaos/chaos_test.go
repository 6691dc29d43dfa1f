package chaos

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/internal/cluster"
	"keepsake/internal/launch"
)

// The flags of make chaos.
var (
	fullSize = flag.Bool("full", false, "run at full size: a few minutes")
	askRate  = flag.Int("rate", 0, "changes a second to ask for; 0 is what the size asks for")
	runSeed  = flag.Uint64("seed", 0, "of everything that is left to chance; 0 takes another each time")
)

const (
	nodes = 3
	// runTimeout bounds a run at full size.
	runTimeout = 10 * time.Minute
)

// size is how large a run is, and what happens in it. A client in five follows
// its feed, one in eight hops, and one more is slow and follows everything.
type size struct {
	clients, people, albums int
	each                    int // how many albums a person is in
	movers                  int // people who are removed and come back; each has one client
	writers, rate           int // who write, and how many changes a second they try

	rounds, kills                         int // of troubles, and of pub/sub connections
	killEvery, moveEvery                  time.Duration
	between                               time.Duration // two troubles
	redisAway, holed, nodeAway, mongoAway time.Duration
	patience                              time.Duration // for the last events
}

var (
	small = size{
		clients: 24, people: 6, albums: 8, each: 4, movers: 3, writers: 12, rate: 60,
		rounds: 1, kills: 6, killEvery: time.Second, moveEvery: 300 * time.Millisecond, between: time.Second,
		redisAway: time.Second, holed: 2500 * time.Millisecond, nodeAway: time.Second / 2, mongoAway: 1500 * time.Millisecond,
		patience: 15 * time.Second,
	}
	full = size{
		clients: 100, people: 80, albums: 40, each: 5, movers: 10, writers: 64, rate: 500,
		rounds: 2, kills: 30, killEvery: 2 * time.Second, moveEvery: 200 * time.Millisecond, between: 4 * time.Second,
		redisAway: 3 * time.Second, holed: 6 * time.Second, nodeAway: 2 * time.Second, mongoAway: 5 * time.Second,
		patience: time.Minute,
	}
	// brief is for runs that have to end badly. Everything else is in order there,
	// so that it is nothing else that makes them.
	brief = size{
		clients: 18, people: 4, albums: 6, each: 4, movers: 3, writers: 12, rate: 60,
		kills: 4, killEvery: time.Second, moveEvery: 150 * time.Millisecond, between: time.Second,
		patience: 8 * time.Second, // more than a hub takes until it has verified everything
	}
)

// Whatever goes wrong, every client is given what it may see, once and in order,
// and nothing else.
func TestChaos(t *testing.T) {
	of := small
	if *fullSize {
		of = full
	}
	if *askRate > 0 {
		of.rate = *askRate
	}
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if f := run(t, program, of); len(f) > 0 {
		t.Error(f.summary())
	}
}

// Each safeguard is needed: with one off, clients lose events or are given what
// they may not see, and the oracle finds it.
func TestChaosWithoutSafeguards(t *testing.T) {
	program, err := launch.Build(t.Context(), t.TempDir(), "-tags", "faults")
	if err != nil {
		t.Fatal(err)
	}
	for off, want := range map[string]string{"verify": lost, "repair": lost, "revoke": leaked} {
		t.Run(off, func(t *testing.T) {
			t.Parallel()
			f := run(t, program, brief, "FAULTS_OFF="+off)
			if f.count()[want] == 0 {
				t.Errorf("nothing was found to be %s", want)
			}
			t.Log(f.summary())
		})
	}
}

// story is one run.
type story struct {
	t         *testing.T
	began     time.Time
	ctx       context.Context
	size      size
	seed      uint64
	http      *http.Client
	cluster   *cluster.Cluster
	clientLog *log.Logger // of how sockets and subscriptions ended

	owner          *person
	movers, people []*person
	places         []*place
	viewers        []*viewer
	straws         []*straw // for the slow client, one to each node
	records        *records
	liked          map[seat]bool // guarded by the records' lock

	calm              chan struct{} // closed when nobody hops or is slow any more
	acked, unanswered atomic.Int64  // comments and likes
	moved             atomic.Int64  // acknowledged removals and returns
	hops, returns     atomic.Int64  // of clients
	kills             atomic.Int64  // pub/sub connections that were killed
	freed             atomic.Int64  // how often all sessions of the database were killed, twice; odd while they are
}

// run tells the story once and returns what the oracle finds.
func run(t *testing.T, program string, of size, settings ...string) faults {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	seed := *runSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", seed)
	nodeLog, clientLog := keep(t, "nodes.log"), keep(t, "clients.log")
	s := &story{
		t: t, began: time.Now(), ctx: ctx, size: of, seed: seed,
		http:      &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: of.writers + of.clients}},
		cluster:   cluster.StartLinked(ctx, t, program, nodes, &logs{file: nodeLog, show: t.Output()}, settings...),
		clientLog: log.New(clientLog, "", log.Ltime|log.Lmicroseconds|log.LUTC),
		records:   newRecords(), liked: map[seat]bool{}, calm: make(chan struct{}),
	}
	defer s.http.CloseIdleConnections()
	for _, step := range []func() error{s.settle, s.cast, s.play, s.drain, s.collect} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	found := audit(s.records)
	if len(found) > 0 {
		s.records.dump(keep(t, "records"))
	}
	return found
}

// keep opens a file that -artifacts keeps.
func keep(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.ArtifactDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // what is in it is for people
	return file
}

// tell logs what happened, and when.
func (s *story) tell(format string, args ...any) {
	s.t.Helper()
	s.t.Logf("%6.2f s: %s", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
}

// random is a source of chance of its own for each use.
func (s *story) random(use, number int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(use)<<32|uint64(number)))
}

// The uses of chance.
const (
	ofAlbums = iota
	ofViewers
	ofWriters
	ofMoves
	ofTroubles
	ofKills
)

// logs keeps what the nodes log, and shows what is no line of a log: a panic, or
// a race.
type logs struct {
	mu         sync.Mutex
	file, show io.Writer
	torn       bool // the last line goes on in what comes next
}

// Write implements io.Writer.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(p) {
		if !l.torn && !bytes.Contains(line, []byte(" level=")) {
			_, _ = l.show.Write(line)
		}
		l.torn = !bytes.HasSuffix(line, []byte("\n"))
	}
	return l.file.Write(p)
}
