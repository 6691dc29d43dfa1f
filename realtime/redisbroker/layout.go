package redisbroker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"keepsake/internal/redisconn"
)

// slots is how many parts the channels of a cluster are divided into.
const slots = 16384

// minLook is the least time between two looks at the layout.
const minLook = 100 * time.Millisecond

var (
	errNoServer = errors.New("no server that serves the channel is known")
	errNoMaster = errors.New("the sentinel knows no master of that name")
)

// layout says which servers serve which channels: ranges of slots, or one range
// of everything where there is only one server.
type layout []slotRange

type slotRange struct {
	from, to int // both inclusive
	addr     string
}

// find asks who serves what, in turn those that should know.
func (b *Broker) find(ctx context.Context) (layout, error) {
	var ask func(context.Context, string) (layout, error)
	hosts := slices.Clone(b.target.Hosts)
	switch b.target.Kind {
	case redisconn.Single:
		return layout{{addr: hosts[0]}}, nil
	case redisconn.Sentinel:
		ask = b.askSentinel
	case redisconn.Cluster:
		ask = b.askNode
		b.mu.Lock()
		hosts = slices.AppendSeq(hosts, maps.Keys(b.shards))
		b.mu.Unlock()
		slices.Sort(hosts)
		hosts = slices.Compact(hosts)
	}
	rand.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	var all error
	for _, addr := range hosts {
		l, err := ask(ctx, addr)
		if err == nil {
			return l, nil
		}
		all = errors.Join(all, fmt.Errorf("ask %s: %w", addr, err))
		if ctx.Err() != nil {
			break
		}
	}
	return nil, all
}

func (b *Broker) askSentinel(ctx context.Context, addr string) (layout, error) {
	s, err := b.dialer.open(ctx, addr, account{
		user: b.target.SentinelUser, password: b.target.SentinelPassword, sentinel: true,
	})
	if err != nil {
		return nil, err
	}
	defer s.close()
	master, err := s.client.Do(ctx, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", b.target.Master).StringSlice()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, errNoMaster
	case err != nil:
		return nil, err
	case len(master) != 2:
		return nil, fmt.Errorf("the address of the master has %d parts", len(master))
	}
	return layout{{addr: net.JoinHostPort(master[0], master[1])}}, nil
}

func (b *Broker) askNode(ctx context.Context, addr string) (layout, error) {
	s, err := b.dialer.open(ctx, addr, b.account(""))
	if err != nil {
		return nil, err
	}
	defer s.close()
	// CLUSTER SHARDS would leave it to us which of a shard's nodes serves, and at
	// which of its addresses and ports.
	ranges, err := s.client.ClusterSlots(ctx).Result() //nolint:staticcheck // see above
	if err != nil {
		return nil, err
	}
	var l layout
	for _, r := range ranges {
		if len(r.Nodes) == 0 || r.Start < 0 || r.End >= slots {
			continue
		}
		host, port, err := net.SplitHostPort(r.Nodes[0].Addr) // the master comes first
		if err != nil {
			return nil, fmt.Errorf("read a node's address: %w", err)
		}
		if host == "" || host == "?" { // the one that it was asked at
			if host, _, err = net.SplitHostPort(addr); err != nil {
				return nil, err
			}
		}
		l = append(l, slotRange{r.Start, r.End, net.JoinHostPort(host, port)})
	}
	if len(l) == 0 {
		return nil, errNoServer
	}
	return l, nil
}

// apply takes a layout: it begins with servers that are new in it, and ends with
// those that are not in it. A topic changes its server only when the old one has
// said that it no longer serves it, or is gone: until then the old one's
// goroutine may be calling the receiver about it.
func (b *Broker) apply(l layout) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	clear(b.slots)
	named := map[string]bool{}
	for _, r := range l {
		named[r.addr] = true
		s := b.shards[r.addr]
		if s == nil {
			s = b.begin(r.addr)
		}
		for i := r.from; i <= r.to; i++ {
			b.slots[i] = s
		}
	}
	for addr, s := range b.shards {
		if !named[addr] {
			delete(b.shards, addr)
			s.cancel()
		}
	}
	b.place()
	close(b.applied)
	b.applied = make(chan struct{})
}

// begin makes a server's shard. The caller holds the lock.
func (b *Broker) begin(addr string) *shard {
	s := &shard{b: b, addr: addr, lane: newLane(b, addr), wake: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancel(b.ctx)
	b.shards[addr] = s
	b.wg.Go(func() { s.lane.run(s.ctx) })
	if b.receiver != nil {
		b.wg.Go(s.run)
	}
	return s
}

// lookAgain has the layout looked at soon.
func (b *Broker) lookAgain() { nudge(b.look) }

// watchLayout follows the layout: every RefreshEvery, give or take a quarter, and
// whenever something speaks for a change.
func (b *Broker) watchLayout() {
	lost := false
	for {
		every := b.opt.RefreshEvery
		timer := time.NewTimer(every - every/4 + rand.N(every/2+1))
		select {
		case <-b.ctx.Done():
		case <-timer.C:
		case <-b.look:
		}
		timer.Stop()
		l, err := b.find(b.ctx)
		if b.ctx.Err() != nil {
			return
		}
		if err == nil {
			b.apply(l)
		}
		if (err != nil) != lost {
			if lost = err != nil; lost {
				b.opt.Logger.Warn("redisbroker: nobody says which server to use", "error", err)
			} else {
				b.opt.Logger.Info("redisbroker: it is known again which server to use")
			}
		}
		if !sleep(b.ctx, minLook) {
			return
		}
	}
}

// serverOf returns the server of a channel, or nil. The caller holds the lock.
func (b *Broker) serverOf(channel string) *shard {
	if len(b.slots) == 1 {
		return b.slots[0]
	}
	return b.slots[slot(channel)]
}

// slot returns the part of a cluster's channels that one belongs to: a CRC16 of
// what stands between the first { and the next }, or of all if nothing does.
func slot(channel string) int {
	if _, rest, ok := strings.Cut(channel, "{"); ok {
		if tag, _, ok := strings.Cut(rest, "}"); ok {
			channel = cmp.Or(tag, channel)
		}
	}
	var crc uint16
	for i := range len(channel) {
		crc ^= uint16(channel[i]) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			if crc <<= 1; carry {
				crc ^= 0x1021
			}
		}
	}
	return int(crc % slots)
}
