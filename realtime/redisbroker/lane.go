package redisbroker

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

var (
	errFull = errors.New("too many messages wait to be sent")
	// errMoved says that a message was not taken, for another server of the
	// cluster serves its channel.
	errMoved = errors.New("the channel has moved to another server")
)

const (
	// maxBatch and maxBatchBytes bound what goes out in one pipeline.
	maxBatch      = 512
	maxBatchBytes = 1 << 20
	// maxQueueBytes bounds the payloads that wait for one server.
	maxQueueBytes = 16 << 20
	// pingRoom is how many PINGs wait where messages no longer may: to have much
	// to say is not to be away.
	pingRoom = 64
)

// job is a message to be published, or a PING if it has no channel.
type job struct {
	ctx     context.Context
	channel string
	payload []byte
	done    chan error // gets the outcome; has room for it
}

// lane publishes to one server, over one connection. Messages that come while a
// pipeline is on its way wait, and leave together with the next one. So each
// waits for two round trips at most, and their order is kept.
//
// A lane that has lost its server refuses everything at once, until the server
// answers again. It says PING when there is nothing else to say, so that it
// knows before anybody needs it.
type lane struct {
	b    *Broker
	addr string
	wake chan struct{} // there is something in the queue

	mu    sync.Mutex
	queue []*job
	bytes int   // of payloads in queue
	down  error // why everything is refused; nil: it is not
}

func newLane(b *Broker, addr string) *lane {
	l := &lane{b: b, addr: addr, wake: make(chan struct{}, 1)}
	nudge(l.wake) // to connect
	return l
}

// do hands in a job and waits for its outcome, or for the end of ctx. Then the
// message may have been sent or not.
func (l *lane) do(ctx context.Context, channel string, payload []byte) error {
	j := &job{ctx: ctx, channel: channel, payload: payload, done: make(chan error, 1)}
	if err := l.put(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *lane) put(j *job) error {
	room := l.b.opt.Queue
	if j.channel == "" {
		room += pingRoom
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.down != nil:
		return l.down
	case len(l.queue) >= room || l.bytes+len(j.payload) > maxQueueBytes:
		return errFull
	}
	l.queue = append(l.queue, j)
	l.bytes += len(j.payload)
	nudge(l.wake)
	return nil
}

// nudge wakes whoever waits for c, now or the next time.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run sends what is handed in, until ctx ends.
func (l *lane) run(ctx context.Context) {
	var s *session
	defer func() {
		l.fail(errMoved)
		if s != nil {
			s.close()
		}
	}()
	var pause backoff
	beat := time.NewTicker(l.b.opt.PingEvery)
	defer beat.Stop()
	for {
		idle := false
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-beat.C:
			idle = true
		}
		jobs, err := l.take(), error(nil)
		if len(jobs) == 0 && s != nil && !idle {
			continue // an earlier pipeline has taken them along
		}
		if s == nil {
			s, err = l.b.dialer.open(ctx, l.addr, l.b.account("keepsake-publish"))
		}
		if err == nil {
			err = l.exec(ctx, s, jobs)
		}
		if err == nil {
			l.up()
			pause.reset()
			continue
		}
		settle(jobs, err)
		l.fail(err)
		if s != nil {
			s.close()
			s = nil
		}
		l.b.lookAgain()
		if !pause.wait(ctx) {
			return
		}
		nudge(l.wake) // to try again
	}
}

// take returns what goes out next, without what nobody waits for any more.
func (l *lane) take() []*job {
	l.mu.Lock()
	defer l.mu.Unlock()
	var jobs []*job
	n, bytes := 0, 0
	for _, j := range l.queue {
		if len(jobs) == maxBatch || bytes > maxBatchBytes {
			nudge(l.wake)
			break
		}
		n++
		l.bytes -= len(j.payload)
		if j.ctx.Err() == nil {
			jobs = append(jobs, j)
			bytes += len(j.payload)
		}
	}
	clear(l.queue[:n])
	if l.queue = l.queue[n:]; len(l.queue) == 0 {
		l.queue = nil
	}
	return jobs
}

// exec sends jobs, or a PING if there are none, and tells them what became of
// them. An error is one that speaks against the connection or its server.
func (l *lane) exec(ctx context.Context, s *session, jobs []*job) error {
	pipe := s.client.Pipeline()
	for _, j := range jobs {
		switch {
		case j.channel == "":
			pipe.Ping(ctx)
		case l.b.sharded:
			pipe.SPublish(ctx, j.channel, j.payload)
		default:
			pipe.Publish(ctx, j.channel, j.payload)
		}
	}
	if len(jobs) == 0 {
		pipe.Ping(ctx)
	}
	commands, err := pipe.Exec(ctx)
	if len(jobs) == 0 {
		return err
	}
	err = nil
	for i, c := range commands {
		outcome := c.Err()
		if isMoved(outcome) {
			outcome = errMoved
		} else if outcome != nil {
			err = outcome
		}
		jobs[i].done <- outcome
	}
	return err
}

// up ends what fail began.
func (l *lane) up() {
	l.mu.Lock()
	was := l.down
	l.down = nil
	l.mu.Unlock()
	if was != nil {
		l.b.opt.Logger.Debug("redisbroker: the server takes messages again", "server", l.addr)
	}
}

// fail refuses what waits and what comes, until up.
func (l *lane) fail(err error) {
	l.mu.Lock()
	was, jobs := l.down, l.queue
	l.down, l.queue, l.bytes = err, nil, 0
	l.mu.Unlock()
	settle(jobs, err)
	if was == nil {
		l.b.opt.Logger.Debug("redisbroker: the server takes no messages", "server", l.addr, "error", err)
	}
}

// settle gives jobs their outcome, where they have none yet.
func settle(jobs []*job, err error) {
	for _, j := range jobs {
		select {
		case j.done <- err:
		default:
		}
	}
}

const (
	minPause = 50 * time.Millisecond
	maxPause = 2 * time.Second
)

// backoff spaces out attempts, so that many nodes do not storm a server that
// comes back. The zero value is ready.
type backoff struct{ tries int }

func (b *backoff) reset() { b.tries = 0 }

// next returns how long to wait: twice as long each time, and at random between
// half of it and all.
func (b *backoff) next() time.Duration {
	d := min(minPause<<b.tries, maxPause)
	if d < maxPause {
		b.tries++
	}
	return d/2 + rand.N(d/2+1)
}

// wait waits for the next pause and reports whether ctx did not end before.
func (b *backoff) wait(ctx context.Context) bool { return sleep(ctx, b.next()) }

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
