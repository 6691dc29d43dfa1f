package cluster

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	Redis    *redisserver.Server
	Bucket   *gcsserver.Server
}

// Start runs count nodes of the program and returns when all are ready. All ends
// with the test, or when ctx ends; what the nodes log is in the test's output.
// More settings are NAME=value.
func Start(ctx context.Context, t testing.TB, program string, count int, settings ...string) *Cluster {
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
	var err error
	c.Redis, err = redisserver.Start()
	must(err)
	end("Redis", c.Redis.Close)
	c.Bucket, err = gcsserver.Start(gcsserver.Options{})
	must(err)
	end("the bucket", c.Bucket.Close)

	addrs := make([]string, count)
	for i := range addrs {
		addrs[i], err = freeAddr()
		must(err)
	}
	c.Balancer, err = NewBalancer(addrs)
	must(err)
	end("the balancer", c.Balancer.Close)

	shared := append([]string{
		"MONGODB_URI=" + withDatabase(c.Mongo.URI, c.Mongo.NewDatabase(t)),
		"REDIS_URL=" + c.Redis.URL(),
		"GCS_BUCKET=" + c.Bucket.Bucket, "GCS_ENDPOINT=" + c.Bucket.URL,
		"GCS_HMAC_ID=" + c.Bucket.AccessID, "GCS_HMAC_SECRET=" + c.Bucket.Secret,
		"KEEPSAKE_SECRET=" + hex.EncodeToString([]byte(rand.Text() + rand.Text())[:32]),
		"KEEPSAKE_PUBLIC_URL=" + c.Balancer.URL,
	}, settings...)
	for i, addr := range addrs {
		n := &Node{
			URL: "http://" + addr, addr: addr, program: program, logs: t.Output(),
			Data: filepath.Join(t.TempDir(), fmt.Sprint("node-", i)),
			env:  append(shared[:len(shared):len(shared)], "KEEPSAKE_LISTEN="+addr),
		}
		c.Nodes = append(c.Nodes, n)
		must(n.Start(ctx))
		end(addr, n.Kill)
	}
	must(c.Await(ctx, count))
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
