// Package redisbroker is the broker of many nodes: messages go through Redis
// pub/sub, with a single server, one that sentinels watch over, or a cluster.
//
// Pub/sub loses what is sent while a connection is broken, and neither Redis nor
// its client says so. So every connection here is used once and never made anew
// behind the receiver's back (session.go), is held to answer a PING (shard.go),
// and its subscriptions count only when the server has answered them
// (topics.go). Publishing has connections of its own (lane.go). Who serves what
// is followed in layout.go.
package redisbroker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"keepsake/album"
	"keepsake/internal/redisconn"
	"keepsake/realtime"
)

// Options are the settings of a broker. All but URL may be left out.
type Options struct {
	// URL says where Redis is; rediss instead of redis means TLS:
	//
	//	redis://[[user]:password@]host[:6379]
	//	redis+sentinel://[[user]:password@]host[:26379][,host...]/master
	//	redis+cluster://[[user]:password@]host[:6379][,host...]
	//
	// Special characters of a password are written as %XX. With TLS,
	// ?ca_file=/path names a PEM file of certificates to trust instead of the
	// system's. Sentinels that ask for a password of their own get
	// ?sentinel_password=, and sentinel_user=. A cluster has to be of Redis 7 or
	// newer, whose sharded channels are used. Databases have no part in this:
	// only /0 may follow the hosts.
	URL string
	// Prefix begins the name of every channel, so that several installations can
	// share a server. It may not hold { or }. Default "keepsake/".
	Prefix string
	// Logger gets the broker's troubles: each broken link when it breaks and when
	// it is made again, failed publications at most every 10 s. Default: none.
	Logger *slog.Logger
	// PingEvery is how often each connection has to prove that it works. Default
	// 500 ms.
	PingEvery time.Duration
	// Silence is after how much of it a link counts as broken. It has to be longer
	// than PingEvery by what an answer may take. Default 2 s.
	Silence time.Duration
	// Timeout bounds the making of a connection, and each answer to what is
	// published. Default 1 s.
	Timeout time.Duration
	// RefreshEvery is how often, give or take a quarter, sentinels or a cluster
	// are asked who serves what, if nothing gives a reason to ask before. Default
	// 5 s.
	RefreshEvery time.Duration
	// Queue is how many messages wait to be sent to a server at most, of 16 MB
	// together. Then Publish is UNAVAILABLE. Default 8192.
	Queue int
}

// errClosed is why nothing works after Close.
var errClosed = errors.New("the broker is closed")

// Broker is one node's connection to the others through Redis. The receiver may
// call it, but for Close; a Publish there holds up the messages that follow for
// a round trip.
type Broker struct {
	opt     Options
	target  redisconn.Target
	dialer  *dialer
	sharded bool // channels are divided among the servers of a cluster
	stats   counters

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup
	look   chan struct{} // wakes watchLayout

	mu       sync.Mutex
	receiver realtime.Receiver
	closed   bool
	topics   map[string]*topic // by channel
	number   uint64            // of the last command
	shards   map[string]*shard // by address
	slots    []*shard          // who serves which slot; a single one is for all
	applied  chan struct{}     // closed, and replaced, when a layout has been applied
}

var _ realtime.Broker = (*Broker)(nil)

