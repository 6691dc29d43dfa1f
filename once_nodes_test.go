package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/internal/testenv/mongoserver"
	"keepsake/internal/testenv/redisserver"
	"keepsake/store"
)

// TestOnceAcrossNodes: nodes on one database do a mutation once, at the same
// time and after one of them died before its answer.
func TestOnceAcrossNodes(t *testing.T) {
	t.Parallel()
	mongo := mongoserver.Start(t)
	redis, err := redisserver.Start()
	must(t, err)
	t.Cleanup(func() { must(t, redis.Close()) })
	env := []string{
		"MONGODB_URI=" + strings.Replace(mongo.URI, "/?", "/"+mongo.NewDatabase(t)+"?", 1), "MONGODB_TIMEOUT=1m",
		"REDIS_URL=" + redis.URL(), "KEEPSAKE_REQUEST_TIMEOUT=2m", "KEEPSAKE_SECRET=" + strings.Repeat("5a", 32),
	}
	one := startServer(t, setup{idle: true, env: env})
	two := startServer(t, setup{idle: true, env: env})
	late := startServer(t, setup{idle: true, env: env, options: options{now: func() time.Time { return time.Now().Add(time.Minute) }}})
	dying := startServer(t, setup{idle: true, env: env, options: options{store: func(s store.Store) store.Store { return forgetful{s} }}})
	mei := one.user(t, "mei")

	same := func(key string, calls int, nodes ...*server) {
		t.Helper()
		bodies := make([]string, calls)
		var all sync.WaitGroup
		for i := range calls {
			all.Go(func() { bodies[i] = nodes[i%len(nodes)].want(t, mei.token, makeAlbum, "k", key, "t", key).body })
		}
		all.Wait()
		for i, body := range bodies {
			if body != bodies[0] {
				t.Errorf("%s: call %d gave %s, the first %s", key, i, body, bodies[0])
			}
		}
	}
	lost := dying.want(t, mei.token, makeAlbum, "k", "lost", "t", "lost")
	// To the node whose clock is ahead the lease is over.
	if again := late.want(t, mei.token, makeAlbum, "k", "lost", "t", "lost"); again.body != lost.body {
		t.Errorf("first %s\nthen  %s", lost.body, again.body)
	}
	same("lost", 2, one, two)
	for _, key := range []string{"1", "2", "3", "4"} {
		same(key, 16, one, two)
		same(key, 2, late, dying)
	}
	if n := one.albums(t, mei); n != 5 {
		t.Errorf("%d albums, want 5", n)
	}
}
