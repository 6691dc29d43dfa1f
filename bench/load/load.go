// Package load asks a server as fast as it answers: some clients, each on its
// own connection, each sending its next request once the last was answered
// (a closed loop).
package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Source makes the requests of one client and checks their answers.
type Source interface {
	// Next appends the client's next request to b, as AppendRequest does.
	Next(b []byte) []byte
	// Check looks at the answer to the last request; a body longer lived must
	// be copied.
	Check(status int, body []byte) error
}

// Target is the server to ask.
type Target struct {
	Addr string // host:port
	PID  int    // of its process, for its processor time; 0 for none
}

// Result is what was seen in the measured time.
type Result struct {
	Requests int // those that were answered as they should
	Errors   int // all others, those of the warm-up included
	Err      error
	Elapsed  time.Duration
	P50, P99 time.Duration
	CPU      time.Duration // of the server's process, user and system
}

// PerSecond is how many requests were answered in a second.
func (r Result) PerSecond() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// CPUEach is the server's processor time for one request.
func (r Result) CPUEach() time.Duration { return r.CPU / time.Duration(max(r.Requests, 1)) }

// Run asks with one client for each source: for the time warm without looking,
// then for the time during. Requests that run at its end are waited for, so
// that sources know how they ended. A client stops at its first error. The
// error is one of the connections, of the process or of ctx.
func Run(ctx context.Context, t Target, sources []Source, warm, during time.Duration) (Result, error) {
	begin := time.Now().Add(warm)
	end := begin.Add(during)
	seen := make([]client, len(sources))
	for i, s := range sources {
		conn, err := Dial(ctx, t.Addr)
		if err != nil {
			return Result{}, fmt.Errorf("client %d: %w", i, err)
		}
		defer conn.Close() //nolint:errcheck // nothing waits in it
		seen[i] = client{conn: conn, source: s}
	}
	var running sync.WaitGroup
	for i := range seen {
		running.Go(func() { seen[i].run(begin, end) })
	}
	cpu, err := t.cpuBetween(ctx, begin, end)
	running.Wait()
	if err := errors.Join(err, ctx.Err()); err != nil {
		return Result{}, err
	}
	return sum(seen, during, cpu), nil
}

// cpuBetween is the processor time that the target took from begin to end.
func (t Target) cpuBetween(ctx context.Context, begin, end time.Time) (time.Duration, error) {
	if err := wait(ctx, begin); err != nil {
		return 0, err
	}
	before, err := CPUTime(t.PID)
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, end); err != nil {
		return 0, err
	}
	after, err := CPUTime(t.PID)
	return after - before, err
}

func wait(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// client is one closed loop and what it saw.
type client struct {
	conn   *Conn
	source Source
	took   []time.Duration
	err    error
}

func (c *client) run(begin, end time.Time) {
	var request []byte
	for sent := time.Now(); sent.Before(end); {
		request = c.source.Next(request[:0])
		status, body, err := c.conn.Do(request)
		if err == nil {
			err = c.source.Check(status, body)
		}
		if err != nil {
			c.err = err
			return
		}
		done := time.Now()
		if !sent.Before(begin) && !done.After(end) {
			c.took = append(c.took, done.Sub(sent))
		}
		sent = done
	}
}

func sum(clients []client, during, cpu time.Duration) Result {
	r := Result{Elapsed: during, CPU: cpu}
	var took []time.Duration
	for _, c := range clients {
		took = append(took, c.took...)
		if c.err != nil {
			r.Errors++
			r.Err = c.err
		}
	}
	slices.Sort(took)
	r.Requests = len(took)
	if n := len(took); n > 0 {
		r.P50, r.P99 = took[n/2], took[n*99/100]
	}
	return r
}
