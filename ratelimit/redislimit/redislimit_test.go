package redislimit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/internal/testenv/redisserver"
	"keepsake/ratelimit"
	"keepsake/ratelimit/limittest"
	"keepsake/ratelimit/memlimit"
	"keepsake/ratelimit/redislimit"
)

// patience is how long Redis may take, on a machine that is busy.
const patience = 20 * time.Second

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func closeLater(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func startServer(t testing.TB, args ...string) *redisserver.Server {
	t.Helper()
	s, err := redisserver.Start(args...)
	must(t, err)
	closeLater(t, s)
	return s
}

func open(t testing.TB, o redislimit.Options) *redislimit.Limiter {
	t.Helper()
	if o.Local == nil {
		o.Local = memlimit.New(memlimit.Options{})
	}
	l, err := redislimit.New(o)
	must(t, err)
	closeLater(t, l)
	return l
}

// pass lets time pass for all keys of a server: their numbers go back by as much.
func pass(t *testing.T, s *redisserver.Server, d time.Duration) {
	keys, err := s.Do("KEYS", "*").StringSlice()
	must(t, err)
	for _, key := range keys {
		number, err := s.Do("GET", key).Int64()
		must(t, err, s.Do("SET", key, strconv.FormatInt(number-d.Microseconds(), 10), "KEEPTTL").Err())
	}
}

func TestContract(t *testing.T) {
	s := startServer(t)
	limittest.Run(t, func(t *testing.T) limittest.World {
		must(t, s.Do("FLUSHALL").Err())
		l := open(t, redislimit.Options{URL: "redis://" + s.Addr, Timeout: patience})
		t.Cleanup(func() {
			if l.FailedOpen() != 0 {
				t.Errorf("%d were not decided by Redis", l.FailedOpen())
			}
		})
		return limittest.World{Limiter: l, Pass: func(d time.Duration) { pass(t, s, d) }}
	})
}

// The nodes of a cluster of Keepsake share a limit, on each kind of Redis.
func TestNodesShare(t *testing.T) {
	cluster, err := redisserver.StartCluster(3)
	must(t, err)
	closeLater(t, cluster)
	watched, err := redisserver.StartWatched()
	must(t, err)
	closeLater(t, watched)
	for name, url := range map[string]string{
		"one": "redis://" + startServer(t).Addr, "cluster": cluster.URL(), "sentinels": watched.URL(),
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, redislimit.Options{URL: url, Timeout: patience})
			b := open(t, redislimit.Options{URL: url, Timeout: patience})
			rate := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 4}
			for i := range 30 { // of all slots
				key := fmt.Sprintf("{key %d}", i)
				for n := range 6 {
					d, err := []*redislimit.Limiter{a, b}[n%2].Allow(t.Context(), key, rate, 1)
					must(t, err)
					if d.Allowed != (n < rate.Burst) {
						t.Fatalf("%s, the %d.: %+v", key, n, d)
					}
				}
			}
			if n := a.FailedOpen() + b.FailedOpen(); n != 0 {
				t.Errorf("%d were not decided by Redis", n)
			}
		})
	}
	for i, node := range cluster.Nodes {
		if n, err := node.Do("DBSIZE").Int(); err != nil || n == 0 {
			t.Errorf("node %d of the cluster has %d keys, %v", i, n, err)
		}
	}
}

// Keys begin with the prefix, tell nothing, and go when they mean nothing; a user
// with no more rights than the comment says can do all of it.
func TestKeys(t *testing.T) {
	s := startServer(t)
	must(t, s.Do("ACL", "SETUSER", "limits", "on", ">pw", "+@connection",
		"+evalsha", "+eval", "+time", "+get", "+set", "+del", "~mine/rate/*").Err())
	l := open(t, redislimit.Options{URL: "redis://limits:pw@" + s.Addr, Prefix: "mine/", Timeout: patience})
	rate := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 4}
	_, err := l.Allow(t.Context(), "address/192.0.2.1", rate, 2)
	must(t, err)
	keys, err := s.Do("KEYS", "*").StringSlice()
	must(t, err)
	if len(keys) != 1 || !strings.HasPrefix(keys[0], "mine/rate/") || strings.Contains(keys[0], "192") || len(keys[0]) > 40 {
		t.Errorf("the keys are %q", keys)
	}
	ttl, err := s.Do("PTTL", keys[0]).Int64()
	must(t, err)
	if most := (2 * rate.Interval()).Milliseconds(); ttl <= 0 || ttl > most {
		t.Errorf("it goes after %d ms, want %d", ttl, most)
	}
	_, err = l.Allow(t.Context(), "address/192.0.2.1", rate, -2)
	must(t, err)
	if n, err := s.Do("DBSIZE").Int(); err != nil || n != 0 {
		t.Errorf("%d keys are left, %v", n, err)
	}
	must(t, s.Do("SCRIPT", "FLUSH").Err()) // as after a restart
	_, err = l.Allow(t.Context(), "a", rate, 1)
	must(t, err)
	if l.FailedOpen() != 0 {
		t.Errorf("%d were not decided by Redis", l.FailedOpen())
	}
}