// Open connects to Redis. It returns when every server has shown that it can be
// published to and subscribed at, which ctx may bound; each step takes Timeout at
// most. From then on a server may go away and come back. The error says what is
// wrong, without a password: of the options, or UNAVAILABLE.
func Open(ctx context.Context, o Options) (*Broker, error) {
	setDefault(&o.Prefix, "keepsake/")
	setDefault(&o.Logger, slog.New(slog.DiscardHandler))
	setDefault(&o.PingEvery, 500*time.Millisecond)
	setDefault(&o.Silence, 2*time.Second)
	setDefault(&o.Timeout, time.Second)
	setDefault(&o.RefreshEvery, 5*time.Second)
	setDefault(&o.Queue, 8192)
	t, err := redisconn.Parse(o.URL)
	switch {
	case err != nil:
		return nil, err
	case strings.ContainsAny(o.Prefix, "{}"):
		return nil, errors.New("the Redis prefix must not hold { or }: they would bring all channels to one server of a cluster")
	case o.Silence <= o.PingEvery:
		return nil, fmt.Errorf("a link that may be silent for %v cannot wait %v for its PING", o.Silence, o.PingEvery)
	}
	b := &Broker{
		opt: o, target: t, sharded: t.Kind == redisconn.Cluster,
		look: make(chan struct{}, 1), applied: make(chan struct{}),
		topics: map[string]*topic{}, shards: map[string]*shard{}, slots: make([]*shard, 1),
	}
	if b.sharded {
		b.slots = make([]*shard, slots)
	}
	if b.dialer, err = newDialer(t, o.Timeout); err != nil {
		return nil, err
	}
	l, err := b.find(ctx)
	if err != nil {
		return nil, b.explain("cannot find the Redis servers", err)
	}
	if err := b.check(ctx, l); err != nil {
		return nil, err
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.apply(l)
	if t.Kind != redisconn.Single {
		b.wg.Go(b.watchLayout)
	}
	return b, nil
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// account is who the broker is to a server.
func (b *Broker) account(name string) account {
	return account{user: b.target.User, password: b.target.Password, name: name}
}

// Attach implements realtime.Broker.
func (b *Broker) Attach(r realtime.Receiver) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.receiver != nil {
		panic("redisbroker: attached twice")
	}
	b.receiver = r
	if b.closed {
		return
	}
	for _, s := range b.shards {
		b.wg.Go(s.run)
	}
}

// Publish implements realtime.Broker. It waits for the server to have taken the
// message. If ctx ends before, the message may be sent all the same.
func (b *Broker) Publish(ctx context.Context, name string, payload []byte) error {
	if len(payload) > realtime.MaxPayload {
		return album.Errorf(album.CodeInvalidInput, "a message of %d bytes is too large", len(payload))
	}
	if err := b.publish(ctx, b.opt.Prefix+name, payload); err != nil {
		b.notPublished(err)
		return album.ErrUnavailable.Wrap(fmt.Errorf("publish: %w", err))
	}
	b.stats.published.Add(1)
	return nil
}

// maxMoves is how many servers are tried for a message whose channel moves.
const maxMoves = 5

func (b *Broker) publish(ctx context.Context, channel string, payload []byte) error {
	for range maxMoves {
		l, applied, err := b.laneOf(channel)
		if err != nil {
			return err
		}
		if err := l.do(ctx, channel, payload); !errors.Is(err, errMoved) {
			return err
		}
		b.lookAgain()
		select {
		case <-applied:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-b.ctx.Done():
			return errClosed
		}
	}
	return errMoved
}

// laneOf returns who publishes to a channel, and what is closed when a later
// layout has been applied.
func (b *Broker) laneOf(channel string) (*lane, <-chan struct{}, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.serverOf(channel)
	switch {
	case b.closed:
		return nil, nil, errClosed
	case s == nil:
		return nil, nil, errNoServer
	}
	return s.lane, b.applied, nil
}

// Ping implements realtime.Broker. All servers have to answer.
func (b *Broker) Ping(ctx context.Context) error {
	if err := b.ping(ctx); err != nil {
		return album.ErrUnavailable.Wrap(fmt.Errorf("ping Redis: %w", err))
	}
	return nil
}

func (b *Broker) ping(ctx context.Context) error {
	b.mu.Lock()
	closed, shards := b.closed, slices.Collect(maps.Values(b.shards))
	b.mu.Unlock()
	if closed {
		return errClosed
	}
	return ping(ctx, shards)
}

// ping returns when all servers have answered, and so all that was handed in
// before.
func ping(ctx context.Context, shards []*shard) error {
	var g errgroup.Group
	for _, s := range shards {
		g.Go(func() error { return s.lane.do(ctx, "", nil) })
	}
	return g.Wait()
}

// farewell is how long Close waits for what is being published.
const farewell = 250 * time.Millisecond

// Close implements realtime.Broker. It may be called more than once. What is
// being published has a moment to get through.
func (b *Broker) Close() error {
	b.mu.Lock()
	closed, shards := b.closed, slices.Collect(maps.Values(b.shards))
	b.closed = true
	clear(b.topics)
	b.mu.Unlock()
	if !closed {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		_ = ping(ctx, shards) // or not
	}
	b.cancel()
	b.wg.Wait()
	return nil
}
