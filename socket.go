package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/gorilla/websocket"
)

const (
	// subprotocol is the one way to speak over a socket.
	subprotocol = "graphql-transport-ws"
	// socketBuffer is each socket's read and write buffer, in bytes.
	socketBuffer = 1 << 10
	// writeTimeout is how long a client may keep a write waiting.
	writeTimeout = 10 * time.Second
)

// socketUpgrader opens sockets with gorilla/websocket for gqlgen's transport.
type socketUpgrader struct {
	allowed func(r *http.Request) bool
}

// Accept implements transport.WebsocketImplementation.
func (u socketUpgrader) Accept(w http.ResponseWriter, r *http.Request, _ transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	upgrader := websocket.Upgrader{
		ReadBufferSize: socketBuffer, WriteBufferSize: socketBuffer,
		Subprotocols: []string{subprotocol}, CheckOrigin: u.allowed,
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	return &socket{conn: conn}, nil
}

// socket is one open socket. Writes are the transport's to serialise.
type socket struct {
	conn *websocket.Conn
}

// Close implements io.Closer.
func (s *socket) Close() error { return s.conn.Close() }

// Subprotocol implements transport.WebsocketConn.
func (s *socket) Subprotocol() string {
	if s.conn.Subprotocol() == "" {
		return "none" // which the transport refuses, while it takes "" for an old protocol
	}
	return s.conn.Subprotocol()
}

// NextReader implements transport.WebsocketConn. Text that is not UTF-8 ends the
// socket, as RFC 6455 has it.
func (s *socket) NextReader() (int, io.Reader, error) {
	kind, message, err := s.conn.ReadMessage()
	switch {
	case websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway):
		return kind, nil, transport.ErrWebsocketClosed
	case err != nil:
		return kind, nil, err
	case !utf8.Valid(message):
		err := s.WriteClose(websocket.CloseInvalidFramePayloadData, "not valid UTF-8")
		return kind, nil, fmt.Errorf("socket: text that is not UTF-8: %w", err)
	}
	return kind, bytes.NewReader(message), nil
}

// WriteJSON implements transport.WebsocketConn.
func (s *socket) WriteJSON(v any) error {
	message, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if err := s.conn.WriteMessage(websocket.TextMessage, message); err != nil {
		// A stalled client: nothing more reaches it, so let the reader end too.
		_ = s.conn.Close()
		return err
	}
	return nil
}

// WriteClose implements transport.WebsocketConn.
func (s *socket) WriteClose(code int, reason string) error {
	return s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
}

// SetReadLimit implements transport.WebsocketReadLimiter.
func (s *socket) SetReadLimit(limit int64) { s.conn.SetReadLimit(limit) }

// SetReadDeadline implements transport.WebsocketReadDeadliner.
func (s *socket) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }

// hijacked remembers the connection that a handler took over.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, rw, err
}

// Unwrap is for http.ResponseController.
func (h *hijacked) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// hangUp closes the connection, if there is one. Where it is still open it first
// lets the client read what was written last, which a reset would take away.
func (h *hijacked) hangUp() {
	if h.conn == nil {
		return
	}
	if half, ok := h.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		if h.conn.SetReadDeadline(time.Now().Add(time.Second)) == nil {
			_, _ = io.CopyN(io.Discard, h.conn, 64<<10)
		}
	}
	_ = h.conn.Close() // it may be closed already
}
