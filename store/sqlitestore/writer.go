package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"keepsake/store"
)

const (
	// queueSize is how many writes may wait; more wait for a place in the queue
	// until their context ends.
	queueSize = 1024
	// groupSize is how many writes share a transaction at most: enough to make
	// the flush cheap, few enough that the first does not wait long for the last.
	groupSize = 128
)

// The statements of a group.
const (
	begin      = `BEGIN IMMEDIATE`
	commit     = `COMMIT`
	rollback   = `ROLLBACK`
	savepoint  = `SAVEPOINT one`
	release    = `RELEASE one`
	rollbackTo = `ROLLBACK TO one`
)

// writer is the goroutine that owns the writing connection.
type writer struct {
	c       *conn
	changes *changes
	log     *slog.Logger
	queue   chan *task
	closing chan struct{} // no new tasks
	stopped chan struct{} // the goroutine has ended
}

// task is one write on its way through the writer.
type task struct {
	run  func(*conn) error
	held atomic.Bool   // by the writer to run it, or by its caller to give up
	err  error         // of run or of the group; read after done
	done chan struct{} // closed once the write is on disk or has failed
}

// write runs fn in a transaction on the writing connection and returns once
// what it wrote is on disk. What fn returns with an error is rolled back. A
// caller whose context ends gets no answer: a write that has not begun is then
// left out, one that has begun may still be committed. Under a key of store.Keys
// it is done once.
func write[T any](ctx context.Context, s *Store, op string, fn func(*conn) (T, error)) (_ T, err error) {
	defer s.observed(ctx, op, time.Now(), &err)
	var out, zero T
	held := store.HeldBy(ctx)
	if done, err := held.Again(op, &out); done || err != nil {
		return out, edge(op, err)
	}
	run := func(c *conn) (err error) {
		if held == nil {
			out, err = fn(c)
		} else {
			out, err = under(c, held, op, fn)
		}
		return err
	}
	t := &task{run: run, done: make(chan struct{})}
	if err := s.writer.do(ctx, t); err != nil {
		return zero, edge(op, err) // out may still be written to
	}
	return out, nil
}

// update is write for what returns nothing.
func update(ctx context.Context, s *Store, op string, fn func(*conn) error) error {
	_, err := write(ctx, s, op, func(c *conn) (struct{}, error) { return struct{}{}, fn(c) })
	return err
}

func startWriter(c *conn, ch *changes, log *slog.Logger) *writer {
	w := &writer{
		c: c, changes: ch, log: log,
		queue:   make(chan *task, queueSize),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

// stop runs the tasks that wait and closes the connection.
func (w *writer) stop() error {
	close(w.closing)
	<-w.stopped
	return w.c.close()
}

func (w *writer) do(ctx context.Context, t *task) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait to write: %w", err)
	}
	select {
	case <-w.closing:
		return errClosed
	default:
	}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return fmt.Errorf("wait to write: %w", ctx.Err())
	case <-w.closing:
		return errClosed
	}
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
		t.held.CompareAndSwap(false, true)
		return fmt.Errorf("wait for a write: %w", ctx.Err())
	case <-w.stopped:
	}
	select {
	case <-t.done:
		return t.err
	default:
		return errClosed // it came into the queue as the loop left
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	tasks := make([]*task, 0, groupSize)
	for {
		tasks = tasks[:0]
		select {
		case t := <-w.queue:
			tasks = append(tasks, t)
		case <-w.closing:
		}
	take:
		for len(tasks) < groupSize {
			select {
			case t := <-w.queue:
				tasks = append(tasks, t)
			default:
				break take
			}
		}
		if len(tasks) == 0 {
			return // closing, and nothing waits
		}
		for rest := tasks; len(rest) > 0; {
			rest = rest[w.group(rest):]
		}
	}
}

// group runs tasks in one transaction and answers them after its end. It
// returns how many it answered: fewer than all if one of them broke the
// transaction.
func (w *writer) group(tasks []*task) int {
	if _, err := w.c.exec(begin); err != nil {
		answer(tasks, err)
		return len(tasks)
	}
	defer w.changes.forget()
	for i, t := range tasks {
		if !t.held.CompareAndSwap(false, true) {
			continue // its caller gave up
		}
		if err := w.one(t); err != nil {
			w.broken(err)
			answer(tasks[:i+1], err)
			return i + 1
		}
	}
	w.changes.step()
	_, err := w.c.exec(commit)
	if err != nil {
		w.broken(err)
	}
	w.changes.step()
	answer(tasks, err)
	return len(tasks)
}

// one runs a task in a savepoint. The task's error stays with it; the error
// returned is one after which the transaction cannot go on.
func (w *writer) one(t *task) error {
	if _, err := w.c.exec(savepoint); err != nil {
		return err
	}
	if t.err = guard(w.c, t.run); t.err != nil {
		if _, err := w.c.exec(rollbackTo); err != nil {
			// There is no savepoint any more: SQLite has rolled back everything,
			// as it may on a full disk, and the task's error says why.
			if _, ok := errors.AsType[*sqlite.Error](t.err); ok {
				return t.err
			}
			return err
		}
	}
	_, err := w.c.exec(release)
	return err
}

// broken rolls back what may be left of a transaction.
func (w *writer) broken(cause error) {
	_, err := w.c.exec(rollback) // an error says that SQLite did so already
	w.log.Warn("a group of writes was rolled back", "cause", cause, "rollback", err)
}

// answer ends the wait of each task, with its own error or else with err.
func answer(tasks []*task, err error) {
	for _, t := range tasks {
		if t.err == nil {
			t.err = err
		}
		close(t.done)
	}
}

var errPanic = errors.New("panic in a write")

// guard makes a panic the error of the one write that it happened in.
func guard(c *conn, run func(*conn) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return run(c)
}
