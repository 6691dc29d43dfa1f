package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/store"
)

// patience is how long a test waits for what has to come.
const patience = time.Minute

// server is the whole program on a port of its own, with an empty data directory.
type server struct {
	*app
	url  string
	logs *logs
}

// setup is what a test may choose of its server.
type setup struct {
	options
	env  []string // KEEPSAKE_…=value
	idle bool     // no work is done on media
}

// startServer runs the program until the test ends.
func startServer(t testing.TB, s setup) *server {
	t.Helper()
	env := append([]string{"KEEPSAKE_RATE_USER=1000000", "KEEPSAKE_MAX_CONCURRENT=0", "KEEPSAKE_DATA=" + t.TempDir(), "KEEPSAKE_LOG_LEVEL=warn", "KEEPSAKE_WORKER_MEMORY=2GiB"}, scaleEnv(t, s.now)...)
	cfg, err := config.Load(append(env, s.env...))
	if err != nil {
		t.Fatal(err)
	}
	if s.passwords == nil { // as cheap as can be: what they cost is not tested here
		s.passwords = &auth.PasswordOptions{MemoryKiB: 64, Iterations: 1}
	}
	log := &logs{}
	web := httptest.NewUnstartedServer(nil)
	base := "http://" + web.Listener.Addr().String()
	a, err := newAppWith(context.Background(), cfg, base, newLogger(cfg, log), s.options)
	if err != nil {
		t.Fatal(err)
	}
	if !s.idle {
		a.background.Go(func() { a.service.RunWorkers(a.work) })
	}
	web.Config.Handler = a.routes()
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	web.Start()
	t.Cleanup(func() {
		a.transport.Drain(0) // event streams are requests, too
		web.Close()
		if err := a.close(); err != nil {
			t.Error("close:", err)
		}
		if t.Failed() {
			t.Logf("the server's log: %.4000s", log)
		}
	})
	return &server{app: a, url: base, logs: log}
}

// logs is what the program has logged.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// person is who asks: a user, a share visitor, or nobody where the token is empty.
type person struct {
	id      album.UserID
	session album.SessionID
	name    string // of the local account
	token   string
	refresh string
}

// password is everyone's.
const password = "correct horse"

// user makes a user who is signed in, straight in the store.
func (s *server) user(t testing.TB, display string) person {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	p := person{id: s.service.IDs.User(), session: s.service.IDs.Session()}
	p.name = strings.ToLower(string(p.id))
	u := &album.User{ID: p.id, DisplayName: display, AvatarURL: "https://wx.qlogo.cn/" + display, CreatedAt: now}
	secret, err := s.service.Passwords.Hash(ctx, password)
	must(t, err)
	must(t, s.store.CreateUser(ctx, u, album.Identity{Provider: "local", Subject: p.name, UserID: p.id, Secret: secret}))
	refresh, hash := auth.NewSecret()
	p.refresh = refresh
	must(t, s.store.CreateSession(ctx, album.Session{
		ID: p.session, UserID: p.id, RefreshHash: hash, CreatedAt: now, ExpiresAt: now.Add(time.Hour),
	}))
	p.token = s.tokenFor(t, album.Identified{UserID: p.id, SessionID: p.session}, auth.AccessLife)
	return p
}

// tokenFor makes an access token that holds for that long.
func (s *server) tokenFor(t testing.TB, v album.Identified, life time.Duration) string {
	t.Helper()
	token, _, err := s.service.Tokens.Issue(v, life)
	must(t, err)
	return token
}

// by is a change that somebody makes now.
func by(id album.UserID) store.Change { return store.Change{Actor: id, At: time.Now()} }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what a GraphQL request gave.
type answer struct {
	Data   any `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
	status int
	body   string
}

// code is the code of the first error, or "".
func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return fmt.Sprint(a.Errors[0].Extensions["code"])
}

// at walks down the data by the names and indices of a dotted path; nil is
// what is not there.
func (a answer) at(path string) any { return dig(a.Data, path) }

func (a answer) str(path string) string {
	s, _ := a.at(path).(string)
	return s
}

func dig(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// ask sends a document with its variables, alternating names and values.
func (s *server) ask(t testing.TB, token, document string, variables ...any) answer {
	t.Helper()
	return s.post(t, token, requestBody(t, document, variables...))
}

// requestBody is a request's JSON.
func requestBody(t testing.TB, document string, variables ...any) []byte {
	t.Helper()
	values := map[string]any{}
	for i := 0; i < len(variables); i += 2 {
		values[variables[i].(string)] = variables[i+1]
	}
	body, err := json.Marshal(map[string]any{"query": document, "variables": values})
	must(t, err)
	return body
}

// want is ask for what has to succeed.
func (s *server) want(t testing.TB, token, document string, variables ...any) answer {
	t.Helper()
	a := s.ask(t, token, document, variables...)
	if len(a.Errors) > 0 {
		t.Fatalf("%s\ngave %s", document, a.body)
	}
	return a
}

// post sends a body as it is.
func (s *server) post(t testing.TB, token string, body []byte) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(res.Body)
	must(t, err)
	a := answer{status: res.StatusCode, body: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("answer %q: %v", text, err)
	}
	return a
}

// fetch sends a request without a body of GraphQL: to a signed URL, say.
func fetch(t testing.TB, method, url string, body []byte, header ...string) (status int, text []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	must(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	text, err = io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, text
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !holds(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("in vain waited for: " + what)
		}
	}
}

// settled is how long to watch for what must not come.
const settled = 100 * time.Millisecond

// accessKey is the key that this server signs access tokens with.
func (s *server) accessKey(t testing.TB) []byte {
	t.Helper()
	key, err := loadKey(s.cfg)
	must(t, err)
	return key.Derive(auth.LabelAccess)
}
