package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// honestPeople read at once, each from an address of their own.
	honestPeople = 8
	// pause is between two pages of one of them: half of what a person may have. It is
	// longer beside all attacks together, where the server has the race detector.
	pause, longPause = 40 * time.Millisecond, 250 * time.Millisecond
	// floor is the least quiet time that others are held against: below it the
	// machine's scheduler is what is measured.
	floor = 5 * time.Millisecond
)

func honestAddress(i int) string { return fmt.Sprintf("203.0.113.%d", i+1) }

// page is what honest people read: an album with what is said about its photos.
const page = `query Page($album: ID!) { album(id: $album) {
	id title mediaCount viewerRole owner { id displayName }
	media(first: 20) { pageInfo { hasNextPage endCursor } edges { cursor node {
		id caption likeCount viewerHasLiked commentCount blurhash owner { id displayName } url(size: SMALL) { url width height }
		comments(first: 3) { edges { node { id text author { id displayName } } } }
	} } }
} }`

// reader is an honest person, who reads the page again and again.
type reader struct {
	a       *attacker // in the way they speak to the server alone
	request []byte
}

// pageBody asks for the page of an album.
func pageBody(album string) []byte {
	body, err := json.Marshal(map[string]any{"query": page, "variables": map[string]string{"album": album}})
	if err != nil {
		panic(err) // strings alone
	}
	return body
}

func newReader(a *arena, p person, address string) *reader {
	return &reader{a: a.attacker(address), request: request(http.MethodPost, "/graphql", pageBody(a.album),
		"Content-Type", "application/json", "Authorization", "Bearer "+p.token, "X-Forwarded-For", address)}
}

// read reads the page n times, and returns how long each took.
func (r *reader) read(ctx context.Context, n int, pause, offset time.Duration) (took []time.Duration, err error) {
	defer r.a.leave()
	timer := time.NewTimer(offset)
	defer timer.Stop()
	for range n {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return took, ctx.Err()
		}
		timer.Reset(pause)
		began := time.Now()
		got, err := r.a.raw(ctx, r.request)
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
		if got.status != http.StatusOK || bytes.Contains(got.body, []byte(`"errors"`)) || !bytes.Contains(got.body, []byte(r.a.medium)) {
			return took, fmt.Errorf("an honest person got %s: %.300s", got, got.body)
		}
	}
	return took, nil
}

// times are the percentiles of pages read.
type times struct{ p50, p99 time.Duration }

// pages has all honest people read n pages each, with pauses.
func (a *arena) pages(ctx context.Context, n int, pause time.Duration) (times, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	for i, r := range a.honest {
		wg.Go(func() {
			took, err := r.read(ctx, n, pause, pause*time.Duration(i)/honestPeople)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return times{}, failed
	}
	slices.Sort(all)
	return times{p50: all[len(all)/2], p99: all[len(all)*99/100]}, nil
}

// median is that of some rounds, each percentile by itself.
func median(rounds []times) times {
	of := func(pick func(times) time.Duration) time.Duration {
		var all []time.Duration
		for _, r := range rounds {
			all = append(all, pick(r))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return times{p50: of(func(t times) time.Duration { return t.p50 }), p99: of(func(t times) time.Duration { return t.p99 })}
}
