package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"keepsake/album"
	"keepsake/internal/intake"
)

const (
	// readBuffer is each socket's, in bytes.
	readBuffer = 512
	// farewell is how long a client may take to hang up once it was told to.
	farewell = time.Second
)

// socket is one client over graphql-transport-ws.
type socket struct {
	Client
	ws      *websocket.Conn // to read; what it would write goes through the outbox
	conn    net.Conn
	direct  directly
	rate    *rate.Limiter
	greeted bool // connection_init has come
}

var (
	_ wire  = (*socket)(nil)
	_ ender = (*socket)(nil)
)

// run begins to read.
func (s *socket) run() {
	s.ws.SetReadLimit(s.server.opt.MaxMessage)
	s.ws.SetPingHandler(func(data string) error {
		s.hear()
		s.out.push(frame{kindPong, nil, []byte(data)})
		return s.slowDown()
	})
	s.ws.SetPongHandler(func(string) error { s.hear(); return s.slowDown() })
	s.ws.SetCloseHandler(func(code int, _ string) error { // answered in kind, by RFC 6455
		if code == websocket.CloseNoStatusReceived {
			code = websocket.CloseNormalClosure
		}
		s.end(reason{code: code})
		return nil
	})
	s.server.wheel.start(&s.timer, s.opened.Add(s.server.opt.InitTimeout))
	go s.read()
}

// read is the socket's one goroutine. What is done about a message is done in
// another one, for which it waits: so its own stack stays small.
func (s *socket) read() {
	defer s.leave()
	defer s.cut()
	for {
		kind, r, err := s.ws.NextReader()
		switch {
		case errors.Is(err, websocket.ErrReadLimit):
			s.end(reason{code: closeTooBig, text: "Message too big"})
			return
		case err != nil:
			return
		}
		done := make(chan bool)
		go func() { done <- s.receive(kind, r) }()
		if !<-done {
			s.discard()
			return
		}
	}
}

// slowDown makes a client wait that sends more than it may. Messages and control
// frames count together.
func (s *socket) slowDown() error {
	if s.rate.Allow() {
		return nil
	}
	done := make(chan error) // in another goroutine, for the reader's small stack
	go func() { done <- s.rate.Wait(s.ctx) }()
	return <-done
}

// discard reads on until the client hangs up, or a moment has passed: a
// connection that is closed while something is unread loses what was written last.
func (s *socket) discard() {
	if s.conn.SetReadDeadline(time.Now().Add(farewell)) == nil {
		_, _ = io.CopyN(io.Discard, s.conn, 1<<20)
	}
}

// readMessage reads a message whole, which has to arrive within the time for stalls.
func (s *socket) readMessage(r io.Reader) ([]byte, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(s.server.opt.StallTimeout)); err != nil {
		return nil, err
	}
	text, err := s.server.opt.Intake.ReadAll(r)
	if err == nil {
		err = s.conn.SetReadDeadline(time.Time{})
	}
	return text, err
}

// receive deals with a message, and reports whether to go on.
func (s *socket) receive(kind int, r io.Reader) bool {
	text, err := s.readMessage(r)
	s.hear()
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		s.end(reason{code: closeTooBig, text: "Message too big"})
		return false
	case errors.Is(err, intake.ErrBusy):
		return s.refuse(closeTryLater, string(album.CodeRateLimited))
	case err != nil:
		return false
	case kind != websocket.TextMessage:
		return s.refuse(closeBadMessage, "Invalid message: not text")
	case !utf8.Valid(text):
		return s.refuse(closeNotUTF8, "Invalid message: not UTF-8")
	}
	if err := s.rate.WaitN(s.ctx, min(1+len(text)/intake.Small, s.rate.Burst())); err != nil { // a large one counts more often
		return false
	}
	var m message
	if err := s.server.opt.Intake.Unmarshal(text, &m); err != nil {
		return s.refuse(closeBadMessage, "Invalid message: not JSON of the protocol")
	}
	switch m.Type {
	case "connection_init":
		return s.greet(m.Payload)
	case "ping":
		return s.awaitRoom() && s.send(frame{kindPongMessage, nil, nil})
	case "pong":
		return true
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		if m.ID == nil {
			return s.refuse(closeBadMessage, "Invalid message: no id")
		}
		if op := s.find(*m.ID); op != nil && s.drop(op) {
			op.stop()
		}
		return true
	}
	return s.refuse(closeBadMessage, "Invalid message: unknown type")
}