// While Redis is away, killed or silent, the node limits by itself, and waits for
// Redis no more than once in a while; then Redis decides again.
func TestFailsOpen(t *testing.T) {
	s := startServer(t)
	var logs log
	l := open(t, redislimit.Options{
		URL: "redis://" + s.Addr, Timeout: 300 * time.Millisecond, AskAgain: time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(&logs, nil)),
	})
	rate := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 5}
	for round, trouble := range []struct{ begin, end func() error }{{s.Pause, s.Resume}, {s.Kill, s.Restart}} {
		key := fmt.Sprint("key ", round)
		must(t, trouble.begin())
		before := l.FailedOpen()
		for i := range 7 {
			d, err := l.Allow(t.Context(), key, rate, 1)
			must(t, err)
			if d.Allowed != (i < rate.Burst) {
				t.Errorf("round %d, the %d.: %+v", round, i, d)
			}
		}
		if got := l.FailedOpen() - before; got != 7 {
			t.Errorf("round %d: %d were counted, want 7", round, got)
		}
		must(t, trouble.end())
		for deadline := time.Now().Add(patience); ; {
			before := l.FailedOpen()
			_, err := l.Allow(t.Context(), "other", rate, 0)
			must(t, err)
			if l.FailedOpen() == before {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("Redis is back and not asked")
			}
		}
	}
	if text := logs.String(); strings.Count(text, "level=WARN") < 2 || strings.Count(text, "level=INFO") < 2 {
		t.Errorf("the log: %s", text)
	}
}

// A Redis that does not answer is not asked again before its time.
func TestAwayIsRemembered(t *testing.T) {
	l := open(t, redislimit.Options{URL: "redis://127.0.0.1:1", Timeout: patience, AskAgain: time.Hour})
	rate := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 1000}
	_, err := l.Allow(t.Context(), "a", rate, 1)
	must(t, err)
	if n := testing.AllocsPerRun(100, func() {
		_, err := l.Allow(context.Background(), "a", rate, 1) //nolint:usetesting // t.Context would be counted
		must(t, err)
	}); n > 2 {
		t.Errorf("%v allocations: somebody asks", n)
	}
}

// A caller that is gone is no sign that Redis is.
func TestEndedContext(t *testing.T) {
	s := startServer(t)
	l := open(t, redislimit.Options{URL: "redis://" + s.Addr, Timeout: patience})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Allow(ctx, "a", ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 1}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Allow: %v", err)
	}
	if l.FailedOpen() != 0 {
		t.Error("it failed open")
	}
}

// A key that holds something else does not stop anybody.
func TestForeignValue(t *testing.T) {
	s := startServer(t)
	l := open(t, redislimit.Options{URL: "redis://" + s.Addr, Timeout: patience})
	rate := ratelimit.Rate{Count: 1, Per: time.Hour, Burst: 1}
	_, err := l.Allow(t.Context(), "a", rate, 1)
	must(t, err)
	keys, err := s.Do("KEYS", "*").StringSlice()
	must(t, err, s.Do("SET", keys[0], "no number").Err())
	for _, want := range []bool{true, false} {
		if d, err := l.Allow(t.Context(), "a", rate, 1); err != nil || d.Allowed != want {
			t.Errorf("%+v, %v", d, err)
		}
	}
}

func TestFaultsOfTheURL(t *testing.T) {
	if _, err := redislimit.New(redislimit.Options{URL: "redis://:s3cret@h:x"}); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("New: %v", err)
	}
}

// log is what was logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func BenchmarkAllow(b *testing.B) {
	s := startServer(b)
	l := open(b, redislimit.Options{URL: "redis://" + s.Addr, Timeout: patience})
	rate := ratelimit.Rate{Count: 50, Per: time.Second, Burst: 200}
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			b.SetParallelism(callers)
			b.ReportAllocs()
			each := func(i int) {
				if _, err := l.Allow(b.Context(), fmt.Sprint("user/", i%1000), rate, 1); err != nil {
					b.Fatal(err)
				}
			}
			if callers == 1 {
				for i := 0; b.Loop(); i++ {
					each(i)
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					each(i)
				}
			})
		})
	}
}
