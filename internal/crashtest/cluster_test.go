package crashtest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/cluster"
	"keepsake/internal/launch"
)

const (
	nodes = 3
	// phaseAcks is how much is acknowledged before something is broken, while it
	// is, and after it was mended.
	phaseAcks = 50
	// comeBack is how often a subscriber tries to come back.
	comeBack = 20 * time.Millisecond
)

// trouble is something that goes wrong and is mended.
type trouble struct {
	name       string
	make, mend func() error
	costs      bool // requests that are under way may fail
}

// A cluster that loses nodes, and its Redis, loses nothing that it acknowledged,
// and goes on meanwhile. Writers call through the balancer, and so all nodes; one
// subscriber stays with each node, and two come back through the balancer.
func TestClusterLosesNothing(t *testing.T) {
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTimeout)
	defer cancel()
	c := cluster.Start(ctx, t, program, nodes)
	s := &story{t: t, ctx: ctx, url: c.Balancer.URL, ledger: newLedger()}
	s.settle()
	leave := s.watchEverywhere(c)
	defer leave()

	w := s.writers()
	var costs atomic.Bool
	var failed atomic.Int64
	w.done = make(chan struct{})
	w.goOn = func(err error) bool {
		failed.Add(1)
		return costs.Load() && isOutage(err)
	}
	writing := w.run(ctx, 0)
	s.awaitAcks(w)
	for _, tr := range []trouble{
		{"Redis is killed", c.Redis.Kill, c.Redis.Restart, false},
		{"a node is drained", func() error { return s.stop(c.Nodes[1]) }, func() error { return c.Nodes[1].Start(ctx) }, true},
		{"a node is killed", func() error { return kill(ctx, c, 0) }, func() error { return c.Nodes[0].Start(ctx) }, true},
		{"another node is killed", func() error { return kill(ctx, c, 2) }, func() error { return c.Nodes[2].Start(ctx) }, true},
	} {
		costs.Store(tr.costs)
		s.must(tr.make())
		s.awaitAcks(w)
		s.must(tr.mend())
		s.must(c.Await(ctx, nodes))
		s.awaitAcks(w)
		t.Logf("%s: %d acknowledged, %d failed", tr.name, s.ledger.acknowledged(), failed.Swap(0))
	}
	close(w.done)
	writing.Wait()
	s.finishUploads()
	s.audit()
	leave()
	for _, n := range c.Nodes {
		if err := s.stop(n); err != nil { // with the race detector a race shows here
			t.Error(err)
		}
	}
}

// kill kills a node, and frees the albums that it was changing: by itself the
// database would do that after a minute, which takes too long here.
func kill(ctx context.Context, c *cluster.Cluster, node int) error {
	return errors.Join(c.Nodes[node].Kill(), c.Mongo.KillSessions(ctx))
}

// isOutage reports whether an error is what a node's end means to who calls: no
// answer, or that there will be one elsewhere.
func isOutage(err error) bool {
	status := client.Status(err)
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || client.Code(err) == "UNAVAILABLE"
}

// awaitAcks waits until so much more was acknowledged.
func (s *story) awaitAcks(w *writers) {
	s.t.Helper()
	for goal := s.ledger.acknowledged() + phaseAcks; s.ledger.acknowledged() < goal; {
		select {
		case <-w.changed:
		case <-s.ctx.Done():
			s.t.Fatalf("%d things were acknowledged, want %d: %v", s.ledger.acknowledged(), goal, s.ctx.Err())
		}
	}
}

func (s *story) stop(n *cluster.Node) error {
	limit, cancel := context.WithTimeout(s.ctx, stopTimeout)
	defer cancel()
	return n.Drain(limit)
}

// watchEverywhere starts the subscribers. The returned function ends them, and
// may be called twice.
func (s *story) watchEverywhere(c *cluster.Cluster) (leave func()) {
	at := []string{c.Balancer.URL, c.Balancer.URL}
	for _, n := range c.Nodes {
		at = append(at, n.URL)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	var watching sync.WaitGroup
	for _, base := range at {
		w := s.newWatcher()
		watching.Go(func() { w.stay(ctx, s.t, base) })
	}
	return func() { cancel(); watching.Wait() }
}

// stay watches at one URL until ctx ends: whenever the socket ends it comes back
// with the last cursor.
func (s *subscriber) stay(ctx context.Context, t *testing.T, base string) {
	tick := time.NewTicker(comeBack)
	defer tick.Stop()
	for ctx.Err() == nil {
		err := s.follow(ctx, base)
		if code := client.Code(err); code != "" && code != "UNAVAILABLE" {
			t.Errorf("the subscriber at %s was refused: %v", base, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}
