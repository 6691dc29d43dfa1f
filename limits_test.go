package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/internal/intake"
	"keepsake/internal/testenv/redisserver"
	"keepsake/ratelimit"
	"keepsake/ratelimit/leaselimit"
	"keepsake/resolvers"
	"keepsake/service"
)

// Addresses of clients, as a proxy reports them.
const (
	guesser   = "198.51.100.1"
	elsewhere = "203.0.113.9"
)

// startLimited runs a server that believes what the test says of its address.
func startLimited(t *testing.T, env ...string) *server {
	t.Helper()
	return startServer(t, setup{idle: true, env: append([]string{"KEEPSAKE_TRUSTED_PROXIES=127.0.0.1,::1"}, env...)})
}

// from is ask from an address; retryAfter is the header of that name.
func (s *server) from(t *testing.T, addr, token, document string) (a answer, retryAfter string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document})
	must(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", addr)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(res.Body)
	must(t, err)
	a = answer{status: res.StatusCode, body: string(text)}
	must(t, json.Unmarshal(text, &a))
	return a, res.Header.Get("Retry-After")
}

// onSocketFrom asks on a socket from an address, and returns the answer.
func (s *server) onSocketFrom(t *testing.T, addr, document string) string {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{subprotocol}, HandshakeTimeout: patience}
	conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", http.Header{"X-Forwarded-For": {addr}})
	must(t, err)
	defer conn.Close()     //nolint:errcheck // the answer is there
	defer res.Body.Close() //nolint:errcheck // empty
	payload, err := json.Marshal(map[string]any{"query": document})
	must(t, err)
	var m message
	must(t, conn.SetReadDeadline(time.Now().Add(patience)))
	must(t, conn.WriteJSON(message{Type: "connection_init"}))
	must(t, conn.ReadJSON(&m))
	must(t, conn.WriteJSON(message{ID: "1", Type: "subscribe", Payload: payload}))
	must(t, conn.ReadJSON(&m))
	return string(m.Payload)
}

// refusedAfter does something until it is refused, which it is not before the
// limit. Where Redis was slow for once there may be twice as many.
func refusedAfter(t *testing.T, limit int, try func() (code string)) {
	t.Helper()
	refusedWithin(t, limit, 2*limit, try)
}

// refusedWithin is refusedAfter for what comes back while the test runs.
func refusedWithin(t *testing.T, limit, most int, try func() (code string)) {
	t.Helper()
	for n := range most + 1 {
		if try() != string(album.CodeRateLimited) {
			continue
		}
		if n < limit {
			t.Errorf("refused after %d, not %d", n, limit)
		}
		return
	}
	t.Fatalf("%d were not refused, though the limit is %d", most+1, limit)
}

func signIn(name, password string) string {
	return fmt.Sprintf(`mutation{signIn(input:{name:%q,password:%q}){session{accessToken}}}`, name, password)
}

// A guesser is slowed down, for names that nobody has as well, while the owner of
// the account signs in from elsewhere.
func TestGuesserIsSlowed(t *testing.T) {
	t.Parallel()
	const tries = 5
	s := startLimited(t, "KEEPSAKE_SIGN_IN_TRIES="+strconv.Itoa(tries))
	owner := s.user(t, "owner")
	for _, name := range []string{owner.name, "nobody.at.all"} {
		refusedAfter(t, tries, func() string {
			a, _ := s.from(t, guesser, "", signIn(name, "a wrong guess"))
			return a.code()
		})
	}
	a, _ := s.from(t, guesser, "", signIn(owner.name, password))
	wait, _ := a.Errors[0].Extensions["retryAfter"].(float64)
	if a.code() != string(album.CodeRateLimited) || a.status != http.StatusOK || wait < 1 || wait > (15*time.Minute).Seconds() {
		t.Errorf("even the right one is refused for a while: %s", a.body)
	}
	if said := s.onSocketFrom(t, guesser, signIn(owner.name, password)); !strings.Contains(said, `"RATE_LIMITED"`) {
		t.Errorf("a socket is a way around: %s", said)
	}
	if said := s.onSocketFrom(t, elsewhere, signIn(owner.name, password)); !strings.Contains(said, `"accessToken"`) {
		t.Errorf("the owner is locked out on a socket: %s", said)
	}
	if a, _ := s.from(t, elsewhere, "", signIn(owner.name, password)); a.str("signIn.session.accessToken") == "" {
		t.Errorf("the owner is locked out: %s", a.body)
	}
	// The session that is open is no other way to guess.
	refusedAfter(t, tries, func() string {
		a, _ := s.from(t, "192.0.2.4", owner.token, `mutation{changePassword(input:{oldPassword:"a wrong guess",newPassword:"battery staple"}){user{id}}}`)
		return a.code()
	})
	_, text := fetch(t, http.MethodGet, s.url+"/metrics", nil)
	if line := "\nkeepsake_rate_limited_total{kind=\"sign_in\"} "; !strings.Contains(string(text), line) || strings.Contains(string(text), line+"0\n") {
		t.Error("the metrics do not count it")
	}
}

