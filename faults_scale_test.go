package main

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/internal/testenv/proxy"
	"keepsake/internal/testenv/redisserver"
	"keepsake/store/storetest"
)

// scaled is a server on MongoDB, Redis and GCS, each behind a proxy that can
// break the connection to it.
type scaled struct {
	*server
	mongo, redis, gcs *proxy.Proxy
	redisServer       *redisserver.Server
}

// requestTime is the server's limit of a request in these tests.
const requestTime = 6 * time.Second

func startScaled(t *testing.T) *scaled {
	t.Helper()
	mongo := mongoserver.Start(t)
	redis, err := redisserver.Start()
	must(t, err)
	t.Cleanup(func() { must(t, redis.Close()) })
	gcs, err := gcsserver.Start(gcsserver.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, gcs.Close()) })
	s := &scaled{redisServer: redis}
	between := func(rawURL string) (*proxy.Proxy, *url.URL) {
		u, err := url.Parse(rawURL)
		must(t, err)
		p, err := proxy.Start(u.Host)
		must(t, err)
		t.Cleanup(p.Close)
		u.Host = p.Addr
		return p, u
	}
	var mongoURL, redisURL, gcsURL *url.URL
	s.mongo, mongoURL = between(mongo.URI)
	s.redis, redisURL = between(redis.URL())
	s.gcs, gcsURL = between(gcs.URL)
	// Else the driver goes where the server says it is, past the proxy.
	mongoURL.RawQuery, mongoURL.Path = "directConnection=true", "/"+mongo.NewDatabase(t)
	s.server = startServer(t, setup{env: []string{
		"MONGODB_URI=" + mongoURL.String(), "REDIS_URL=" + redisURL.String(),
		"GCS_BUCKET=" + gcs.Bucket, "GCS_ENDPOINT=" + gcsURL.String(),
		"GCS_HMAC_ID=" + gcs.AccessID, "GCS_HMAC_SECRET=" + gcs.Secret,
		"KEEPSAKE_SECRET=" + strings.Repeat("5a", 32), "KEEPSAKE_REQUEST_TIMEOUT=" + requestTime.String(),
		"KEEPSAKE_LOG_LEVEL=error",
	}})
	return s
}

// TestFaultsAtScale breaks each connection in each way while people comment,
// upload and watch. Every answer comes in time, done or UNAVAILABLE; afterwards
// all goes on without a restart; what was acknowledged is there once, a watcher
// who resumes has each entry once, and nothing is left running.
func TestFaultsAtScale(t *testing.T) {
	t.Parallel()
	s := startScaled(t)
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	crowd := newCrowd(t, s, w)
	crowd.progress(t)
	before := runtime.NumGoroutine()

	links := map[string]*proxy.Proxy{"MongoDB": s.mongo, "Redis": s.redis, "GCS": s.gcs}
	faults := map[string]func(p *proxy.Proxy) error{
		"cut": (*proxy.Proxy).Cut, "half-open": (*proxy.Proxy).Hang, "reset": (*proxy.Proxy).Reset,
		"slow": func(p *proxy.Proxy) error { return p.Delay(100 * time.Millisecond) },
	}
	for link, p := range links {
		for name, fault := range faults {
			refused := crowd.refusals()
			must(t, fault(p))
			// As long as it takes that somebody notices, or for what nobody notices a while.
			crowd.answers(t, 20)
			must(t, p.Heal())
			crowd.progress(t)
			if link == "Redis" && crowd.refusals() > refused {
				t.Errorf("Redis %s: requests were refused, though only messages are late", name)
			}
		}
	}
	// Redis killed and started again, empty.
	must(t, s.redisServer.Kill())
	crowd.answers(t, 10)
	if status, text := fetch(t, "GET", s.url+"/readyz", nil); status != 200 || !strings.Contains(string(text), "messages: does not answer") {
		t.Errorf("readyz without Redis: %d %s", status, text)
	}
	must(t, s.redisServer.Restart())
	crowd.progress(t)
	must(t, s.mongo.Cut())
	eventually(t, "not ready without a database", func() bool {
		status, _ := fetch(t, "GET", s.url+"/readyz", nil)
		return status == 503
	})
	must(t, s.mongo.Heal())
	eventually(t, "ready again", func() bool {
		status, _ := fetch(t, "GET", s.url+"/readyz", nil)
		return status == 200
	})
	eventually(t, "goroutines that a fault left end", func() bool { return runtime.NumGoroutine() < before+40 })

	crowd.check(t)
}

// crowd is people who comment, upload and watch in one album.
type crowd struct {
	s    *scaled
	w    *world
	stop context.CancelFunc
	done sync.WaitGroup

	mu       sync.Mutex
	answered int      // requests, whatever the answer
	comments []string // acknowledged
	photos   []string // published
	refused  int
	seen     []int64 // the entries that the watcher got
}

