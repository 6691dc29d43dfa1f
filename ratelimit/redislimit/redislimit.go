// Package redislimit is the rate limiter of several nodes: the counts are in
// Redis, by its own clock. What Redis does not answer in time is decided by
// another limiter, in the node's own memory: a limiter must not be what takes the
// service down.
//
// One script decides, in one round trip. That is the whole of GCRA, so there is
// no library here: redis_rate, which does the same, begins every key with "rate:",
// outside the prefix that a Redis user may be confined to, does not give back the
// last that was taken, and has not been released since 2023.
package redislimit

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"keepsake/internal/redisconn"
	"keepsake/ratelimit"
)

// Options are the settings of a limiter. URL and Local are required.
type Options struct {
	// URL says where Redis is, as package redisconn reads it.
	URL string
	// Prefix begins the name of every key, so that several installations can share
	// a server. Default "keepsake/". The user needs +evalsha +eval +time +get +set
	// +del on ~PREFIXrate/*.
	Prefix string
	// Local decides where Redis does not answer.
	Local ratelimit.Limiter
	// Timeout is how long Redis may take for an answer. Default 100 ms.
	Timeout time.Duration
	// AskAgain is how long Redis is not asked after it has failed to answer; then
	// one call finds out whether it does. Default 1 s.
	AskAgain time.Duration
	// Logger is told when Redis no longer answers, and when it does again. Default:
	// none.
	Logger *slog.Logger
}

//go:embed gcra.lua
var source string

// Limiter implements ratelimit.Limiter.
type Limiter struct {
	opt    Options
	client redis.UniversalClient
	script *redis.Script

	begun      time.Time
	away       atomic.Bool
	askAt      atomic.Int64 // when Redis is to be asked again, in time since begun
	failedOpen atomic.Int64
}

var _ ratelimit.Limiter = (*Limiter)(nil)

// New returns a limiter. Nothing is connected yet. The error says what is wrong
// with the URL, without a password.
func New(o Options) (*Limiter, error) {
	target, err := redisconn.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Prefix == "" {
		o.Prefix = "keepsake/"
	}
	if o.Timeout <= 0 {
		o.Timeout = 100 * time.Millisecond
	}
	if o.AskAgain <= 0 {
		o.AskAgain = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	client, err := target.Open("keepsake-limits", o.Timeout)
	if err != nil {
		return nil, err
	}
	return &Limiter{opt: o, client: client, script: redis.NewScript(source), begun: time.Now()}, nil
}

// Close ends the connections.
func (l *Limiter) Close() error { return l.client.Close() }

// FailedOpen is how many decisions were the local limiter's, since Redis did not
// answer.
func (l *Limiter) FailedOpen() int64 { return l.failedOpen.Load() }

// Allow implements ratelimit.Limiter.
func (l *Limiter) Allow(ctx context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Decision, error) {
	if err := r.Check(cost); err != nil {
		return ratelimit.Decision{}, err
	}
	if l.mayAsk() {
		d, err := l.ask(ctx, key, r, cost)
		switch {
		case err == nil:
			l.answered()
			return d, nil
		case ctx.Err() != nil: // which says nothing about Redis
			return ratelimit.Decision{}, context.Cause(ctx)
		}
		l.failed(ctx, err)
	}
	l.failedOpen.Add(1)
	return l.opt.Local.Allow(ctx, key, r, cost)
}

// errAnswer says that the script answered something else than it should.
var errAnswer = errors.New("an answer of another shape")

func (l *Limiter) ask(ctx context.Context, key string, r ratelimit.Rate, cost int) (ratelimit.Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, l.opt.Timeout)
	defer cancel()
	answer, err := l.script.Run(ctx, l.client, []string{l.name(key)},
		r.Interval().Microseconds(), r.Full().Microseconds(), cost).Int64Slice()
	if err != nil {
		return ratelimit.Decision{}, fmt.Errorf("ask Redis: %w", err)
	}
	const parts = 3
	if len(answer) != parts {
		return ratelimit.Decision{}, errAnswer
	}
	return ratelimit.Decision{
		Allowed: answer[0] == 1, RetryAfter: time.Duration(answer[1]) * time.Microsecond, Remaining: int(answer[2]),
	}, nil
}

// name is the name of a key in Redis: a hash, which is short whatever the key is,
// has no braces that would bring many keys to one server of a cluster, and tells
// nobody who looks into Redis an address or a name.
func (l *Limiter) name(key string) string {
	const enough = 16 // bytes, that nobody makes two keys of one name
	sum := sha256.Sum256([]byte(key))
	return l.opt.Prefix + "rate/" + base64.RawURLEncoding.EncodeToString(sum[:enough])
}

// mayAsk reports whether Redis is to be asked: while it is away, by one call every
// AskAgain.
func (l *Limiter) mayAsk() bool {
	if !l.away.Load() {
		return true
	}
	now, at := time.Since(l.begun), l.askAt.Load()
	return int64(now) >= at && l.askAt.CompareAndSwap(at, int64(now+l.opt.AskAgain))
}

func (l *Limiter) answered() {
	if l.away.Load() && l.away.Swap(false) {
		l.opt.Logger.Info("redislimit: limits are counted in Redis again")
	}
}

func (l *Limiter) failed(ctx context.Context, err error) {
	l.askAt.Store(int64(time.Since(l.begun) + l.opt.AskAgain))
	if !l.away.Swap(true) {
		l.opt.Logger.WarnContext(ctx, "redislimit: Redis does not answer, this node limits by itself", "error", err)
	}
}