// Many names from one address, and one name from many addresses.
func TestGuessersOfMany(t *testing.T) {
	t.Parallel()
	const tries, all = 2, 6
	s := startLimited(t, "KEEPSAKE_SIGN_IN_TRIES="+strconv.Itoa(tries), "KEEPSAKE_SIGN_IN_ADDRESS="+strconv.Itoa(all))
	n := 0
	refusedAfter(t, all, func() string {
		n++
		a, _ := s.from(t, guesser, "", signIn("name"+strconv.Itoa(n), "a wrong guess"))
		return a.code()
	})
	refusedAfter(t, everywhere*tries, func() string {
		n++
		a, _ := s.from(t, fmt.Sprintf("198.51.%d.%d", n/200, n%200), "", signIn("somebody", "a wrong guess"))
		return a.code()
	})
}

// What succeeds does not count.
func TestSuccessesAreGivenBack(t *testing.T) {
	t.Parallel()
	s := startLimited(t, "KEEPSAKE_SIGN_IN_TRIES=1", "KEEPSAKE_SIGN_IN_ADDRESS=1")
	owner := s.user(t, "owner")
	for range 5 {
		if a, _ := s.from(t, guesser, "", signIn(owner.name, password)); len(a.Errors) > 0 {
			t.Fatal(a.body)
		}
	}
}

func TestSharePasswordsAreSlowed(t *testing.T) {
	t.Parallel()
	const tries = 4
	s := startLimited(t, "KEEPSAKE_SHARE_TRIES="+strconv.Itoa(tries))
	owner, guest := s.user(t, "owner"), s.user(t, "guest")
	id := s.want(t, owner.token, `mutation{createAlbum(input:{title:"x"}){album{id}}}`).str("createAlbum.album.id")
	token := s.want(t, owner.token, `mutation($a:ID!){createShare(input:{albumId:$a,joinRole:VIEWER,password:"open sesame"}){token}}`, "a", id).
		str("createShare.token")
	refusedAfter(t, tries, func() string {
		a, _ := s.from(t, guesser, "", fmt.Sprintf(`mutation{openShare(input:{token:%q,password:"wrong"}){accessToken}}`, token))
		return a.code()
	})
	join := fmt.Sprintf(`mutation{joinAlbum(input:{token:%q,password:"open sesame"}){membership{role}}}`, token)
	if a, _ := s.from(t, guesser, guest.token, join); a.code() != string(album.CodeRateLimited) {
		t.Errorf("joining is another way to guess: %s", a.body)
	}
	if a, _ := s.from(t, elsewhere, guest.token, join); len(a.Errors) > 0 {
		t.Errorf("a guest elsewhere is kept out: %s", a.body)
	}
}

func TestSignUpsAreSlowed(t *testing.T) {
	t.Parallel()
	const most = 3
	s := startLimited(t, "KEEPSAKE_SIGN_UP_ADDRESS="+strconv.Itoa(most))
	n := 0
	signUp := func(addr string) string {
		n++
		a, _ := s.from(t, addr, "", fmt.Sprintf(`mutation{signUp(input:{name:"new.%d",password:"correct horse"}){session{user{id}}}}`, n))
		return a.code()
	}
	refusedAfter(t, most, func() string { return signUp("2001:db8:1:2::1") })
	if code := signUp("2001:db8:1:2:ffff::1"); code != string(album.CodeRateLimited) {
		t.Errorf("another address of the same network: %q", code)
	}
	if code := signUp("2001:db8:1:3::1"); code != "" {
		t.Errorf("another network: %q", code)
	}
}