func newCrowd(t *testing.T, s *scaled, w *world) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{s: s, w: w, stop: stop}
	after := w.head(t)
	for i := range 4 {
		c.done.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				c.comment(t, roles[i], fmt.Sprintf("%d of %s", n, roles[i]))
			}
		})
	}
	c.done.Go(func() {
		for ctx.Err() == nil {
			c.upload(t)
		}
	})
	c.done.Go(func() { c.watch(ctx, t, after) })
	t.Cleanup(func() { stop(); c.done.Wait() })
	return c
}

// ask asks, and sees that the answer comes in time and is one that may be.
func (c *crowd) ask(t *testing.T, token, document string, variables ...any) (answer, bool) {
	start := time.Now()
	a := c.s.ask(t, token, document, variables...)
	if took := time.Since(start); took > requestTime+5*time.Second {
		t.Errorf("an answer took %v", took)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered++
	switch a.code() {
	case "":
		return a, true
	case string(album.CodeUnavailable):
		c.refused++
	case string(album.CodeUploadIncomplete): // the bytes did not get through
	default:
		t.Errorf("%s\ngave %s", document, a.body)
	}
	return a, false
}

func (c *crowd) comment(t *testing.T, role, text string) {
	if a, ok := c.ask(t, c.w.people[role].token, addOne, "m", c.w.get("photo"), "t", text); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.comments = append(c.comments, a.str("addComment.comment.id"))
	}
}

// upload sends one photo. What gets stuck on the way is given up.
func (c *crowd) upload(t *testing.T) {
	token := c.w.people["contributor"].token
	body := photo(t, 24, 16)
	a, ok := c.ask(t, token, createUploads, "id", c.w.get("album"), "type", "image/jpeg", "bytes", len(body), "sum", nil, "method", "PUT")
	if !ok || !sendTicket(t, a, body) {
		return
	}
	id := a.str("createUploads.tickets.0.media.id")
	if _, ok := c.ask(t, token, finalize, "id", id); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.photos = append(c.photos, id)
	}
}

// watch follows the album, and resumes by its cursor whenever its stream ends.
func (c *crowd) watch(ctx context.Context, t *testing.T, cursor string) {
	for ctx.Err() == nil {
		socket, err := c.s.tryDial(ctx, c.w.people["owner"].token)
		if err != nil {
			continue
		}
		sub := socket.start(t, watchAlbum, "id", c.w.get("album"), "after", cursor)
		for going := true; going; {
			select {
			case m := <-sub.messages:
				a, ended := m.answer(t)
				event := a.at("albumEvents")
				if going = !ended && event != nil; going { // one that could not be shown comes again
					cursor = dig(event, "cursor").(string)
					c.saw(c.w.seqOf(t, event))
				}
			case <-socket.done:
				going = false
			case <-ctx.Done():
				going = false
			}
		}
		socket.close()
	}
}

func (c *crowd) saw(seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, seq)
}

// answers waits for that many answers.
func (c *crowd) answers(t *testing.T, n int) {
	t.Helper()
	read := func() int { c.mu.Lock(); defer c.mu.Unlock(); return c.answered }
	until := read() + n
	eventually(t, "answers", func() bool { return read() >= until })
}

// progress waits until comments and uploads are done again, and watched.
func (c *crowd) progress(t *testing.T) {
	t.Helper()
	read := func() [3]int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return [3]int{len(c.comments), len(c.photos), len(c.seen)}
	}
	was := read()
	eventually(t, "progress after a fault", func() bool {
		now := read()
		return now[0] >= was[0]+5 && now[1] > was[1] && now[2] >= was[2]+5
	})
}

func (c *crowd) refusals() int { c.mu.Lock(); defer c.mu.Unlock(); return c.refused }

// check ends the crowd and compares what it was told with what is there.
func (c *crowd) check(t *testing.T) {
	t.Helper()
	id := c.w.albumID("album")
	heads, err := c.s.store.Heads(t.Context(), []album.AlbumID{id})
	must(t, err)
	eventually(t, "the watcher sees it all", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.seen) > 0 && c.seen[len(c.seen)-1] >= heads[id]
	})
	c.stop()
	c.done.Wait()
	for _, id := range c.photos { // some may be PROCESSING still
		eventually(t, id+" is READY", func() bool {
			m, err := c.s.store.Media(t.Context(), album.MediaID(id))
			return err == nil && m.Status == album.Ready
		})
	}
	for i, seq := range c.seen {
		if i > 0 && seq != c.seen[i-1]+1 {
			t.Errorf("the watcher got entry %d after %d", seq, c.seen[i-1])
		}
	}
	log := map[string]int{}
	for _, e := range storetest.CheckLog(t, c.s.store, id) {
		switch e.Kind {
		case album.CommentAdded:
			log[string(e.CommentID)]++
		case album.MediaAdded:
			log[string(e.MediaID)]++
		}
	}
	for _, there := range slices.Concat(c.comments, c.photos) {
		if log[there] != 1 {
			t.Errorf("%s was acknowledged, and is %d times in the log", there, log[there])
		}
	}
	t.Logf("%d answers, %d of them UNAVAILABLE; %d comments, %d photos", c.answered, c.refused, len(c.comments), len(c.photos))
	storetest.CheckAlbum(t, c.s.store, id)
}
