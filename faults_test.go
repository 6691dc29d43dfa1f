package main

import (
	"context"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/media"
)

// brokenBucket panics where addresses are signed, once it is broken.
type brokenBucket struct {
	media.Bucket
	broken *bool
}

func (b brokenBucket) SignRead(ctx context.Context, r media.ReadRequest) (media.SignedURL, error) {
	if *b.broken {
		panic("the secret reason")
	}
	return b.Bucket.SignRead(ctx, r)
}

// TestPanics: a panic is one INTERNAL error, whose id stands in the log beside
// the reason, and the program goes on.
func TestPanics(t *testing.T) {
	t.Parallel()
	broken := false
	s := startServer(t, setup{options: options{bucket: func(b media.Bucket) media.Bucket { return brokenBucket{b, &broken} }}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	broken = true
	owner := w.people["owner"].token
	a := s.ask(t, owner, w.fill(`{media(id:$photo$){id caption url{url}}}`))
	s.internal(t, a)
	if a.at("media.caption") != "a caption" || len(a.Errors) != 1 {
		t.Errorf("the rest of the answer is gone: %s", a.body)
	}
	if !strings.Contains(s.logs.String(), "the secret reason") || !strings.Contains(s.logs.String(), "SignRead") {
		t.Error("the log does not say why, or where")
	}
	// On a socket it ends neither the stream nor the socket.
	socket := s.dial(t, owner)
	sub := socket.start(t, watchAlbum, "id", w.get("album"), "after", w.get("start"))
	for {
		a, ended := sub.next(t)
		if ended {
			t.Fatalf("the stream ended with %s", a.body)
		}
		if len(a.Errors) > 0 {
			s.internal(t, a)
			break
		}
	}
	if a, _ := socket.start(t, `{me{id}}`).next(t); a.at("me.id") == nil {
		t.Errorf("after a panic: %s", a.body)
	}
}

// internal sees that an answer has an INTERNAL error that tells nothing but an
// id, under which the log tells more.
func (s *server) internal(t *testing.T, a answer) {
	t.Helper()
	if a.code() != string(album.CodeInternal) || strings.Contains(a.body, "secret") || strings.Contains(a.body, "panic") {
		t.Errorf("want an INTERNAL error, got %s", a.body)
		return
	}
	if id, _ := a.Errors[0].Extensions["id"].(string); id == "" || !strings.Contains(s.logs.String(), id) {
		t.Errorf("the log does not know the error %q", id)
	}
}

// TestTheStoreIsAway: clients are told UNAVAILABLE, and not a word of the driver.
func TestTheStoreIsAway(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	owner := w.people["owner"].token
	s.want(t, owner, `{me{id}}`)
	socket := s.dial(t, owner)
	fresh := s.tokenFor(t, album.Identified{UserID: w.id("editor"), SessionID: w.people["editor"].session}, 60e9)
	must(t, s.store.Close())

	answers := map[string]answer{
		"someone known":    s.ask(t, owner, w.fill(`{album(id:$album$){title}}`)),
		"someone new":      s.ask(t, fresh, `{me{id}}`),
		"nobody":           s.ask(t, "", w.fill(`{album(id:$album$){title}}`)),
		"signing in":       s.ask(t, "", `mutation($n:String!){signIn(input:{name:$n,password:"correct horse"}){session{accessToken}}}`, "n", w.get("ownerName")),
		"refreshing":       s.ask(t, "", refresh, "t", w.get("ownerRefresh")),
		"a mutation":       s.ask(t, owner, w.fill(`mutation{addComment(input:{mediaId:$photo$,text:"x"}){comment{id}}}`)),
		"many":             s.ask(t, owner, w.fill(`{nodes(ids:[$album$,$photo$,$comment$,$share$,$owner$]){id}}`)),
		"opening a share":  s.ask(t, "", `mutation($t:String!){openShare(input:{token:$t}){accessToken}}`, "t", w.get("shareToken")),
		"finalising":       s.ask(t, w.people["contributor"].token, finalize, "id", w.get("pending")),
		"the feed":         s.ask(t, owner, `{feed{edges{node{__typename}}}}`),
		"one of two lists": s.ask(t, owner, w.fill(`{me{id} album(id:$album$){media{edges{node{id}}} trash{edges{node{id}}}}}`)),
	}
	answers["by socket"], _ = socket.start(t, w.fill(`{album(id:$album$){title}}`)).next(t)
	for name, a := range answers {
		if a.code() != string(album.CodeUnavailable) {
			t.Errorf("%s: %s", name, a.body)
		} else if _, hint := a.Errors[0].Extensions["retryAfter"]; !hint && a.status != 503 {
			t.Errorf("%s: no word of when to try again: %s", name, a.body)
		}
		for _, word := range []string{"sql", "SELECT", "database", "keepsake.db", "closed", "driver"} {
			if strings.Contains(a.body, word) {
				t.Errorf("%s: the answer speaks of %q: %s", name, word, a.body)
			}
		}
	}
	// Who wants to watch is told to come back, which clients do by themselves.
	socket.start(t, watchAlbum, "id", w.get("album"), "after", w.get("start"))
	if code := socket.closed(t); code != closeTryLater {
		t.Errorf("watching closed the socket with %d", code)
	}
	status, _ := fetch(t, "GET", s.url+"/readyz", nil)
	alive, _ := fetch(t, "GET", s.url+"/healthz", nil)
	if status != 503 || alive != 200 {
		t.Errorf("readyz answers %d, healthz %d", status, alive)
	}
	// A socket that opens now is not let in, and is not told why in driver's words.
	code, got := s.closing(t, subprotocol, `{"type":"connection_init","payload":{"authorization":"Bearer `+fresh+`"}}`)
	if code == 1000 || strings.Contains(strings.Join(got, ""), "database") {
		t.Errorf("a new socket: %d %q", code, got)
	}
}
