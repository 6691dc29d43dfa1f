package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"keepsake/bench/dataset"
	"keepsake/bench/load"
	"keepsake/internal/auth"
)

// The targets of this stage, on SQLite. docs/PERFORMANCE.md says where they come from.
const (
	pageTarget  = 0.8 // of the floor's pages a second, at pageClients
	pageLate    = 1.5 // of the floor's p99
	pageClients = 16
	likeTarget  = 0.6 // of the floor's likes a second
	startTarget = 150 * time.Millisecond
	pagesName   = "feed page"
	likesName   = "like toggles"
	crowdName   = "likes of one photo"
	startsName  = "start to first answer"
	noTarget    = 0
)

// row measures the floor and the server by turns.
func (c *contest) row(
	ctx context.Context, o options, rep *report, name string, clients int, target float64,
	sources func(*contender) []load.Source,
) error {
	r := row{name: name, clients: clients, target: target}
	if name == pagesName && target != noTarget {
		r.late = pageLate
	}
	for round := range o.rounds {
		for _, of := range []*contender{c.floor, c.server} {
			result, err := load.Run(ctx, of.target, sources(of), o.warm, o.during)
			if err == nil && result.Errors > 0 {
				err = fmt.Errorf("%d clients got wrong answers, one of them: %w", result.Errors, result.Err)
			}
			if err != nil {
				return fmt.Errorf("%s with %d clients, round %d, %s: %w", name, clients, round+1, of.name, err)
			}
			if of == c.floor {
				r.floor = append(r.floor, result)
			} else {
				r.server = append(r.server, result)
			}
		}
	}
	rep.add(r)
	return nil
}

func (c *contest) measurePages(ctx context.Context, o options, rep *report) error {
	for _, n := range o.clients {
		target := float64(noTarget)
		if n == pageClients && !o.mongo {
			target = pageTarget
		}
		err := c.row(ctx, o, rep, pagesName, n, target, func(of *contender) []load.Source { return c.readers(of, n) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *contest) measureLikes(ctx context.Context, o options, rep *report) error {
	all := map[*contender][]load.Source{
		c.floor:  sources(c.likers(c.floor, o.crowd)),
		c.server: sources(c.likers(c.server, o.crowd)),
	}
	return c.row(ctx, o, rep, likesName, o.crowd, likeTarget, func(of *contender) []load.Source { return all[of] })
}

func (c *contest) measureCrowd(ctx context.Context, o options, rep *report) error {
	all := map[*contender][]*fan{}
	for _, of := range []*contender{c.floor, c.server} {
		fans, err := c.crowd(of, o.crowd)
		if err != nil {
			return err
		}
		all[of] = fans
	}
	err := c.row(ctx, o, rep, crowdName, o.crowd, noTarget, func(of *contender) []load.Source { return sources(all[of]) })
	if err != nil {
		return err
	}
	if err := errors.Join(settle(ctx, all[c.floor]), settle(ctx, all[c.server])); err != nil {
		return err
	}
	rep.progress("%d like one photo: both count exactly as many", o.crowd)
	return nil
}

// sources is the clients as what load asks for.
func sources[T load.Source](clients []T) []load.Source {
	out := make([]load.Source, len(clients))
	for i, c := range clients {
		out[i] = c
	}
	return out
}

// measureStarts takes the time from starting the server's program, on the data
// that is there, until it has answered a page.
func measureStarts(ctx context.Context, o options, at place, rep *report) error {
	key, err := dataset.KeyIn(at.dir)
	if err != nil {
		return err
	}
	for range o.starts {
		took, err := startOnce(ctx, o, at, key)
		if err != nil {
			return fmt.Errorf("%s: %w", startsName, err)
		}
		rep.starts = append(rep.starts, took)
	}
	info, err := os.Stat(dataset.DatabaseIn(at.dir))
	if err != nil {
		return err
	}
	rep.fileSize = info.Size()
	return nil
}

func startOnce(ctx context.Context, o options, at place, key auth.Key) (took time.Duration, err error) {
	// Tokens are made before the clock runs.
	c, err := newContest(o.shape, key, load.Target{}, load.Target{})
	if err != nil {
		return 0, err
	}
	request := c.request(nil, c.server.system, c.pages[len(c.pages)/2])
	began := time.Now()
	server, err := startServer(ctx, o.binary, at)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	conn, err := load.Dial(ctx, server.addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // nothing waits in it
	_, err = ask(conn, request)
	return time.Since(began), err
}
