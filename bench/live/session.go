package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keepsake/bench/load"
)

// session is a crowd that all get events, and who publishes them.
type session struct {
	of        *contender
	crowd     *crowd
	publisher *publisher
}

// open subscribes n clients, and returns once each has got an event.
func open(ctx context.Context, of *contender, n int, epoch time.Time) (*session, error) {
	c, err := gather(ctx, of, n, epoch)
	if err != nil {
		return nil, err
	}
	p, err := newPublisher(ctx, of, c.tally)
	if err != nil {
		c.disperse(0)
		return nil, err
	}
	s := &session{of: of, crowd: c, publisher: p}
	if err := p.begin(ctx); err != nil {
		_, also := s.end()
		return nil, errors.Join(err, also)
	}
	return s, nil
}

// end ends all connections and returns what was lost, came twice or came late.
func (s *session) end() (losses, error) {
	l := s.crowd.disperse(s.publisher.last)
	return l, s.publisher.close()
}

// cpu is the processor time that the server takes while do runs.
func (s *session) cpu(do func() error) (time.Duration, error) {
	before, err := load.CPUTime(s.of.target.PID)
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := load.CPUTime(s.of.target.PID)
	return after - before, err
}

// flow is what the deliveries of some events cost.
type flow struct {
	deliveries   int
	elapsed, cpu time.Duration // cpu of the server
}

func (f flow) perSecond() float64 { return float64(f.deliveries) / f.elapsed.Seconds() }

// cpuEach is the server's processor time for a delivery, in microseconds.
func (f flow) cpuEach() float64 { return float64(f.cpu.Microseconds()) / float64(f.deliveries) }

// train publishes events back to back.
func (s *session) train(ctx context.Context, events, inFlight int) (f flow, err error) {
	begun := time.Now()
	f.cpu, err = s.cpu(func() error { return s.publisher.train(ctx, events, inFlight) })
	f.elapsed = time.Since(begun)
	f.deliveries = events * s.crowd.tally.subscribers
	if err != nil {
		return f, fmt.Errorf("a train of events: %w", err)
	}
	return f, nil
}

// lone is what events alone showed.
type lone struct {
	flow                         // elapsed without the pauses
	last50, last99 time.Duration // until the last had it
	each50, each99 time.Duration // of every delivery
}

// between is how long nothing happens before an event alone.
const between = 50 * time.Millisecond

// alone publishes events one after the other.
func (s *session) alone(ctx context.Context, events int) (l lone, err error) {
	t := s.crowd.tally
	t.restart()
	var took []time.Duration
	l.cpu, err = s.cpu(func() (err error) {
		took, err = s.publisher.alone(ctx, events, between)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("an event alone: %w", err)
	}
	l.deliveries = events * t.subscribers
	for _, d := range took {
		l.elapsed += d
	}
	each := t.times.Load()
	l.last50, l.last99 = percentile(took, 50), percentile(took, 99)
	l.each50, l.each99 = each.percentile(50), each.percentile(99)
	return l, nil
}

// idle is how much of one processor the server takes while nothing is
// published, in percent.
func (s *session) idle(ctx context.Context, during time.Duration) (float64, error) {
	cpu, err := s.cpu(func() error { return pause(ctx, during) })
	return 100 * cpu.Seconds() / during.Seconds(), err
}

// held is how many are still connected after a while, and get an event.
func (s *session) held(ctx context.Context, during time.Duration) (int, error) {
	if err := pause(ctx, during); err != nil {
		return 0, err
	}
	if err := s.publisher.settle(ctx); err != nil {
		return 0, err
	}
	return int(s.crowd.tally.got[s.publisher.last].Load()), nil
}
