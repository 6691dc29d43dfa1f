package wire

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// serve opens a socket at a server that plays with each.
func serve(t *testing.T, play func(conn *websocket.Conn)) *Conn {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{Subprotocols: []string{"sub"}}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		play(conn)
	}))
	t.Cleanup(s.Close)
	c, err := Dial(t.Context(), net.IPv4(127, 0, 0, 3), s.Listener.Addr().String(), "/x", "sub")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Messages of all sizes come through, with both ways to read; what is written
// arrives; pings are answered.
func TestMessages(t *testing.T) {
	var sent []string
	for _, n := range []int{0, 1, 125, 126, 4000, bufferSize, 65535, 65536, 300_000, 5} {
		sent = append(sent, strings.Repeat("m", n))
	}
	c := serve(t, func(conn *websocket.Conn) {
		pongs := make(chan string, 1)
		conn.SetPongHandler(func(data string) error {
			pongs <- data
			return nil
		})
		if err := conn.WriteControl(websocket.PingMessage, []byte("there?"), time.Now().Add(time.Second)); err != nil {
			t.Error(err)
		}
		for _, m := range slices.Concat(sent, sent) {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(m)); err != nil {
				t.Error(err)
			}
		}
		for _, want := range sent {
			if _, m, err := conn.ReadMessage(); err != nil || string(m) != want {
				t.Errorf("%d bytes, %v, want %d", len(m), err, len(want))
				return
			}
		}
		if got := <-pongs; got != "there?" {
			t.Errorf("pong %q", got)
		}
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4403, "bye"), time.Now().Add(time.Second))
	})
	for _, want := range sent {
		if m, err := c.Next(); err != nil || string(m) != want {
			t.Fatalf("%d bytes, %v, want %d", len(m), err, len(want))
		}
	}
	got := 0
	err := c.Listen(func(m []byte) error {
		if string(m) != sent[got] {
			t.Errorf("message %d: %d bytes, want %d", got, len(m), len(sent[got]))
		}
		got++
		return c.Write(m)
	})
	if e, ok := errors.AsType[*CloseError](err); got != len(sent) || !ok || e.Code != 4403 || e.Reason != "bye" {
		t.Errorf("%d messages, then %v", got, err)
	}
}

func TestListenEnds(t *testing.T) {
	own := errors.New("enough")
	forever := func(conn *websocket.Conn) {
		for conn.WriteMessage(websocket.TextMessage, []byte("more")) == nil {
		}
	}
	if err := serve(t, forever).Listen(func([]byte) error { return own }); !errors.Is(err, own) {
		t.Errorf("error %v", err)
	}
	if err := serve(t, func(*websocket.Conn) {}).Listen(nil); !errors.Is(err, io.EOF) {
		t.Errorf("error %v", err)
	}
	quiet := make(chan struct{})
	c := serve(t, func(*websocket.Conn) { <-quiet })
	time.AfterFunc(20*time.Millisecond, func() { _ = c.Close() })
	if err := c.Listen(nil); err == nil {
		t.Error("no error after Close")
	}
	close(quiet)
}

const accept = "HTTP/1.1 101 Switching Protocols\r\n\r\n"

// raw dials a server that says so much and closes, in pieces of one byte if it
// is slow.
func raw(t *testing.T, says string, slow bool) (*Conn, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		piece := len(says)
		if slow {
			piece = 1
		}
		for part := range slices.Chunk([]byte(says), max(piece, 1)) {
			if _, err := conn.Write(part); err != nil {
				return
			}
		}
	}()
	c, err := Dial(t.Context(), net.IPv4(127, 0, 0, 2), ln.Addr().String(), "/", "")
	if err == nil {
		t.Cleanup(func() { _ = c.Close() })
	}
	return c, err
}

// A message in parts, with a ping between them, and one behind it.
func TestFragments(t *testing.T) {
	const says = accept + "\x01\x02ab" + "\x89\x00" + "\x00\x01c" + "\x8a\x01p" + "\x80\x01d" + "\x82\x01e"
	for _, slow := range []bool{false, true} {
		c, err := raw(t, says, slow)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"abcd", "e"} {
			if m, err := c.Next(); err != nil || string(m) != want {
				t.Fatalf("%q, %v, want %q", m, err, want)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, says := range map[string]string{
		"no answer":        "",
		"no HTTP":          "hello\r\n\r\n",
		"another status":   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"a subprotocol":    "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: x\r\n\r\n",
		"a masked frame":   accept + "\x81\x81abcde",
		"a reserved bit":   accept + "\xc1\x01a",
		"a strange opcode": accept + "\x83\x01a",
		"a huge frame":     accept + "\x82\x7f\x00\x00\x00\x00\x00\x20\x00\x00",
		"an early end":     accept + "\x81\x05ab",
		"a bare close":     accept + "\x88\x00",
	} {
		c, err := raw(t, says, false)
		if err == nil {
			_, err = c.Next()
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
