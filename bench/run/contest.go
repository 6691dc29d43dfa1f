package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"keepsake/album"
	"keepsake/bench/dataset"
	"keepsake/bench/load"
	"keepsake/internal/auth"
)

// contender is one of the two that are measured.
type contender struct {
	name   string
	number int // 0 or 1; by it the media that each may change are told apart
	system system
	target load.Target
	sizes  []int // of the answers to the pages, as in contest.pages
}

// contest is the two over the same data.
type contest struct {
	shape  dataset.Shape
	tokens []string // of each user
	pages  []page
	floor  *contender
	server *contender
	liked  atomic.Int64 // likes that there are more than in the data set
}

// page is an album as one of its members asks for it.
type page struct{ album, user int }

// tokenLife outlasts any run.
const tokenLife = 12 * time.Hour

// newContest makes everyone's token and a page of each album.
func newContest(shape dataset.Shape, key auth.Key, floor, server load.Target) (*contest, error) {
	c := &contest{
		shape:  shape,
		floor:  &contender{name: "floor", number: 0, system: plain{}, target: floor},
		server: &contender{name: "Keepsake", number: 1, system: newGraphQL(), target: server},
	}
	tokens := auth.NewTokens(key.Derive(auth.LabelAccess), time.Now)
	for n := range shape.Users {
		token, _, err := tokens.Issue(album.Identified{UserID: dataset.UserID(n), SessionID: dataset.SessionID(n)}, tokenLife)
		if err != nil {
			return nil, err
		}
		c.tokens = append(c.tokens, token)
	}
	for a := range shape.Albums {
		c.pages = append(c.pages, page{album: a, user: shape.Member(a, a/7%dataset.MembersEach)})
	}
	return c, nil
}

// request appends the request for a page.
func (c *contest) request(b []byte, s system, p page) []byte {
	return s.page(b, string(dataset.AlbumID(p.album)), c.tokens[p.user])
}

// compare asks both for every page once, wants the same content from both, and
// remembers how long each answer is.
func (c *contest) compare(ctx context.Context) error {
	floor, err := load.Dial(ctx, c.floor.target.Addr)
	if err != nil {
		return err
	}
	defer floor.Close() //nolint:errcheck // nothing waits in it
	server, err := load.Dial(ctx, c.server.target.Addr)
	if err != nil {
		return err
	}
	defer server.Close() //nolint:errcheck // as above
	for _, p := range c.pages {
		want, got, err := c.comparePage(floor, server, p)
		if err != nil {
			// Signed URLs change with the hour, perhaps between the two.
			want, got, err = c.comparePage(floor, server, p)
		}
		if err != nil {
			return fmt.Errorf("album %d: %w", p.album, err)
		}
		c.floor.sizes = append(c.floor.sizes, len(want))
		c.server.sizes = append(c.server.sizes, len(got))
	}
	return nil
}

// comparePage asks both for a page and wants the same content.
func (c *contest) comparePage(floor, server *load.Conn, p page) (want, got []byte, err error) {
	if want, err = ask(floor, c.request(nil, c.floor.system, p)); err != nil {
		return nil, nil, fmt.Errorf("the floor's page: %w", err)
	}
	if got, err = ask(server, c.request(nil, c.server.system, p)); err != nil {
		return nil, nil, fmt.Errorf("the server's page: %w", err)
	}
	return want, got, sameContent(want, got)
}

// ask sends one request and wants status 200.
func ask(conn *load.Conn, request []byte) ([]byte, error) {
	status, body, err := conn.Do(request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", status, body)
	}
	return body, err
}

// readers are clients that ask for pages at random.
func (c *contest) readers(of *contender, n int) []load.Source {
	out := make([]load.Source, n)
	for i := range out {
		out[i] = &reader{contest: c, of: of, random: rand.New(rand.NewPCG(uint64(n), uint64(i)))}
	}
	return out
}

// reader asks for random pages.
type reader struct {
	contest *contest
	of      *contender
	random  *rand.Rand
	last    int
}

// Next implements load.Source.
func (r *reader) Next(b []byte) []byte {
	r.last = r.random.IntN(len(r.contest.pages))
	return r.contest.request(b, r.of.system, r.contest.pages[r.last])
}

// Check implements load.Source.
func (r *reader) Check(status int, body []byte) error {
	if want := r.of.sizes[r.last]; status != http.StatusOK || len(body) != want {
		return fmt.Errorf("page %d: status %d and %d bytes, want 200 and %d: %.300s", r.last, status, len(body), want, body)
	}
	return nil
}
