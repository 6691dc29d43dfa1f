package storetest

import (
	"context"
	"regexp"
	"sync"
	"testing"
	"time"
)

// The methods of a store have at most so many names, which become series of
// metrics, and at least so many, or a backend forgets to tell.
const (
	fewestMethods = 50
	mostMethods   = 120
)

// Observed keeps what a backend tells its store.Observer. The zero value is ready.
type Observed struct {
	mu    sync.Mutex
	names map[string]bool
	early bool // a method ended before it began
}

// Observe is a store.Observer.
func (o *Observed) Observe(_ context.Context, method string, began time.Time, _ error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.names == nil {
		o.names = map[string]bool{}
	}
	o.names[method] = true
	o.early = o.early || began.IsZero() || time.Since(began) < 0
}

// Check is called behind the suite: the names are words alone, in which nothing of
// anybody's can be, and of a bounded number.
func (o *Observed) Check(t *testing.T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name := range o.names {
		if !regexp.MustCompile(`^[a-z]+( [A-Za-z]+)*$`).MatchString(name) {
			t.Errorf("%q is not in words", name)
		}
	}
	if n := len(o.names); n < fewestMethods || n > mostMethods || o.early {
		t.Errorf("%d names, of %d to %d; ended before the beginning: %v", n, fewestMethods, mostMethods, o.early)
	}
}
