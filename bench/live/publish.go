package main

import (
	"context"
	"fmt"
	"time"

	"keepsake/bench/load"
)

const (
	// arriveTimeout is how long an event may take to reach everybody.
	arriveTimeout = 30 * time.Second
	// markEvery is how long is waited between the events that show who is there.
	markEvery = 200 * time.Millisecond
)

// publisher publishes events to the subscribers of one server, one after the
// other, as events that overtook one another would seem out of order.
type publisher struct {
	of      *contender
	tally   *tally
	conn    *load.Conn
	request []byte
	last    int                   // the number of the newest event
	had     map[int]time.Duration // arrivals that nobody waited for yet
}

func newPublisher(ctx context.Context, of *contender, t *tally) (*publisher, error) {
	conn, err := load.Dial(ctx, of.target.Addr)
	if err != nil {
		return nil, err
	}
	return &publisher{of: of, tally: t, conn: conn, had: map[int]time.Duration{}}, nil
}

// publish publishes the next event, and returns once the server has answered.
func (p *publisher) publish() error {
	if p.last+1 >= mostEvents {
		return fmt.Errorf("more than %d events", p.last)
	}
	p.last++
	p.request = p.of.system.publish(p.request[:0], text(p.last, p.tally.now()))
	status, body, err := p.conn.Do(p.request)
	if err == nil {
		err = p.of.system.published(status, body)
	}
	if err != nil {
		return fmt.Errorf("publish event %d: %w", p.last, err)
	}
	return nil
}

// await waits until everybody has an event, and returns how long it took.
func (p *publisher) await(ctx context.Context, number int) (time.Duration, error) {
	late := time.NewTimer(arriveTimeout)
	defer late.Stop()
	for {
		if took, ok := p.had[number]; ok {
			delete(p.had, number)
			return took, nil
		}
		var err error
		select {
		case a := <-p.tally.arrived:
			p.had[a.number] = a.took
		case <-p.tally.failed:
			err = p.tally.err
		case <-late.C:
			err = fmt.Errorf("it did not within %v", arriveTimeout)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return 0, fmt.Errorf("event %d, which reached %d of %d: %w", number, p.tally.got[number].Load(), p.tally.subscribers, err)
		}
	}
}

// begin publishes events until everybody has got one: a subscription is not
// acknowledged.
func (p *publisher) begin(ctx context.Context) error {
	late := time.NewTimer(arriveTimeout)
	defer late.Stop()
	for {
		if err := p.publish(); err != nil {
			return err
		}
		again := time.NewTimer(markEvery)
		select {
		case <-p.tally.everyone:
			again.Stop()
			return p.settle(ctx)
		case <-again.C:
			continue
		case <-p.tally.failed:
			return p.tally.err
		case <-late.C:
			return fmt.Errorf("%d of %d subscribers get events", p.tally.started.Load(), p.tally.subscribers)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle publishes one event more and waits for it, by which all before it have
// come too.
func (p *publisher) settle(ctx context.Context) error {
	if err := p.publish(); err != nil {
		return err
	}
	_, err := p.await(ctx, p.last)
	return err
}

// train publishes events back to back, of which at most inFlight are not
// everywhere yet, and returns once all are.
func (p *publisher) train(ctx context.Context, events, inFlight int) error {
	first := p.last + 1
	for p.last < first+events-1 {
		if number := p.last + 1 - inFlight; number >= first {
			if _, err := p.await(ctx, number); err != nil {
				return err
			}
		}
		if err := p.publish(); err != nil {
			return err
		}
	}
	for number := max(first, p.last+1-inFlight); number <= p.last; number++ {
		if _, err := p.await(ctx, number); err != nil {
			return err
		}
	}
	return nil
}

// alone publishes events each of which is everywhere before the next, and
// returns how long each took.
func (p *publisher) alone(ctx context.Context, events int, between time.Duration) ([]time.Duration, error) {
	took := make([]time.Duration, events)
	for i := range took {
		if err := pause(ctx, between); err != nil {
			return nil, err
		}
		if err := p.publish(); err != nil {
			return nil, err
		}
		var err error
		if took[i], err = p.await(ctx, p.last); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// pace publishes an event every so often until done, and waits for each.
func (p *publisher) pace(ctx context.Context, every time.Duration, done <-chan struct{}) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := p.settle(ctx); err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (p *publisher) close() error { return p.conn.Close() }
