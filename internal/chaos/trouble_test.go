package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"keepsake/internal/testenv/proxy"
)

// trouble is something that goes wrong and is mended.
type trouble struct {
	name       string
	lasts      time.Duration
	make, mend func() error
}

// troubles are all of a round, in which that node has the bad luck. Those that
// leave transactions behind whose clients are gone free what these were changing:
// by itself the database would do that after a minute.
func (s *story) troubles(node int) []trouble {
	c, n := s.cluster, s.cluster.Nodes[node]
	free := func() error {
		s.freed.Add(1)
		defer s.freed.Add(1)
		return c.Mongo.KillSessions(s.ctx)
	}
	databases := func(f func(p *proxy.Proxy) error) (err error) {
		for _, n := range c.Nodes {
			err = errors.Join(err, f(n.Links.Mongo))
		}
		return err
	}
	return []trouble{
		{"Redis is killed, and comes back empty", s.size.redisAway, c.Redis.Kill, c.Redis.Restart},
		{
			fmt.Sprintf("node %d is black-holed", node), s.size.holed,
			n.Links.BlackHole, func() error { return errors.Join(n.Links.Heal(), free()) },
		},
		{
			fmt.Sprintf("node %d is killed", node), s.size.nodeAway,
			func() error { return errors.Join(n.Kill(), free()) }, func() error { return n.Start(s.ctx) },
		},
		{
			"the database is away", s.size.mongoAway,
			func() error { return databases((*proxy.Proxy).Cut) },
			func() error { return errors.Join(databases((*proxy.Proxy).Heal), free()) },
		},
	}
}

// suffer goes through all troubles, and has pub/sub connections killed meanwhile.
func (s *story) suffer() error {
	g, ctx := errgroup.WithContext(s.ctx)
	g.Go(func() error { return s.killPubSub(ctx, s.random(ofKills, 0)) })
	g.Go(func() error {
		random := s.random(ofTroubles, 0)
		pause(ctx, s.size.between)
		s.tell("%.0f changes a second before the first trouble", float64(s.acked.Load()+s.moved.Load())/s.size.between.Seconds())
		for range s.size.rounds {
			for _, tr := range s.troubles(random.IntN(nodes)) {
				if err := s.happen(ctx, tr); err != nil {
					return fmt.Errorf("%s: %w", tr.name, err)
				}
				pause(ctx, s.size.between)
			}
		}
		return ctx.Err()
	})
	return g.Wait()
}

// happen makes a trouble and mends it.
func (s *story) happen(ctx context.Context, tr trouble) error {
	before := s.acked.Load()
	s.tell("%s, for %v", tr.name, tr.lasts)
	if err := tr.make(); err != nil {
		return err
	}
	pause(ctx, tr.lasts)
	s.tell("it is mended; %d changes were acknowledged meanwhile", s.acked.Load()-before)
	return tr.mend()
}

// killPubSub has Redis close all pub/sub connections, again and again.
func (s *story) killPubSub(ctx context.Context, random *rand.Rand) error {
	for done := 0; done < s.size.kills; {
		pause(ctx, s.size.killEvery/2+upTo(random, s.size.killEvery))
		if ctx.Err() != nil {
			return fmt.Errorf("pub/sub connections were killed %d of %d times: %w", done, s.size.kills, ctx.Err())
		}
		// There are none while Redis is away, and for a moment after each time.
		if n, err := s.cluster.Redis.Do("CLIENT", "KILL", "TYPE", "pubsub").Int(); err == nil && n > 0 {
			done++
			s.kills.Add(int64(n))
		}
	}
	return nil
}

// lastWord writes in each album while all nodes but one hear nothing, and is the
// last to write: what is lost now nothing that follows will show.
func (s *story) lastWord() (err error) {
	for _, n := range s.cluster.Nodes[1:] {
		err = errors.Join(err, n.Links.Redis.BlackHole())
	}
	err = errors.Join(err, each(s.ctx, s.places, func(ctx context.Context, p *place) error {
		ctx, cancel := context.WithTimeout(ctx, 2*requestTime)
		defer cancel()
		return s.comment(ctx, s.as(s.owner).At(s.cluster.Nodes[0].URL), p)
	}))
	for _, n := range s.cluster.Nodes[1:] {
		err = errors.Join(err, n.Links.Redis.Heal())
	}
	return err
}
