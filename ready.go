package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// readyTime is how long a part may take to answer before it counts as away.
const readyTime = 2 * time.Second

// part is one of the things that the program stands on.
type part struct {
	name string
	ping func(ctx context.Context) error
	// needed: nothing works without it. Without the broker only live updates come
	// later, so that no node is taken out of service for it.
	needed bool
}

func (a *app) parts() []part {
	return []part{
		{partDatabase, a.store.Ping, true},
		{partMedia, a.bucket.Ping, true},
		{partMessages, a.broker.Ping, false},
	}
}

// ready answers 200 while the node can serve, else 503; its body has a line for
// each part. What is wrong with one stands in the log alone.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	if a.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	parts := a.parts()
	errs := make([]error, len(parts))
	var pings sync.WaitGroup
	for i, p := range parts {
		pings.Go(func() { errs[i] = p.ping(ctx) })
	}
	pings.Wait()

	status, lines := http.StatusOK, []string{"ready"}
	for i, p := range parts {
		if errs[i] == nil {
			lines = append(lines, p.name+": answers")
			continue
		}
		a.log.ErrorContext(ctx, "a part does not answer", "part", p.name, "error", errs[i])
		lines = append(lines, p.name+": does not answer")
		if p.needed {
			status, lines[0] = http.StatusServiceUnavailable, "not ready"
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, strings.Join(lines, "\n")) // the client may be gone
}
