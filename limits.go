package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/internal/intake"
	"keepsake/ratelimit"
	"keepsake/ratelimit/leaselimit"
	"keepsake/ratelimit/memlimit"
	"keepsake/ratelimit/redislimit"
	"keepsake/resolvers"
	"keepsake/service"
)

const (
	// burst is for how many seconds' worth of requests may come at once.
	burst = 4
	// tryWindow, signUpWindow and archiveWindow are the times that the settings of
	// tries are for.
	tryWindow, signUpWindow, archiveWindow = 15 * time.Minute, time.Hour, time.Minute
	// everywhere is how many times as many tries at one subject all addresses have
	// together: one guesser alone must not lock out who knows the password.
	everywhere = 10
	// sharing is how many times as many requests at once an address has as a user.
	sharing = 8
	// sizeUnit is how many bytes of a large body count as a request more.
	sizeUnit = 16 << 10
	// whileBusy is when to come back who has too many requests at once.
	whileBusy = time.Second
	// prefixIPv6 is how much of an IPv6 address one client holds.
	prefixIPv6 = 64
)

// limits slows down clients: requests by address and user, and tries apart.
type limits struct {
	cfg     config.Config
	by      ratelimit.Limiter
	often   ratelimit.Limiter   // by, for what is counted with each request
	memory  *memlimit.Limiter   // by, or what redis falls back to
	redis   *redislimit.Limiter // by, or nil
	ofOne   memlimit.Running    // requests and operations of users, and of addresses without one
	ofAll   memlimit.Running    // those of addresses, whoever sent them
	refused [kinds]atomic.Int64
}

// kind is what was refused, for the metrics.
type kind int

const (
	kindAddress kind = iota
	kindUser
	kindConcurrent
	kindMedia
	kindTry // kindTry+service.Try
	kinds   = kindTry + 4
)

var kindNames = [kinds]string{"address", "user", "concurrent", "media", "sign_in", "share_password", "sign_up", "archive"}

var _ interface {
	service.Limits
	io.Closer
} = (*limits)(nil)

