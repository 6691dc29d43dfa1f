package memlimit

import "sync"

// Running counts what goes on at the same time, by key. The zero value is ready.
// It remembers only the keys of what goes on.
type Running struct {
	mu   sync.Mutex
	keys map[string]int
}

// Begin counts one more of a key, if fewer than most go on; a most of 0 or less
// is no limit. Where ok, end has to be called once, when it is over.
func (r *Running) Begin(key string, most int) (end func(), ok bool) {
	if most <= 0 {
		return func() {}, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[key] >= most {
		return nil, false
	}
	if r.keys == nil {
		r.keys = map[string]int{}
	}
	r.keys[key]++
	return func() { r.end(key) }, true
}

func (r *Running) end(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[key]--; r.keys[key] <= 0 {
		delete(r.keys, key)
	}
}

// Len is of how many keys something goes on.
func (r *Running) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.keys)
}
