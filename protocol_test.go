package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"keepsake/album"
)

// More of the protocol's close codes.
const (
	closeTooBig       = 1009
	closeRestart      = 1012
	closeInitTimeout  = 4408
	closeDuplicate    = 4409
	closeTooManyInits = 4429
)

// frame makes one of the protocol's messages.
func frame(kind, id, query string) string {
	b, err := json.Marshal(map[string]any{"type": kind, "id": id, "payload": map[string]any{"query": query}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestProtocol holds the server to the text of graphql-transport-ws, case by case.
func TestProtocol(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_MAX_BODY=4KiB"}, options: options{initTimeout: 500 * time.Millisecond}})
	p := s.user(t, "somebody")
	id := string(s.album(t, p.id, album.Public, album.DefaultSettings()))
	const hello = `{"type":"connection_init"}`
	watch := frame("subscribe", "1", fmt.Sprintf(`subscription{albumEvents(albumId:%q){kind}}`, id))
	for name, c := range map[string]struct {
		frames []string
		code   int
		got    []string // what comes before the end
	}{
		"nobody says who they are":  {nil, closeInitTimeout, nil},
		"pinging is no greeting":    {[]string{`{"type":"ping"}`}, closeInitTimeout, []string{`{"type":"pong"}`}},
		"greeting twice":            {[]string{hello, hello}, closeTooManyInits, []string{`{"type":"connection_ack"}`}},
		"asking before the ack":     {[]string{watch}, closeNotInYet, nil},
		"no JSON":                   {[]string{hello, `{`}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"no type":                   {[]string{`{}`}, closeBadMessage, nil},
		"a type that is none":       {[]string{`{"type":"start"}`}, closeBadMessage, nil},
		"a type of the server's":    {[]string{`{"type":"next","id":"1"}`}, closeBadMessage, nil},
		"a list":                    {[]string{`[]`}, closeBadMessage, nil},
		"a payload that is a list":  {[]string{`{"type":"connection_init","payload":[]}`}, closeBadMessage, nil},
		"no id":                     {[]string{hello, `{"type":"subscribe","payload":{"query":"{me{id}}"}}`}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"an empty id":               {[]string{hello, frame("subscribe", "", "{me{id}}")}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"no query":                  {[]string{hello, `{"type":"subscribe","id":"1","payload":{}}`}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"no payload":                {[]string{hello, `{"type":"subscribe","id":"1"}`}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"complete without id":       {[]string{hello, `{"type":"complete"}`}, closeBadMessage, []string{`{"type":"connection_ack"}`}},
		"an id twice":               {[]string{hello, watch, watch}, closeDuplicate, []string{`{"type":"connection_ack"}`}},
		"completing what is not":    {[]string{hello, `{"type":"complete","id":"9"}`, hello}, closeTooManyInits, []string{`{"type":"connection_ack"}`}},
		"an id again after its end": {[]string{hello, watch, `{"type":"complete","id":"1"}`, watch, hello}, closeTooManyInits, []string{`{"type":"connection_ack"}`}},
		"more than may be":          {[]string{hello, frame("subscribe", "1", strings.Repeat(" ", 8<<10))}, closeTooBig, []string{`{"type":"connection_ack"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, got := s.closing(t, subprotocol, c.frames...)
			if code != c.code || fmt.Sprint(got) != fmt.Sprint(c.got) {
				t.Errorf("closed with %d after %v, want %d after %v", code, got, c.code, c.got)
			}
		})
	}
	t.Run("binary", func(t *testing.T) {
		t.Parallel()
		conn := s.dialRaw(t, subprotocol)
		must(t, conn.WriteMessage(websocket.BinaryMessage, []byte(hello)))
		must(t, conn.SetReadDeadline(time.Now().Add(patience)))
		if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, closeBadMessage) {
			t.Errorf("a binary message gave %v", err)
		}
	})
	t.Run("hanging up", func(t *testing.T) {
		t.Parallel()
		conn := s.dialRaw(t, subprotocol)
		must(t, conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4000, "bye"), time.Now().Add(patience)))
		must(t, conn.SetReadDeadline(time.Now().Add(patience)))
		if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, 4000) { // answered in kind, by RFC 6455
			t.Errorf("hanging up gave %v", err)
		}
	})
}

// TestRefusedOperations: one error message, nothing else, and the id is free again.
func TestRefusedOperations(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	conn := s.dialRaw(t, subprotocol)
	must(t, conn.SetReadDeadline(time.Now().Add(patience)))
	say := func(text string) { must(t, conn.WriteMessage(websocket.TextMessage, []byte(text))) }
	hear := func() (m message) { must(t, conn.ReadJSON(&m)); return m }
	say(`{"type":"connection_init","payload":null}`)
	hear()
	for query, code := range map[string]string{
		`{nothing}`: "GRAPHQL_VALIDATION_FAILED",
		`{`:         "GRAPHQL_PARSE_FAILED",
		`subscription{albumEvents(albumId:"alb_01KJM6TTP88YC9XRYGY0BSBEHY"){kind}}`:                              "NOT_FOUND",
		`subscription{albumEvents(albumId:"x"){kind}}`:                                                           "NOT_FOUND",
		`subscription{feedEvents{kind}}`:                                                                         "UNAUTHENTICATED",
		`subscription{a:albumEvents(albumId:"x"){kind} b:albumEvents(albumId:"x"){kind}}`:                        "GRAPHQL_VALIDATION_FAILED",
		`subscription($a:Cursor!){albumEvents(albumId:"alb_01KJM6TTP88YC9XRYGY0BSBEHY",after:$a){kind}}`:         "GRAPHQL_VALIDATION_FAILED",
		`subscription{commentAdded(albumId:"alb_01KJM6TTP88YC9XRYGY0BSBEHY",mediaId:"x",after:"garbage"){kind}}`: "NOT_FOUND",
	} {
		say(frame("subscribe", "same", query))
		m := hear()
		a, _ := m.answer(t)
		if m.Type != "error" || m.ID != "same" || a.code() != code && a.code() != "INVALID_INPUT" {
			t.Errorf("%s\ngave %s %s", query, m.Type, m.Payload)
		}
	}
	say(`{"type":"ping"}`)
	if m := hear(); m.Type != "pong" {
		t.Errorf("after the errors came %+v", m)
	}
}

// TestLimitsOfASocket: so many operations, and no more; who floods only waits.
func TestLimitsOfASocket(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	id := string(s.album(t, p.id, album.Public, album.DefaultSettings()))
	c := s.dial(t, p.token)
	var subs []*subscription
	for range 100 {
		subs = append(subs, c.start(t, watchAlbum, "id", id))
	}
	if a, ended := c.start(t, watchAlbum, "id", id).next(t); !ended || a.code() != string(album.CodeLimitExceeded) {
		t.Errorf("one too many: %s", a.body)
	}
	eventually(t, "all to be there", func() bool { return s.engine.Stats().Subscribers == 100 })
	s.want(t, p.token, `mutation($id:ID!){updateAlbum(input:{albumId:$id,title:"x"}){album{id}}}`, "id", id)
	for _, sub := range subs {
		sub.event(t, "albumEvents")
	}
	must(t, c.conn.WriteJSON(message{ID: subs[0].id, Type: "complete"}))
	for range 300 { // more than may come at once
		must(t, c.conn.WriteJSON(message{Type: "ping"}))
	}
	if a, _ := c.start(t, `{me{id}}`).next(t); a.at("me.id") != string(p.id) {
		t.Errorf("after a flood: %s", a.body)
	}
}

// TestDoor: no more clients than the settings say, no faster, and none while
// draining; who is refused is told when to come back.
func TestDoor(t *testing.T) {
	t.Parallel()
	refused := func(s *server) bool {
		t.Helper()
		d := websocket.Dialer{Subprotocols: []string{subprotocol}}
		conn, res, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/graphql", nil)
		if err == nil {
			_ = res.Body.Close()
			t.Cleanup(func() { _ = conn.Close() })
			return false
		}
		if res == nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Fatalf("a client that comes in vain is told %v, %+v", err, res)
		}
		return true
	}
	few := startServer(t, setup{env: []string{"KEEPSAKE_MAX_CLIENTS=3"}})
	for i := range 5 {
		if refused(few) != (i >= 3) {
			t.Errorf("client %d", i)
		}
	}
	slow := startServer(t, setup{env: []string{"KEEPSAKE_OPEN_RATE=1"}})
	n := 0
	for range 10 {
		if !refused(slow) {
			n++
		}
	}
	if n < 2 || n > 8 {
		t.Errorf("%d of 10 came in at once at a rate of 1", n)
	}
	drained := startServer(t, setup{})
	sockets := []*socketClient{drained.dial(t, ""), drained.dial(t, ""), drained.dial(t, "")}
	drained.transport.Drain(time.Hour) // which three do not take
	for _, c := range sockets {
		if code := c.closed(t); code != closeRestart {
			t.Errorf("draining closed a socket with %d", code)
		}
	}
	if !refused(drained) {
		t.Error("somebody came in while draining")
	}
	if st := few.transport.Stats(); st.Refused != 2 || st.Opened != 3 {
		t.Errorf("stats %+v", st)
	}
}

// TestTenThousandClients come and go, and leave nothing behind.
func TestTenThousandClients(t *testing.T) { // alone, as it counts
	s := startServer(t, setup{env: []string{"KEEPSAKE_OPEN_RATE=100000"}})
	p := s.user(t, "somebody")
	id := string(s.album(t, p.id, album.Public, album.DefaultSettings()))
	round := func(n int) {
		var wg sync.WaitGroup
		next := make(chan int)
		for range 32 {
			wg.Go(func() {
				for i := range next {
					c, err := s.tryDial(t.Context(), "")
					if err != nil {
						t.Error(err)
						continue
					}
					c.start(t, watchAlbum, "id", id)
					if i%2 == 0 {
						must(t, c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience)))
					}
					c.close()
				}
			})
		}
		for i := range n {
			next <- i
		}
		close(next)
		wg.Wait()
		eventually(t, "all to have gone", func() bool {
			wire, live, hub := s.transport.Stats(), s.engine.Stats(), s.hub.Stats()
			return wire.Clients == 0 && wire.Operations == 0 && live.Subscribers == 0 && live.Cohorts == 0 && hub.Streams == 0 && hub.Topics == 0
		})
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	round(1_000) // what is made once
	goroutines, before := runtime.NumGoroutine(), heap()
	round(10_000)
	eventually(t, fmt.Sprintf("the goroutines to be about %d again", goroutines), func() bool { return runtime.NumGoroutine() <= goroutines+5 })
	if after := heap(); after > before+2<<20 {
		t.Errorf("the heap grew from %d to %d KiB", before>>10, after>>10)
	}
}