// Requests of an address are refused everywhere that they are taken.
func TestRequestsOfAnAddress(t *testing.T) {
	t.Parallel()
	s := startLimited(t, "KEEPSAKE_RATE_ADDRESS=1")
	ways := map[string]func(addr string) (status int, retryAfter string){
		"HTTP": func(addr string) (int, string) {
			a, after := s.from(t, addr, "", `{__typename}`)
			if a.status == http.StatusTooManyRequests && a.code() != string(album.CodeRateLimited) {
				t.Errorf("refused by %s", a.body)
			}
			return a.status, after
		},
		"event stream": func(addr string) (int, string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(`{"query":"{__typename}"}`))
			must(t, err)
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Forwarded-For", addr)
			res, err := http.DefaultClient.Do(r)
			must(t, err)
			must(t, res.Body.Close())
			return res.StatusCode, res.Header.Get("Retry-After")
		},
		"socket": func(addr string) (int, string) {
			d := websocket.Dialer{Subprotocols: []string{subprotocol}}
			conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", http.Header{"X-Forwarded-For": {addr}})
			if err == nil {
				must(t, conn.Close())
			} else if res == nil {
				t.Fatal(err)
			}
			must(t, res.Body.Close())
			return res.StatusCode, res.Header.Get("Retry-After")
		},
	}
	n := 0
	for name, way := range ways {
		n++
		refusedWithin(t, burst, 100, func() string {
			status, after := way("192.0.2." + strconv.Itoa(n))
			if status != http.StatusTooManyRequests {
				return ""
			}
			if seconds, err := strconv.Atoi(after); err != nil || seconds < 1 {
				t.Errorf("%s: Retry-After is %q", name, after)
			}
			return string(album.CodeRateLimited)
		})
		if status, _ := way(elsewhere + "0"); status == http.StatusTooManyRequests {
			t.Errorf("%s: another address is refused", name)
		}
	}
	for range 5 * burst {
		s.want(t, "", `{__typename}`) // from loopback
	}
}

// Requests of a user count from wherever they come, on sockets too; and those of
// others do not.
func TestRequestsOfAUser(t *testing.T) {
	t.Parallel()
	s := startLimited(t, "KEEPSAKE_RATE_USER=1")
	for name, ask := range map[string]func(token string) func() string{
		"HTTP": func(token string) func() string {
			n := 0
			return func() string {
				n++
				a, _ := s.from(t, "192.0.2."+strconv.Itoa(n), token, `{__typename}`)
				return a.code()
			}
		},
		"socket": func(token string) func() string {
			c := s.dial(t, token)
			return func() string {
				a, _ := c.start(t, `{__typename}`).next(t)
				if code := a.code(); code != "" {
					if after, _ := a.Errors[0].Extensions["retryAfter"].(float64); after < 1 {
						t.Errorf("refused without a time: %s", a.body)
					}
					return code
				}
				return ""
			}
		},
		"event stream": func(token string) func() string {
			return func() string {
				if e := s.listen(t, token, `{__typename}`, nil); e.res.StatusCode == http.StatusTooManyRequests {
					return string(album.CodeRateLimited)
				}
				return ""
			}
		},
	} {
		refusedWithin(t, burst, 100, ask(s.user(t, name).token))
		s.want(t, s.user(t, "another").token, `{__typename}`)
	}
}

// More at once than may be are refused, of a user and of an address.
func TestRequestsAtOnce(t *testing.T) {
	t.Parallel()
	s := startLimited(t, "KEEPSAKE_MAX_CONCURRENT=2")
	held, entered := make(chan struct{}), make(chan struct{}, 2*sharing)
	wait := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-held })
	for name, c := range map[string]struct {
		handler http.Handler
		most    int
	}{"a user": {s.limitedViewer(wait), 2}, "an address": {s.limited(wait), 2 * sharing}} {
		ask := func(addr, user string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
			r.RemoteAddr = addr + ":1"
			ctx := auth.WithClient(r.Context(), netip.MustParseAddr(addr))
			w := httptest.NewRecorder()
			c.handler.ServeHTTP(w, r.WithContext(resolvers.WithViewer(ctx, album.Identified{UserID: album.UserID(user)})))
			return w
		}
		done := make(chan int, c.most)
		for range c.most {
			go func() { done <- ask(guesser, "u").Code }()
			<-entered
		}
		if w := ask(guesser, "u"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" ||
			!strings.Contains(w.Body.String(), string(album.CodeRateLimited)) {
			t.Errorf("%s: one too many is answered %d %s", name, w.Code, w.Body)
		}
		other := make(chan int, 1)
		go func() { other <- ask(elsewhere, "v").Code }()
		<-entered
		for range c.most + 1 {
			held <- struct{}{}
		}
		for range c.most {
			if code := <-done; code != http.StatusOK {
				t.Errorf("%s: one of those was answered %d", name, code)
			}
		}
		if code := <-other; code != http.StatusOK {
			t.Errorf("%s: another one is answered %d", name, code)
		}
	}
	if n := s.limits.ofOne.Len() + s.limits.ofAll.Len(); n != 0 {
		t.Errorf("%d are still counted", n)
	}
}

