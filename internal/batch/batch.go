// Package batch loads many things by their keys in one call, without timers:
// who lists things says which keys will be asked for, and the first of them
// that is asked for loads all of them.
package batch

import (
	"context"
	"errors"
	"sync"
)

// Loader loads values of type V by keys of type K, each at most once. It belongs
// to one request; its methods may be called concurrently.
type Loader[K comparable, V any] struct {
	fetch func(ctx context.Context, keys []K) (map[K]V, error)

	mu       sync.Mutex
	expected []K // some perhaps more than once, or loaded meanwhile
	calls    map[K]*call[K, V]
}

// call is one fetch and the keys that wait for it.
type call[K comparable, V any] struct {
	done   chan struct{}
	values map[K]V
	err    error
}

var errPanicked = errors.New("batch: the fetch panicked")

// New returns a loader on fetch, which gets distinct keys and returns the values
// of those that exist.
func New[K comparable, V any](fetch func(ctx context.Context, keys []K) (map[K]V, error)) *Loader[K, V] {
	return &Loader[K, V]{fetch: fetch}
}

// Expect says that these keys may be asked for. It loads nothing.
func (l *Loader[K, V]) Expect(keys ...K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		if n := len(l.expected); l.calls[key] == nil && (n == 0 || l.expected[n-1] != key) {
			l.expected = append(l.expected, key)
		}
	}
}

// Load returns the value of a key, and whether there is one. If it is not loaded
// yet it is fetched together with all keys expected until then.
func (l *Loader[K, V]) Load(ctx context.Context, key K) (value V, ok bool, err error) {
	l.mu.Lock()
	c := l.calls[key]
	if c != nil {
		l.mu.Unlock()
		select {
		case <-c.done:
		case <-ctx.Done():
			return value, false, ctx.Err()
		}
	} else {
		c = &call[K, V]{done: make(chan struct{}), err: errPanicked}
		keys := l.take(key, c)
		l.mu.Unlock()
		func() {
			defer close(c.done)
			c.values, c.err = l.fetch(ctx, keys)
		}()
	}
	value, ok = c.values[key]
	return value, ok, c.err
}

// take assigns key and all expected keys to a call.
func (l *Loader[K, V]) take(key K, c *call[K, V]) []K {
	if l.calls == nil {
		l.calls = make(map[K]*call[K, V], len(l.expected)+1)
	}
	keys := make([]K, 0, len(l.expected)+1)
	for _, k := range append(l.expected, key) {
		if l.calls[k] == nil {
			l.calls[k] = c
			keys = append(keys, k)
		}
	}
	l.expected = l.expected[:0]
	return keys
}