// openLimits counts in Redis where it is configured, and otherwise, or when that
// does not answer, in this process.
func openLimits(cfg config.Config, now func() time.Time, logger *slog.Logger) (*limits, error) {
	memory := memlimit.New(memlimit.Options{Now: now})
	l := &limits{cfg: cfg, by: memory, often: memory, memory: memory}
	if cfg.Backends.RedisURL == "" {
		return l, nil
	}
	var err error
	l.redis, err = redislimit.New(redislimit.Options{
		URL: string(cfg.Backends.RedisURL), Prefix: cfg.Backends.RedisPrefix, Local: memory, Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	l.by = l.redis
	if l.often, err = leaselimit.New(l.redis, 0); err != nil {
		return nil, errors.Join(err, l.redis.Close())
	}
	return l, nil
}

// Close implements io.Closer.
func (l *limits) Close() error {
	if l.redis == nil {
		return nil
	}
	return l.redis.Close()
}

// network is how an address is told apart from others: by the network that one
// client has of IPv6. It is "" for what has no limit: loopback, where the programs
// of this machine are, and connections without an address.
func network(addr netip.Addr) string {
	if !addr.IsValid() || addr.IsLoopback() {
		return ""
	}
	if addr.Is6() {
		if prefix, err := addr.Prefix(prefixIPv6); err == nil {
			addr = prefix.Addr()
		}
	}
	return addr.String()
}

// take counts n of a key at so many in a time, with a burst; RATE_LIMITED where there
// is none left. Without a limit or a name nothing is counted.
func (l *limits) take(ctx context.Context, of kind, name string, r ratelimit.Rate, n int) error {
	if r.Count == 0 || name == "" {
		return nil
	}
	by := l.by
	switch of {
	case kindAddress, kindUser:
		by = l.often
	case kindMedia: // a picture from the disk costs hardly more than it takes to ask Redis
		by = l.memory
	}
	d, err := by.Allow(ctx, key(of, name), r, n)
	switch {
	case err != nil:
		return album.ErrUnavailable.Wrap(err)
	case !d.Allowed:
		l.refused[of].Add(1)
		return album.RateLimited(d.RetryAfter)
	}
	return nil
}

func key(of kind, name string) string { return kindNames[of] + "/" + name }

func perSecond(n int) ratelimit.Rate {
	return ratelimit.Rate{Count: n, Per: time.Second, Burst: burst * n}
}

// address counts a request of an address, and spreads its bursts.
func (l *limits) address(ctx context.Context, addr netip.Addr) error {
	name := network(addr)
	if err := l.take(ctx, kindAddress, name, perSecond(l.cfg.RateAddress), 1); err != nil {
		return held(ctx, err)
	}
	return l.spread(ctx, name)
}

// size counts a body of more than intake.Small as several requests of its address: what
// it costs to read is by its size.
func (l *limits) size(ctx context.Context, addr netip.Addr, bytes int64) error {
	if bytes <= intake.Small {
		return nil
	}
	r := perSecond(l.cfg.RateAddress)
	more := int(bytes-intake.Small)/sizeUnit + 1
	return l.take(ctx, kindAddress, network(addr), r, min(more, r.Burst))
}

// media counts a request of an address to /media, on this node alone.
func (l *limits) media(ctx context.Context, addr netip.Addr) error {
	return held(ctx, l.take(ctx, kindMedia, network(addr), perSecond(l.cfg.RateMedia), 1))
}

// user counts a request of who is signed in. Others count by their address alone.
func (l *limits) user(ctx context.Context, v album.Identified) error {
	return held(ctx, l.take(ctx, kindUser, string(v.UserID), perSecond(l.cfg.RateUser), 1))
}

// begin counts one more request that runs, of a user or an address.
func (l *limits) begin(running *memlimit.Running, name string, most int) (end func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	end, ok := running.Begin(name, most)
	if !ok {
		l.refused[kindConcurrent].Add(1)
		return nil, album.RateLimited(whileBusy)
	}
	return end, nil
}

// beginOfAll is begin for all who share an address.
func (l *limits) beginOfAll(addr netip.Addr) (end func(), err error) {
	return l.begin(&l.ofAll, network(addr), sharing*l.cfg.MaxConcurrent)
}

// beginOfOne is begin for a user, or for an address without one.
func (l *limits) beginOfOne(ctx context.Context, v album.Identified) (end func(), err error) {
	name := string(v.UserID)
	if !v.SignedIn() {
		name = network(auth.ClientOf(ctx))
	}
	return l.begin(&l.ofOne, name, l.cfg.MaxConcurrent)
}

// allowance is what somebody has of tries.
type allowance struct {
	name string
	rate ratelimit.Rate
}

// Take implements service.Limits.
func (l *limits) Take(ctx context.Context, try service.Try, subject string) (giveBack func(), err error) {
	of, all := kindTry+kind(try), l.allowances(try, subject, network(auth.ClientOf(ctx)))
	for i, each := range all {
		if err := l.take(ctx, of, each.name, each.rate, 1); err != nil {
			l.giveBack(ctx, of, all[:i])
			return nil, err
		}
	}
	return func() { l.giveBack(ctx, of, all) }, nil
}

// allowances are what a try takes from, each of which must have some left. No
// subject has a slash in it.
func (l *limits) allowances(try service.Try, subject, from string) (all []allowance) {
	in := func(n int, window time.Duration) ratelimit.Rate {
		return ratelimit.Rate{Count: n, Per: window, Burst: n}
	}
	tries, window := 0, tryWindow
	switch try {
	case service.TrySignUp:
		all = append(all, allowance{from, in(l.cfg.SignUpAddress, signUpWindow)})
	case service.TrySignIn:
		tries = l.cfg.SignInTries
		all = append(all, allowance{from, in(l.cfg.SignInAddress, tryWindow)})
	case service.TrySharePassword:
		tries = l.cfg.ShareTries
	case service.TryArchive:
		tries, window = l.cfg.ArchiveRate, archiveWindow
		all = append(all, allowance{from, in(l.cfg.ArchiveAddress, window)})
	}
	if subject != "" {
		all = append(all,
			allowance{subject + "/" + from, in(tries, window)},
			allowance{subject + "/everywhere", in(everywhere*tries, window)})
	}
	return all
}

// giveBack makes what was taken untaken. What cannot be given back just now comes
// back by itself.
func (l *limits) giveBack(ctx context.Context, of kind, all []allowance) {
	for _, each := range all {
		if each.rate.Count > 0 && each.name != "" {
			_, _ = l.by.Allow(context.WithoutCancel(ctx), key(of, each.name), each.rate, -1)
		}
	}
}

// limited counts requests by their address, and puts it into their context.
func (a *app) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr := a.clientAddr(r)
		ctx := auth.WithClient(r.Context(), addr)
		if err := a.limits.address(ctx, addr); err != nil {
			a.refuseErr(w, r, err)
			return
		}
		if r.Header.Get("Upgrade") == "" && !wantsEvents(r) { // those have limits of their own, and stay
			end, err := a.limits.beginOfAll(addr)
			if err != nil {
				a.refuseErr(w, r, err)
				return
			}
			defer end()
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// admitMedia counts requests to /media by their address.
func (a *app) admitMedia(r *http.Request) error { return a.limits.media(r.Context(), a.clientAddr(r)) }

// limitedViewer counts requests by who sent them, in a row and at once.
func (a *app) limitedViewer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := resolvers.Viewer(r.Context())
		if err := a.limits.user(r.Context(), v); err != nil {
			a.refuseErr(w, r, err)
			return
		}
		end, err := a.limits.beginOfOne(r.Context(), v)
		if err != nil {
			a.refuseErr(w, r, err)
			return
		}
		defer end()
		next.ServeHTTP(w, r)
	})
}