// Two nodes with a Redis share a limit; without it each limits by itself, and says
// so in its metrics.
func TestLimitsOfTwoNodes(t *testing.T) {
	t.Parallel()
	redis, err := redisserver.Start()
	must(t, err)
	t.Cleanup(func() { must(t, redis.Close()) })
	cfg, err := config.Load([]string{"KEEPSAKE_SIGN_IN_TRIES=4"})
	must(t, err)
	cfg.Backends.RedisURL = config.Secret(redis.URL())
	nodes := make([]*limits, 2)
	for i := range nodes {
		nodes[i], err = openLimits(cfg, time.Now, newLogger(cfg, &logs{}))
		must(t, err)
		t.Cleanup(func() { must(t, nodes[i].Close()) })
	}
	n := 0
	guess := func(name string, nodes ...*limits) func() string {
		return func() string {
			n++
			_, err := nodes[n%len(nodes)].Take(t.Context(), service.TrySignIn, name)
			return string(album.CodeOf(err))
		}
	}
	refusedAfter(t, 4, guess("name", nodes...))
	// What is counted with each request is taken in batches: another node may hold some.
	refusedAfter(t, burst*cfg.RateUser-(leaselimit.Batch-1), func() string {
		n++
		return string(album.CodeOf(nodes[n%len(nodes)].user(t.Context(), album.Identified{UserID: "usr_x"})))
	})
	must(t, redis.Kill())
	for i, node := range nodes {
		refusedAfter(t, 4, guess("other name", node))
		if got := node.redis.FailedOpen(); got < 5 {
			t.Errorf("node %d decided %d alone", i, got)
		}
	}
}

// BenchmarkLimitsOfARequest has what the two limits of a request take with Redis.
func BenchmarkLimitsOfARequest(b *testing.B) {
	redis, err := redisserver.Start()
	must(b, err)
	b.Cleanup(func() { must(b, redis.Close()) })
	cfg, err := config.Load([]string{"KEEPSAKE_RATE_USER=1000000", "KEEPSAKE_RATE_ADDRESS=1000000"})
	must(b, err)
	cfg.Backends.RedisURL = config.Secret(redis.URL())
	l, err := openLimits(cfg, time.Now, newLogger(cfg, &logs{}))
	must(b, err)
	b.Cleanup(func() { must(b, l.Close()) })
	for name, by := range map[string]ratelimit.Limiter{"each": l.by, "batches": l.often, "memory": l.memory} {
		b.Run(name, func(b *testing.B) {
			l.often = by
			for b.Loop() {
				must(b, l.address(b.Context(), netip.MustParseAddr(guesser)))
				must(b, l.user(b.Context(), album.Identified{UserID: "usr_x"}))
			}
		})
	}
}

// A large body counts as several requests, on HTTP.
func TestLargeBodiesCountMore(t *testing.T) {
	t.Parallel()
	s := startLimited(t, "KEEPSAKE_RATE_ADDRESS=5")
	large := `{__typename}` + strings.Repeat(" ", intake.Small+6*sizeUnit) // counts eight times
	refusedWithin(t, burst*5/8, burst*5-1, func() string {
		a, _ := s.from(t, guesser, "", large)
		return map[bool]string{true: string(album.CodeRateLimited)}[a.status == http.StatusTooManyRequests]
	})
	if a, _ := s.from(t, elsewhere, "", large); a.code() != string(album.CodeTooComplex) {
		t.Errorf("another address: %s", a.body)
	}
}
