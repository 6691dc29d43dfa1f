package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/album"
	"keepsake/internal/auth"
)

func TestSocketsAnswerEverything(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	c := s.dial(t, p.token)
	one := func(document string, variables ...any) answer {
		sub := c.start(t, document, variables...)
		a, ended := sub.next(t)
		if !ended {
			if rest, ended := sub.next(t); !ended {
				t.Fatalf("a query got a second answer: %s", rest.body)
			}
		}
		return a
	}
	a := one(`mutation{createAlbum(input:{title:"by socket"}){album{id}}}`)
	id := a.str("createAlbum.album.id")
	if a := one(`query($id:ID!){album(id:$id){title viewerRole}}`, "id", id); a.at("album.title") != "by socket" {
		t.Errorf("a query over a socket: %s", a.body)
	}
	if a := one(`{me{id}}`); a.at("me.id") != string(p.id) {
		t.Errorf("me over a socket: %s", a.body)
	}
	if a := one(`{nothing}`); a.code() != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("a bad query over a socket: %s", a.body)
	}
	// Stopping a stream ends it, and nothing else on the socket.
	stopped, kept := c.start(t, watchAlbum, "id", id), c.start(t, watchAlbum, "id", id, "after", string(album.LogCursor(album.AlbumID(id), 0)))
	kept.event(t, "albumEvents")
	must(t, c.conn.WriteJSON(message{ID: stopped.id, Type: "complete"}))
	one(`{me{id}}`) // messages are taken in order
	one(`mutation($id:ID!){updateAlbum(input:{albumId:$id,title:"anew"}){album{id}}}`, "id", id)
	if e := kept.event(t, "albumEvents"); dig(e, "album.title") != "anew" {
		t.Errorf("the other stream got %v", e)
	}
	if n := len(stopped.messages); n > 0 {
		t.Errorf("%d messages for who wanted no more", n)
	}
}

// closing opens a socket, sends frames and returns the code it is closed with.
func (s *server) closing(t *testing.T, protocol string, frames ...string) (code int, got []string) {
	t.Helper()
	conn := s.dialRaw(t, protocol)
	for _, frame := range frames {
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(frame)))
	}
	must(t, conn.SetReadDeadline(time.Now().Add(patience)))
	for {
		_, text, err := conn.ReadMessage()
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			return closed.Code, got
		}
		if err != nil {
			t.Fatalf("instead of a close came %v, after %q", err, got)
		}
		got = append(got, string(text))
	}
}

func TestSocketsThatAreNotLetIn(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	past := auth.NewTokens(s.accessKey(t), func() time.Time { return time.Now().Add(-time.Hour) })
	expired, _, err := past.Issue(album.Identified{UserID: p.id, SessionID: p.session}, auth.AccessLife)
	must(t, err)
	forged, _, err := auth.NewTokens(make([]byte, 32), time.Now).Issue(album.Identified{UserID: p.id, SessionID: p.session}, auth.AccessLife)
	must(t, err)
	nobodys := s.tokenFor(t, album.Identified{UserID: p.id, SessionID: s.service.IDs.Session()}, auth.AccessLife)
	start := func(authorization string) string {
		payload, err := json.Marshal(map[string]string{"authorization": authorization})
		must(t, err)
		return `{"type":"connection_init","payload":` + string(payload) + `}`
	}
	ask := `{"id":"1","type":"subscribe","payload":{"query":"{me{id}}"}}`
	for name, c := range map[string]struct {
		protocol string
		frames   []string
		code     int
	}{
		"expired":             {subprotocol, []string{start("Bearer " + expired), ask}, closeForbidden},
		"forged":              {subprotocol, []string{start("Bearer " + forged), ask}, closeForbidden},
		"of no session":       {subprotocol, []string{start("Bearer " + nobodys), ask}, closeForbidden},
		"garbage":             {subprotocol, []string{start("Bearer x"), ask}, closeForbidden},
		"another scheme":      {subprotocol, []string{start("Basic " + p.token), ask}, closeForbidden},
		"no scheme":           {subprotocol, []string{start(p.token), ask}, closeForbidden},
		"an old protocol":     {"graphql-ws", []string{start(""), ask}, closeProtocol},
		"no protocol":         {"", nil, closeProtocol},
		"not UTF-8":           {subprotocol, []string{"{\"type\":\"connection_init\xff\"}"}, websocket.CloseInvalidFramePayloadData},
		"not UTF-8 afterward": {subprotocol, []string{start(""), "{\"type\":\"ping\xff\"}"}, websocket.CloseInvalidFramePayloadData},
		"not JSON":            {subprotocol, []string{"x"}, closeBadMessage},
		"asking first":        {subprotocol, []string{ask}, closeNotInYet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, got := s.closing(t, c.protocol, c.frames...)
			if code != c.code {
				t.Errorf("closed with %d, want %d", code, c.code)
			}
			for _, text := range got {
				if strings.Contains(text, `"next"`) {
					t.Errorf("it was answered: %s", text)
				}
			}
		})
	}
}

// TestSocketsWithoutAnObject: a payload of connection_init that is no object
// must not leave the socket open for nobody.
func TestSocketsWithoutAnObject(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	for _, payload := range []string{`"x"`, `[]`, `5`} {
		conn := s.dialRaw(t, subprotocol)
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init","payload":`+payload+`}`)))
		must(t, conn.SetReadDeadline(time.Now().Add(patience)))
		_, text, err := conn.ReadMessage()
		if timeout, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); err == nil || ok && timeout.Timeout() {
			t.Errorf("payload %s: the socket stays open: %q, %v", payload, text, err)
		}
	}
}

func TestForeignPagesOpenNoSockets(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_ALLOWED_ORIGINS=https://www.example.com"}})
	for origin, ok := range map[string]bool{
		"": true, s.url: true, "https://www.example.com": true, "https://WWW.example.com": true,
		"https://example.com": false, "https://www.example.com.evil.net": false, "null": false, "http://www.example.com": false,
	} {
		header := map[string][]string{}
		if origin != "" {
			header["Origin"] = []string{origin}
		}
		d := websocket.Dialer{Subprotocols: []string{subprotocol}}
		conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", header)
		if res != nil {
			_ = res.Body.Close()
		}
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != ok {
			t.Errorf("origin %q: %v", origin, err)
		}
	}
}

// TestSocketsLeaveNothingBehind: however two hundred sockets end, no goroutine stays.
func TestSocketsLeaveNothingBehind(t *testing.T) { // alone, as it counts
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	round := func(n int) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				c := s.dial(t, w.people[roles[i%5]].token)
				subs := []*subscription{
					c.start(t, watchAlbum, "id", w.get("album"), "after", w.get("start")), c.start(t, watchLikes, "id", w.get("album")),
				}
				subs[0].event(t, "albumEvents")
				switch i % 3 {
				case 0: // gone without a word
				case 1:
					must(t, c.conn.WriteControl(websocket.CloseMessage,
						websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)))
				case 2:
					for _, sub := range subs {
						must(t, c.conn.WriteJSON(message{ID: sub.id, Type: "complete"}))
					}
				}
				c.close()
			})
			if i%20 == 19 {
				wg.Wait()
			}
		}
		wg.Wait()
	}
	round(10) // what is made once
	before := runtime.NumGoroutine()
	round(200)
	// The HTTP client's idle connections have goroutines too, at both ends.
	eventually(t, fmt.Sprintf("the goroutines to be about %d again", before), func() bool { return runtime.NumGoroutine() <= before+5 })
}
