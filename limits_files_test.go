package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"keepsake/album"
	"keepsake/internal/auth"
)

// fetched is what a request without a body of GraphQL gave.
type fetched struct {
	status, major int
	header        http.Header
	text          string
}

// fetchFrom sends such a request from an address.
func fetchFrom(t *testing.T, client *http.Client, addr, method, url string) fetched {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	must(t, err)
	r.Header.Set("X-Forwarded-For", addr)
	res, err := client.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return fetched{res.StatusCode, res.ProtoMajor, res.Header, string(body)}
}

// refusal is RATE_LIMITED for an answer that says so as it has to, else "".
func (f fetched) refusal(t *testing.T) string {
	t.Helper()
	if f.status != http.StatusTooManyRequests {
		return ""
	}
	seconds, err := strconv.Atoi(f.header.Get("Retry-After"))
	if err != nil || seconds < 1 || f.text != "" && !strings.Contains(f.text, string(album.CodeRateLimited)) {
		t.Errorf("refused by %q, to be tried again after %q", f.text, f.header.Get("Retry-After"))
	}
	return string(album.CodeRateLimited)
}

// Whatever is asked of /media counts for its address, on this node.
func TestRateOfMedia(t *testing.T) {
	t.Parallel()
	const rate = 2
	s := startLimited(t, "KEEPSAKE_RATE_MEDIA="+strconv.Itoa(rate))
	for i, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodOptions, http.MethodDelete} {
		refusedWithin(t, rate*burst, 200, func() string {
			f := fetchFrom(t, http.DefaultClient, "192.0.2."+strconv.Itoa(i), method, s.url+"/media/m/x")
			if f.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: a page cannot read the answer", method)
			}
			return f.refusal(t)
		})
	}
	for range 5 * rate * burst { // from loopback
		if status, text := fetch(t, http.MethodGet, s.url+"/media/m/x", nil); status != http.StatusForbidden {
			t.Fatalf("%d %s", status, text)
		}
	}
}

// TestAPageAtOnce: who opens a page of 60 pictures, all at once, gets them.
func TestAPageAtOnce(t *testing.T) {
	t.Parallel()
	const pictures = 60
	s := startLimited(t)
	owner := s.user(t, "owner")
	id := s.photo(t, s.album(t, owner.id, album.Private, album.DefaultSettings()), owner.id)
	must(t, s.bucket.Write(t.Context(), "m/"+string(id)+"/small.jpg", "image/jpeg", bytes.NewReader(testPhoto)))
	address, err := url.Parse(s.want(t, owner.token, `query($id:ID!){media(id:$id){url(size:SMALL){url}}}`, "id", id).str("media.url.url"))
	must(t, err)
	for major := 1; major <= 2; major++ {
		web := httptest.NewUnstartedServer(s.routes())
		web.EnableHTTP2 = major == 2
		web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
		web.StartTLS()
		t.Cleanup(web.Close)
		var wg sync.WaitGroup
		for range pictures {
			wg.Go(func() {
				f := fetchFrom(t, web.Client(), fmt.Sprint("192.0.2.", major), http.MethodGet, web.URL+address.RequestURI())
				if f.status != http.StatusOK || f.major != major || f.text != string(testPhoto) {
					t.Errorf("HTTP/%d: %d and %d bytes", f.major, f.status, len(f.text))
				}
			})
		}
		wg.Wait()
	}
}

