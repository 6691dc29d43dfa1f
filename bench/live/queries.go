package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"keepsake/bench/load"
)

// queryClients is over how many connections queries are sent: more than can be
// on their way at once while the server keeps up.
const queryClients = 64

// job is what the process of queries is told, and answers what it tells.
type job struct {
	Addr    string
	Request []byte
	Rate    int // a second
	During  time.Duration
}

type answers struct {
	Count    int
	P50, P99 time.Duration
}

// query asks at a steady rate, from a process of its own: in ours an answer
// would wait behind thousands of subscribers until somebody looked at it.
func query(ctx context.Context, j job) (a answers, err error) {
	self, err := os.Executable()
	if err != nil {
		return a, err
	}
	in, err := json.Marshal(j)
	if err != nil {
		return a, err
	}
	cmd := exec.CommandContext(ctx, self, queriesCommand)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &a)
	}
	if err != nil {
		return a, fmt.Errorf("queries: %w", err)
	}
	return a, nil
}

// serveQueries is that process.
func serveQueries(ctx context.Context, in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	a, err := j.run(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(a)
}

// run sends queries when they are due, answered or not (an open loop). A query's
// time begins when it is due, so that one which waits for a free connection is
// not made to look fast.
func (j job) run(ctx context.Context) (answers, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	due := make(chan time.Time, int(j.During.Seconds()*float64(j.Rate))+1)
	var running sync.WaitGroup
	took := make([][]time.Duration, queryClients)
	for i := range took {
		conn, err := load.Dial(ctx, j.Addr)
		if err != nil {
			return answers{}, err
		}
		defer conn.Close() //nolint:errcheck // nothing waits in it
		running.Go(func() {
			for t := range due {
				if err := j.ask(conn); err != nil {
					cancel(err)
					return
				}
				took[i] = append(took[i], time.Since(t))
			}
		})
	}
	err := j.dispatch(ctx, due)
	close(due)
	running.Wait()
	if err := errors.Join(context.Cause(ctx), err); err != nil {
		return answers{}, err
	}
	all := slices.Concat(took...)
	return answers{Count: len(all), P50: percentile(all, 50), P99: percentile(all, 99)}, nil
}

// dispatch says when queries are due. It may wake late, which is not the
// server's doing: what was due meanwhile is due then.
func (j job) dispatch(ctx context.Context, due chan<- time.Time) error {
	begun := time.Now()
	for i := range cap(due) - 1 {
		if wait := time.Duration(i)*time.Second/time.Duration(j.Rate) - time.Since(begun); wait > 0 {
			if err := pause(ctx, wait); err != nil {
				return err
			}
		}
		due <- time.Now()
	}
	return nil
}

func (j job) ask(conn *load.Conn) error {
	status, body, err := conn.Do(j.Request)
	if err == nil && (status != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"data":{"album":{"`))) {
		err = fmt.Errorf("query: status %d: %.300s", status, body)
	}
	return err
}

// percentile of times, which it sorts; 0 if there are none.
func percentile(times []time.Duration, p int) time.Duration {
	slices.Sort(times)
	if len(times) == 0 {
		return 0
	}
	return times[min(len(times)*p/100, len(times)-1)]
}
