package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/graph/generated"
	"keepsake/store"
)

// onceCase is a mutation that somebody may do, in a world of its own, with a key.
type onceCase struct {
	w        *world
	who      person
	document string
	first    answer
	after    string // what the owner sees then
}

// onceRules are a row of the authorisation table for each mutation of the schema,
// with somebody who may do it.
func onceRules(t *testing.T) map[string]rule {
	t.Helper()
	found := map[string]rule{}
	for _, r := range rules() {
		if _, ok := found[r.field]; !ok && strings.HasPrefix(r.field, "Mutation.") && r.doer() != "" {
			found[r.field] = r
		}
	}
	for _, f := range generated.NewExecutableSchema(generated.Config{}).Schema().Mutation.Fields {
		if _, ok := found["Mutation."+f.Name]; !ok {
			t.Errorf("no row of %s can be done by anybody", f.Name)
		}
	}
	return found
}

// doer is the first role that a row lets do it.
func (r rule) doer() string {
	for i, want := range strings.Fields(r.want) {
		if allowed(want) {
			return roles[i]
		}
	}
	return ""
}

// withKeys puts a key into each input of a document.
func withKeys(document, key string) string {
	n := 0
	return regexp.MustCompile(`\(input:\{`).ReplaceAllStringFunc(document, func(input string) string {
		n++
		return fmt.Sprintf(`%sidempotencyKey:"%s-%d",`, input, key, n)
	})
}

// begin does a mutation for the first time.
func (r rule) begin(t *testing.T, s *server) *onceCase {
	t.Helper()
	kind := worldKinds[r.world]
	kind.only = r.ask
	if r.field == "Mutation.copyMedia" {
		kind.then = writeFiles
	}
	w := s.newWorld(t, kind)
	c := &onceCase{w: w, who: w.people[r.doer()], document: withKeys(r.document(w), "a.key")}
	if c.first = s.ask(t, c.who.token, c.document); len(c.first.Errors) > 0 {
		t.Fatalf("%s\ngave %s", c.document, c.first.body)
	}
	c.after = w.snapshot(t)
	return c
}

// writeFiles gives the owner's photo the bytes that a copy of it needs.
func writeFiles(t testing.TB, w *world) {
	m, err := w.s.store.Media(t.Context(), w.medium("ownerPhoto"))
	must(t, err)
	must(t, w.s.bucket.Write(t.Context(), m.Key, m.ContentType, bytes.NewReader(testPhoto)))
	for _, f := range m.Files {
		must(t, w.s.bucket.Write(t.Context(), f.Key, f.ContentType, bytes.NewReader(testPhoto)))
	}
}

// unchanged sees that nothing was done since.
func (c *onceCase) unchanged(t *testing.T) {
	t.Helper()
	if now := c.w.snapshot(t); now != c.after {
		t.Errorf("it was done again:\n%s\nbecame\n%s", c.after, now)
	}
}

// TestOnceEach: every mutation is done once and answered the same, and its key is
// refused for anything else.
func TestOnceEach(t *testing.T) {
	s := startServer(t, setup{})
	for field, r := range onceRules(t) {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			c := r.begin(t, s)
			again := s.ask(t, c.who.token, c.document)
			if field == "Mutation.signOut" { // whose session is over
				if again.code() != string(album.CodeSessionRevoked) {
					t.Errorf("again: %s", again.body)
				}
				return
			}
			if again.body != c.first.body {
				t.Errorf("first %s\nthen  %s", c.first.body, again.body)
			}
			if a := s.ask(t, c.who.token, c.document+" "); a.code() != string(album.CodeIdempotencyMismatch) {
				t.Errorf("another document: %s", a.body)
			}
			c.unchanged(t)
		})
	}
}

// forgetful is a store that keeps no answers, as if each node died before that.
type forgetful struct{ store.Store }

func (forgetful) AnswerKey(context.Context, string, string, []byte) error { return nil }

func (forgetful) ReleaseKey(context.Context, string, string, time.Time) error { return nil }

// TestOnceLost: who asks again after a node died between a change and its answer
// is told what was done, and it is not done again.
func TestOnceLost(t *testing.T) {
	var ahead atomic.Int64
	s := startServer(t, setup{options: options{
		store: func(s store.Store) store.Store { return forgetful{s} },
		now:   func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}})
	cases := map[string]*onceCase{}
	for field, r := range onceRules(t) {
		if field != "Mutation.signOut" { // nobody is let in to ask again
			cases[field] = r.begin(t, s)
		}
	}
	ahead.Store(int64(time.Minute)) // beyond any lease
	for field, c := range cases {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			again := s.ask(t, c.who.token, c.document)
			if got, want := lasting(t, again), lasting(t, c.first); got != want {
				t.Errorf("first %s\nthen  %s", want, got)
			}
			c.unchanged(t)
		})
	}
}

// TestOnceUndoesNothing: who asks again after a crash does not undo what somebody
// else has done since, and is told what they did themselves.
func TestOnceUndoesNothing(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{idle: true, options: options{
		store: func(s store.Store) store.Store { return forgetful{s} },
		now:   func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}})
	mei := s.user(t, "mei")
	id := s.album(t, mei.id, album.Private, album.DefaultSettings())
	const rename = `mutation($k:String,$a:ID!,$t:String!){updateAlbum(input:{idempotencyKey:$k,albumId:$a,title:$t}){album{title}}}`
	s.want(t, mei.token, rename, "k", "k", "a", id, "t", "mine")
	s.want(t, mei.token, rename, "k", nil, "a", id, "t", "another's")
	ahead.Store(int64(time.Minute)) // beyond the lease
	if a := s.want(t, mei.token, rename, "k", "k", "a", id, "t", "mine"); a.str("updateAlbum.album.title") != "mine" {
		t.Errorf("again: %s", a.body)
	}
	if a := s.want(t, mei.token, `query($a:ID!){album(id:$a){title}}`, "a", id); a.str("album.title") != "another's" {
		t.Errorf("the album is %s", a.body)
	}
}

// lasting is an answer without what is made anew each time: tokens of access and
// addresses, which end.
func lasting(t *testing.T, a answer) string {
	t.Helper()
	var strip func(v any) any
	strip = func(v any) any {
		switch at := v.(type) {
		case map[string]any:
			for name := range at {
				if name == "accessToken" || name == "url" {
					at[name] = "made anew"
				}
				at[name] = strip(at[name])
			}
		case []any:
			for i := range at {
				at[i] = strip(at[i])
			}
		}
		return v
	}
	var whole any
	must(t, json.Unmarshal([]byte(a.body), &whole))
	b, err := json.Marshal(strip(whole))
	must(t, err)
	return string(b)
}