// ZIP files count for whom they were made, and for the address, together with
// what only looks like one.
func TestRateOfArchives(t *testing.T) {
	t.Parallel()
	const mine, all = 3, 8
	s := startLimited(t, fmt.Sprint("KEEPSAKE_ARCHIVE_RATE=", mine), fmt.Sprint("KEEPSAKE_ARCHIVE_ADDRESS=", all))
	w := s.newWorld(t, worldOptions{only: "$photo$", download: true})
	address := map[string]string{"forged": s.url + "/archives/x"}
	for _, who := range []string{"viewer", "editor", "visitor"} {
		address[who] = s.want(t, w.people[who].token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", 1_000_000).str("album.archive.parts.0.url")
	}
	open := func(addr, whose string) func() string {
		return func() string {
			return fetchFrom(t, http.DefaultClient, addr, http.MethodHead, address[whose]).refusal(t) // the photo has no bytes
		}
	}
	for i, whose := range []string{"viewer", "visitor"} {
		refusedAfter(t, mine, open("192.0.2."+strconv.Itoa(i), whose))
		if code := open("192.0.2."+strconv.Itoa(i), "editor")(); code != "" {
			t.Errorf("%s took what the editor has at the same address", whose)
		}
		if code := open("192.0.2.9", whose)(); code != "" {
			t.Errorf("%s is refused elsewhere", whose)
		}
		refusedWithin(t, (everywhere-2)*mine-1, 2*everywhere*mine, func() func() string {
			n := 0
			return func() string { n++; return open(fmt.Sprintf("198.51.%d.%d", i, n), whose)() }
		}())
	}
	refusedAfter(t, all, open(elsewhere, "forged"))
	if code := open(elsewhere, "editor")(); code == "" {
		t.Error("an address has more for one that is not forged")
	}
	if f := fetchFrom(t, http.DefaultClient, elsewhere, http.MethodGet, address["editor"]); f.refusal(t) == "" {
		t.Errorf("%d %s", f.status, f.text)
	}
}

// What runs on sockets counts with what runs over HTTP; subscriptions do not.
func TestOperationsAtOnce(t *testing.T) {
	t.Parallel()
	const most = 2
	var holding atomic.Int32
	held, entered := make(chan struct{}), make(chan struct{}, most)
	hold := func(string) {
		if holding.Add(-1) >= 0 {
			entered <- struct{}{}
			<-held
		}
	}
	s := startServer(t, setup{
		idle: true, options: options{onStatement: hold},
		env: []string{"KEEPSAKE_TRUSTED_PROXIES=127.0.0.1,::1", fmt.Sprint("KEEPSAKE_MAX_CONCURRENT=", most)},
	})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	token := w.people["viewer"].token
	first, second := s.dial(t, token), s.dial(t, token)
	for range most + 1 {
		first.start(t, w.fill(`subscription{albumEvents(albumId:$album$){kind}}`))
	}
	eventually(t, "the subscriptions", func() bool { return s.engine.Stats().Subscribers == most+1 && s.engine.Stats().Replays == 0 })
	s.want(t, token, `{me{id}}`)
	var running []*subscription
	holding.Store(most)
	for range most {
		running = append(running, first.start(t, w.fill(`{album(id:$album$){id}}`)))
		<-entered
	}
	if a, _ := second.start(t, `{__typename}`).next(t); a.code() != string(album.CodeRateLimited) {
		t.Errorf("one too many on another socket: %s", a.body)
	}
	if a := s.ask(t, token, `{__typename}`); a.code() != string(album.CodeRateLimited) || a.status != http.StatusTooManyRequests {
		t.Errorf("one too many over HTTP: %d %s", a.status, a.body)
	}
	if said := s.onSocketFrom(t, elsewhere, `{__typename}`); !strings.Contains(said, `"Query"`) {
		t.Errorf("somebody else: %s", said)
	}
	close(held)
	for _, op := range running {
		if a, _ := op.next(t); len(a.Errors) > 0 {
			t.Errorf("one of those: %s", a.body)
		}
	}
	eventually(t, "nothing to run", func() bool { return s.limits.ofOne.Len()+s.limits.ofAll.Len() == 0 })
}

// What runs on the sockets of an address counts for all its users.
func TestOperationsOfAnAddress(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_MAX_CONCURRENT=1"}})
	begin := func(ctx context.Context, user string) (func(), error) {
		return s.limits.execute(auth.WithClient(ctx, netip.MustParseAddr(guesser)), album.Identified{UserID: album.UserID(user)})
	}
	var ends []func()
	for n := range sharing {
		end, err := begin(t.Context(), strconv.Itoa(n))
		must(t, err)
		ends = append(ends, end)
	}
	for _, user := range []string{"0", "one too many"} {
		if _, err := begin(t.Context(), user); album.CodeOf(err) != album.CodeRateLimited {
			t.Errorf("%s: %v", user, err)
		}
	}
	for _, end := range ends {
		end()
	}
	if n := s.limits.ofOne.Len() + s.limits.ofAll.Len(); n != 0 {
		t.Errorf("%d are still counted", n)
	}
}