// counted marks the context of a client whose one operation was counted already.
type counted struct{}

// clientContext gives a socket or event stream what is known of its request.
func clientContext(ctx context.Context, r *http.Request) context.Context {
	ctx = auth.WithClient(ctx, auth.ClientOf(r.Context()))
	ctx = context.WithValue(ctx, requestIDKey{}, requestID(r.Context()))
	if r.Header.Get("Upgrade") == "" {
		ctx = context.WithValue(ctx, counted{}, true)
	}
	return ctx
}

// operation counts an operation on a socket.
func (l *limits) operation(ctx context.Context, v album.Identified) error {
	if ctx.Value(counted{}) != nil {
		return nil
	}
	if err := l.address(ctx, auth.ClientOf(ctx)); err != nil {
		return err
	}
	return l.user(ctx, v)
}

// execute counts a query or mutation that runs on a socket or event stream.
func (l *limits) execute(ctx context.Context, v album.Identified) (end func(), err error) {
	endOfAll, err := l.beginOfAll(auth.ClientOf(ctx))
	if err != nil {
		return nil, err
	}
	endOfOne, err := l.beginOfOne(ctx, v)
	if err != nil {
		endOfAll()
		return nil, err
	}
	return func() { endOfOne(); endOfAll() }, nil
}

// register adds what the limits count to the metrics.
func (l *limits) register(r prometheus.Registerer) {
	for of, name := range kindNames {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "keepsake", Name: "rate_limited_total", Help: "What was refused as too much in too short a time.",
			ConstLabels: prometheus.Labels{"kind": name},
		}, func() float64 { return float64(l.refused[of].Load()) }))
	}
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: "keepsake", Name: "rate_limits_local_total", Help: "Decisions that this node made alone, as Redis did not answer.",
	}, func() float64 {
		if l.redis == nil {
			return 0
		}
		return float64(l.redis.FailedOpen())
	}))
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: "keepsake", Name: "rate_limit_evictions_total", Help: "Keys that were limited and forgotten for want of room.",
	}, func() float64 { return float64(l.memory.Evicted()) }))
}
