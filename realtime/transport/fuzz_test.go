package transport

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
)

// memory is a connection whose other side has said everything and hung up.
type memory struct {
	net.Conn // nil: nothing else is used
	in       *bytes.Reader
	mu       sync.Mutex
	closed   bool
	out      bytes.Buffer
}

func (m *memory) Read(p []byte) (int, error) { return m.in.Read(p) }

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, net.ErrClosed
	}
	return m.out.Write(p)
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

func (*memory) SetDeadline(time.Time) error      { return nil }
func (*memory) SetReadDeadline(time.Time) error  { return nil }
func (*memory) SetWriteDeadline(time.Time) error { return nil }

// Header, WriteHeader and Hijack make a connection its own answer to a handshake.
func (*memory) Header() http.Header { return http.Header{} }
func (*memory) WriteHeader(int)     {}
func (m *memory) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return m, bufio.NewReadWriter(bufio.NewReader(m), bufio.NewWriterSize(m, 512)), nil
}

// willing is a backend that lets in who says nothing of themselves, answers at once,
// and keeps what begins with an s.
type willing struct{}

func (willing) Open(_ context.Context, authorization string, _ *Client) (Session, error) {
	if authorization != "" {
		return nil, album.Errorf(album.CodeTokenInvalid, "no")
	}
	return willing{}, nil
}

func (willing) Errors(_ context.Context, err error) []byte {
	return []byte(`[{"message":"` + string(album.CodeOf(err)) + `"}]`)
}

func (willing) Start(ctx context.Context, r *Request, op *Operation) {
	if !strings.HasPrefix(r.Query, "s") {
		op.Answer(ctx, []byte(`{"data":null}`))
	}
}

func (willing) Expires() time.Time      { return time.Time{} }
func (willing) Recheck(context.Context) {}
func (willing) Close()                  {}

// handshake is the request by which a socket is opened.
func handshake() *http.Request {
	return &http.Request{Method: http.MethodGet, Host: "h", Header: http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="}, "Sec-Websocket-Protocol": {subprotocol},
	}}
}

// converse has a client say all that and hang up, and looks at what it was sent: whole
// frames of the protocol, nothing behind a close; and nothing of it is left. A client
// that breaks the framing may be sent what was on its way behind the close, which the
// library writes by itself.
func converse(t *testing.T, s *Server, said []byte, framed bool) {
	t.Helper()
	conn := &memory{in: bytes.NewReader(said)}
	s.ServeHTTP(conn, handshake())
	s.wg.Wait()
	if st := s.Stats(); st.Clients != 0 || st.Operations != 0 {
		t.Fatalf("%q left %+v", said, st)
	}
	conn.mu.Lock()
	defer conn.mu.Unlock()
	_, b, ok := bytes.Cut(conn.out.Bytes(), []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no handshake: %q", conn.out.Bytes())
	}
	for closed := false; len(b) > 0; {
		opcode, payload, rest := readFrame(t, b)
		if closed && framed {
			t.Fatalf("%q got %q after a close", said, b)
		}
		b = rest
		switch opcode {
		case opPing, opPong:
		case opClose:
			closed = true
		case opText:
			var m message
			if err := json.Unmarshal(payload, &m); err != nil {
				t.Fatalf("%q got %q: %v", said, payload, err)
			}
			switch m.Type {
			case "connection_ack", "pong", "next", "error", "complete":
			default:
				t.Fatalf("%q got %q", said, payload)
			}
		default:
			t.Fatalf("%q got a frame of kind %d", said, opcode)
		}
	}
}

func newFuzzed(f *testing.F) *Server {
	s := NewServer(willing{}, &Options{OpenRate: 1 << 30, MessageRate: 1 << 30, MaxMessage: 4 << 20, MaxOperations: 3})
	f.Cleanup(func() {
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
	return s
}

// clientFrame is a frame of a client, with a mask of zeros.
func clientFrame(first byte, payload string) []byte {
	b := appendHeader(nil, len(payload))
	b[0], b[1] = first, b[1]|0x80
	return append(append(b, 0, 0, 0, 0), payload...)
}

// FuzzFrames: whatever bytes a client sends, it gets frames of the protocol.
func FuzzFrames(f *testing.F) {
	hello := clientFrame(0x81, `{"type":"connection_init"}`)
	for _, seed := range [][]byte{
		nil, hello, append(bytes.Clone(hello), clientFrame(0x81, `{"id":"1","type":"subscribe","payload":{"query":"q"}}`)...),
		clientFrame(0x01, `{"type":`), append(clientFrame(0x01, `{"type":`), clientFrame(0x80, `"ping"}`)...), clientFrame(0x89, "ping"),
		clientFrame(0x8a, ""), clientFrame(0x88, "\x03\xe8bye"), clientFrame(0x82, "x"),
		{0x81, 0x02, '{', '}'},
		{0x81, 0xff, 0xff},
	} {
		f.Add(seed)
	}
	s := newFuzzed(f)
	f.Fuzz(func(t *testing.T, said []byte) { converse(t, s, said, false) })
}

// FuzzMessages: the same of messages, one a line.
func FuzzMessages(f *testing.F) {
	const hello = `{"type":"connection_init"}` + "\n"
	for _, seed := range []string{
		hello + hello, hello + `{"id":"1","type":"subscribe","payload":{"query":"q"}}` + "\n" + `{"id":"1","type":"complete"}`,
		hello + strings.Repeat(`{"id":"1","type":"subscribe","payload":{"query":"s"}}`+"\n", 2),
		hello + `{"id":"1","type":"subscribe","payload":{"query":"s"}}` + "\n" + `{"id":"2","type":"subscribe","payload":{"query":"s","variables":{"a":[1]}}}`,
		`{"type":"ping"}` + "\n" + `{"type":"pong","payload":{}}`, `{"type":"connection_init","payload":{"authorization":"Bearer x"}}`, `{"type":"connection_init","payload":[]}`, "[]", "\xff",
	} {
		f.Add(seed)
	}
	s := newFuzzed(f)
	f.Fuzz(func(t *testing.T, lines string) {
		var said []byte
		for line := range strings.Lines(lines) {
			said = append(said, clientFrame(0x81, strings.TrimSuffix(line, "\n"))...)
		}
		converse(t, s, said, true)
	})
}