func (s *socket) send(f frame) bool { s.out.force(f); return true }

// awaitRoom holds a client up that does not take what it has asked for.
func (s *socket) awaitRoom() bool {
	room := make(chan struct{})
	s.out.whenRoom(func() { close(room) })
	select {
	case <-room:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// greet lets the client in.
func (s *socket) greet(payload json.RawMessage) bool {
	if s.greeted {
		return s.refuse(closeTooManyInits, "Too many initialisation requests")
	}
	s.greeted = true
	var said struct { // names are compared without regard to case
		Authorization string `json:"authorization"`
	}
	if len(payload) > 0 && !bytes.Equal(payload, []byte("null")) {
		if payload[0] != '{' || json.Unmarshal(payload, &said) != nil {
			return s.refuse(closeBadMessage, "Invalid message: the payload is no object")
		}
	}
	switch err := s.open(said.Authorization); {
	case err == nil:
		return s.send(frame{kindAck, nil, nil})
	case album.CodeOf(err) == album.CodeUnavailable || errors.Is(err, context.Canceled):
		return s.refuse(closeTryLater, string(album.CodeUnavailable))
	default:
		return s.refuse(closeForbidden, string(album.CodeOf(err)))
	}
}

// subscribe begins an operation.
func (s *socket) subscribe(m message) bool {
	s.mu.Lock()
	session := s.session
	s.mu.Unlock()
	var r Request
	switch {
	case session == nil:
		return s.refuse(closeUnauthorized, "Unauthorized")
	case m.ID == nil || *m.ID == "" || s.server.opt.Intake.Unmarshal(m.Payload, &r) != nil || r.Query == "":
		return s.refuse(closeBadMessage, "Invalid message: subscribe needs an id and a payload with a query")
	case !s.awaitRoom():
		return false
	}
	op := newOperation(&s.Client, *m.ID)
	switch s.add(op) {
	case refusedGone:
		return false
	case refusedID:
		return s.refuse(closeDuplicate, "Subscriber for "+op.id+" already exists")
	case refusedNumber:
		err := album.Errorf(album.CodeLimitExceeded, "a socket carries at most %d operations at a time", s.server.opt.MaxOperations)
		return s.send(frame{kindError, op, s.server.backend.Errors(s.ctx, err)})
	}
	go session.Start(s.ctx, &r, op)
	return true
}

// refuse closes the socket.
func (s *socket) refuse(code int, text string) bool {
	s.end(reason{code: code, text: text})
	return false
}

// end implements ender.
func (s *socket) end(why reason) {
	if s.out.end(frame{kindClose, nil, closePayload(why.code, why.text)}) {
		// Who does not hang up in time is hung up on, by tick.
		s.server.wheel.start(&s.timer, time.Now().Add(s.server.opt.StallTimeout))
	}
}

// ping implements ender.
func (s *socket) ping() { s.out.push(frame{kindPing, nil, nil}) }

// cut implements wire and ender.
func (s *socket) cut() { _ = s.conn.Close() } // it may be closed already

// sent implements wire.
func (s *socket) sent() {
	if half, ok := s.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // it may be closed already
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(farewell))
}

// encode implements wire.
func (s *socket) encode(to []byte, f *frame) []byte { return appendFrame(to, f) }

// tryWrite implements wire.
func (s *socket) tryWrite(b []byte) (int, error) { return s.direct.tryWrite(b) }

// write implements wire.
func (s *socket) write(b []byte, stall time.Duration) error {
	for len(b) > 0 {
		if err := s.conn.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return err
		}
		n, err := s.conn.Write(b)
		if err != nil && (n == 0 || !errors.Is(err, os.ErrDeadlineExceeded)) {
			return err
		}
		b = b[n:] // a slow client that takes some is none that stalls
	}
	return s.conn.SetWriteDeadline(time.Time{})
}
