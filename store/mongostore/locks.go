package mongostore

import (
	"context"
	"slices"
	"sync"

	"keepsake/album"
)

// maxWaiters is how many writes of this process may wait for one album or
// person; more are UNAVAILABLE.
const maxWaiters = 1_000

// locks are named locks of this process. The zero value has none taken.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

// lock is one that somebody holds or waits for.
type lock struct {
	turn  chan struct{} // holds one token while the lock is free
	users int
}

// take waits for all the names, each in turn in their order so that nobody
// waits in a circle, and returns what lets go of them.
func (l *locks) take(ctx context.Context, names ...string) (release func(), err error) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	taken := make([]string, 0, len(names))
	release = func() {
		for _, name := range taken {
			l.release(name)
		}
	}
	for _, name := range names {
		if err := l.takeOne(ctx, name); err != nil {
			release()
			return nil, err
		}
		taken = append(taken, name)
	}
	return release, nil
}

func (l *locks) takeOne(ctx context.Context, name string) error {
	k := l.enter(name)
	if k == nil {
		return album.ErrUnavailable
	}
	select {
	case <-k.turn:
		return nil
	case <-ctx.Done():
		l.leave(name, k)
		return ctx.Err()
	}
}

// enter counts one more user of a lock; nil if there are too many.
func (l *locks) enter(name string) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[name]
	if k == nil {
		k = &lock{turn: make(chan struct{}, 1)}
		k.turn <- struct{}{}
		if l.held == nil {
			l.held = map[string]*lock{}
		}
		l.held[name] = k
	}
	if k.users > maxWaiters {
		return nil
	}
	k.users++
	return k
}

func (l *locks) release(name string) {
	l.mu.Lock()
	k := l.held[name]
	l.mu.Unlock()
	k.turn <- struct{}{}
	l.leave(name, k)
}

func (l *locks) leave(name string, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, name)
	}
}
