package cluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepsake/internal/launch"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/internal/testenv/redisserver"
)

// readyTimeout is how long nodes may take to be ready.
const readyTimeout = 30 * time.Second

// Cluster is the nodes, what is before them and what they share.
type Cluster struct {
	Balancer *Balancer
	Nodes    []*Node
	Mongo    *mongoserver.Server
	MongoURI string // of the nodes' database, past all proxies
	Redis    *redisserver.Server
	Bucket   *gcsserver.Server
}

// Start runs count nodes of the program and returns when all are ready. All ends
// with the test, or when ctx ends; what the nodes log is in the test's output.
// More settings are NAME=value.
func Start(ctx context.Context, t testing.TB, program string, count int, settings ...string) *Cluster {
	t.Helper()
	return start(ctx, t, program, make([]*Links, count), t.Output(), settings)
}

// StartLinked is Start with proxies before each node, and between each and Redis
// and the database, which has to be one server: Node.Links breaks what they carry.
// What the nodes log goes to logs.
func StartLinked(ctx context.Context, t testing.TB, program string, count int, logs io.Writer, settings ...string) *Cluster {
	t.Helper()
	links := make([]*Links, count)
	for i := range links {
		links[i] = &Links{}
	}
	return start(ctx, t, program, links, logs, settings)
}

// start runs a node for each of links, of which all or none are nil.
func start(ctx context.Context, t testing.TB, program string, links []*Links, logs io.Writer, settings []string) *Cluster {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	end := func(what string, stop func() error) {
		t.Cleanup(func() {
			if err := stop(); err != nil {
				t.Errorf("end %s: %v", what, err)
			}
		})
	}
	c := &Cluster{Mongo: mongoserver.Start(t)}
	c.MongoURI = withDatabase(c.Mongo.URI, c.Mongo.NewDatabase(t))
	var err error
	c.Redis, err = redisserver.Start()
	must(err)
	end("Redis", c.Redis.Close)
	c.Bucket, err = gcsserver.Start(gcsserver.Options{})
	must(err)
	end("the bucket", c.Bucket.Close)

	var fronts []string // where the balancer finds the nodes
	for i, l := range links {
		n := &Node{
			program: program, logs: logs, Links: l,
			Data: filepath.Join(t.TempDir(), fmt.Sprint("node-", i)),
		}
		n.addr, err = launch.FreeAddr()
		must(err)
		front, mongo, redis := n.addr, c.MongoURI, c.Redis.URL()
		if l != nil {
			front, mongo, redis, err = l.start(n.addr, mongo, redis)
			end("the proxies of "+n.addr, l.close)
			must(err)
		}
		n.URL, n.Direct = "http://"+front, "http://"+n.addr
		n.env = []string{"KEEPSAKE_LISTEN=" + n.addr, "MONGODB_URI=" + mongo, "REDIS_URL=" + redis}
		fronts = append(fronts, front)
		c.Nodes = append(c.Nodes, n)
	}
	c.Balancer, err = NewBalancer(fronts)
	must(err)
	end("the balancer", c.Balancer.Close)

	shared := append([]string{
		"GCS_BUCKET=" + c.Bucket.Bucket, "GCS_ENDPOINT=" + c.Bucket.URL,
		"GCS_HMAC_ID=" + c.Bucket.AccessID, "GCS_HMAC_SECRET=" + c.Bucket.Secret,
		"KEEPSAKE_SECRET=" + hex.EncodeToString([]byte(rand.Text() + rand.Text())[:32]),
		"KEEPSAKE_PUBLIC_URL=" + c.Balancer.URL,
	}, settings...)
	for _, n := range c.Nodes {
		n.env = append(n.env, shared...)
		must(n.Start(ctx))
		end(n.addr, n.Kill)
	}
	must(c.Await(ctx, len(links)))
	return c
}

// Await waits until the balancer has as many nodes, for half a minute at most.
func (c *Cluster) Await(ctx context.Context, ready int) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for c.Balancer.Ready() != ready {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d nodes are ready, not %d: %w", c.Balancer.Ready(), ready, ctx.Err())
		}
	}
	return nil
}

// withDatabase puts a database's name into a connection string that names none.
// Its hosts may be many, which is no URL to package url.
func withDatabase(uri, name string) string {
	hosts, settings, _ := strings.Cut(uri, "?")
	return strings.TrimSuffix(hosts, "/") + "/" + name + "?" + settings
}
