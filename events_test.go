package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

// eventSource is a client of graphql-sse, in the distinct connections mode.
type eventSource struct {
	res   *http.Response
	lines *bufio.Scanner
}

// listen asks for an event stream. The caller looks at the answer's status.
func (s *server) listen(t *testing.T, token, document string, variables map[string]any) *eventSource {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return &eventSource{res, lines}
}

// next is the next event's name and data; empty at the end.
func (e *eventSource) next(t *testing.T) (name string, a answer) {
	t.Helper()
	for e.lines.Scan() {
		key, value, _ := strings.Cut(e.lines.Text(), ":")
		switch value = strings.TrimSpace(value); {
		case key == "event":
			name = value
		case key == "data" && name == "next":
			a.body = value
			must(t, json.Unmarshal([]byte(value), &a))
		case key == "" && name != "":
			return name, a
		}
	}
	return "", a
}

func TestEventStreams(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_REQUEST_TIMEOUT=2s"}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	owner, viewer := w.people["owner"].token, w.people["viewer"]
	after := w.head(t)

	e := s.listen(t, viewer.token, watchAlbum, map[string]any{"id": w.get("album"), "after": after})
	if e.res.StatusCode != http.StatusOK || !strings.HasPrefix(e.res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("status %d, %v", e.res.StatusCode, e.res.Header)
	}
	cursors := []string{after}
	for i := range 3 {
		s.want(t, owner, addOne, "m", w.get("photo"), "t", fmt.Sprint(i, "\n line"))
		_, a := e.next(t)
		if a.at("albumEvents.comment.text") != fmt.Sprint(i, "\n line") {
			t.Errorf("event %d is %s", i, a.body)
		}
		cursors = append(cursors, a.str("albumEvents.cursor"))
	}
	for i, cursor := range cursors { // from each place on, without gap and without double
		again := s.listen(t, viewer.token, watchAlbum, map[string]any{"id": w.get("album"), "after": cursor})
		for j := i; j < 3; j++ {
			if _, a := again.next(t); a.at("albumEvents.comment.text") != fmt.Sprint(j, "\n line") {
				t.Errorf("from %d on, event %d is %s", i, j, a.body)
			}
		}
	}
	s.want(t, owner, w.fill(`mutation{removeMember(input:{albumId:$album$,userId:$viewer$}){user{id}}}`))
	if _, a := e.next(t); a.at("albumEvents.kind") != "ACCESS_REVOKED" {
		t.Errorf("who lost access is told %s", a.body)
	}
	if name, _ := e.next(t); name != "complete" {
		t.Errorf("after the last event came %q", name)
	}
	if name, _ := e.next(t); name != "" {
		t.Errorf("after the end came %q", name)
	}
	eventually(t, "the stream to be gone", func() bool { return s.transport.Stats().Operations <= len(cursors) })
}

// TestEventStreamsAnswer: what else an event stream may be asked.
func TestEventStreamsAnswer(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	query := s.listen(t, p.token, `{me{id}}`, nil)
	if _, a := query.next(t); a.at("me.id") != string(p.id) {
		t.Errorf("a query: %s", a.body)
	}
	if name, _ := query.next(t); name != "complete" {
		t.Errorf("after its answer came %q", name)
	}
	for name, c := range map[string]struct {
		token, document string
		status          int
	}{
		"no document":  {p.token, ``, http.StatusBadRequest},
		"a bad one":    {p.token, `subscription{nothing}`, http.StatusBadRequest},
		"a bad token":  {"x", `{me{id}}`, http.StatusUnauthorized},
		"a wrong type": {p.token, `subscription{albumEvents(albumId:[]){kind}}`, http.StatusBadRequest},
	} {
		if e := s.listen(t, c.token, c.document, nil); e.res.StatusCode != c.status || strings.Contains(e.res.Header.Get("Content-Type"), "event-stream") {
			t.Errorf("%s: %d %s", name, e.res.StatusCode, e.res.Header.Get("Content-Type"))
		}
	}
	hidden := s.listen(t, p.token, watchAlbum, map[string]any{"id": "alb_01KJM6TTP88YC9XRYGY0BSBEHY"})
	if _, a := hidden.next(t); a.code() != string(album.CodeNotFound) {
		t.Errorf("an album that is not there: %s", a.body)
	}
	if name, _ := hidden.next(t); name != "complete" {
		t.Errorf("after that came %q", name)
	}
}

// TestEventStreamsEnd: with the token, with the session, and with the server, so
// that clients come back.
func TestEventStreamsEnd(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	short := s.tokenFor(t, album.Identified{UserID: p.id, SessionID: p.session}, 2*time.Second)
	for _, c := range []struct {
		token string
		end   string // what ends it, if not time
		code  album.Code
	}{
		{short, "", album.CodeTokenExpired},
		{p.token, `mutation{signOut(input:{}){ended}}`, album.CodeSessionRevoked},
	} {
		e := s.listen(t, c.token, watchFeed, nil)
		if c.end != "" {
			s.want(t, p.token, c.end)
		}
		if _, a := e.next(t); a.code() != string(c.code) {
			t.Errorf("want %s, got %s", c.code, a.body)
		}
		if name, _ := e.next(t); name != "" {
			t.Errorf("after %s came %q", c.code, name)
		}
	}
	other := s.user(t, "somebody else")
	e := s.listen(t, other.token, watchFeed, nil)
	s.transport.Drain(0)
	if name, a := e.next(t); name != "" {
		t.Errorf("draining gave %q %s", name, a.body)
	}
}
