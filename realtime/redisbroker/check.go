package redisbroker

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"keepsake/album"
)

// check sees that every server lets us publish and subscribe, as what is not
// allowed would show only when it is needed.
func (b *Broker) check(ctx context.Context, l layout) error {
	g, ctx := errgroup.WithContext(ctx)
	seen := map[string]bool{}
	for _, r := range l {
		if seen[r.addr] {
			continue
		}
		seen[r.addr] = true
		g.Go(func() error {
			if err := b.checkServer(ctx, r.addr); err != nil {
				return b.explain("cannot use the Redis server "+r.addr, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (b *Broker) checkServer(ctx context.Context, addr string) error {
	channel := b.opt.Prefix + "check"
	err := b.try(ctx, addr, func(c *redis.Client) error {
		if b.sharded {
			return c.SPublish(ctx, channel, "").Err()
		}
		return c.Publish(ctx, channel, "").Err()
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	err = b.try(ctx, addr, func(c *redis.Client) error {
		ps := c.Subscribe(ctx)
		err := b.subscribe(ctx, ps, channel)
		if err == nil {
			_, err = ps.ReceiveTimeout(ctx, b.opt.Timeout)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

// try does something on a session of its own. That another server serves the
// channel is no error: rights come first.
func (b *Broker) try(ctx context.Context, addr string, do func(*redis.Client) error) error {
	s, err := b.dialer.open(ctx, addr, b.account("keepsake-check"))
	if err != nil {
		return err
	}
	defer s.close()
	if err := do(s.client); !isMoved(err) {
		return err
	}
	return nil
}

func isMoved(err error) bool {
	_, moved := redis.IsMovedError(err)
	return moved
}

// explain says what to do about an error.
func (b *Broker) explain(what string, err error) error {
	var hint string
	switch {
	case redis.IsAuthError(err):
		hint = "it asks for another user or password than the URL gives"
	case redis.IsPermissionError(err):
		hint = "the user lacks rights: +@connection +@pubsub +role +cluster|slots &" + b.opt.Prefix + "*"
	case errors.Is(err, errNotMaster):
		hint = "it is a replica, try again when there is a master"
	case errors.Is(err, errNoMaster):
		hint = "the name of the master in the URL is not the one that the sentinels watch"
	case b.sharded:
		hint = "does it run, is the address right, and is it a cluster of Redis 7 or newer?"
	default:
		hint = "does it run, and is the address right?"
	}
	return album.Errorf(album.CodeUnavailable, "%s: %s", what, hint).Wrap(err)
}
