package attack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxAnswer bounds an answer that is read, in bytes.
const maxAnswer = 8 << 20

// line is a connection to the server, on which HTTP/1.1 is written by hand.
type line struct {
	conn   net.Conn
	read   *bufio.Reader
	forget func() bool // that the context breaks it
}

// dial connects. The line breaks when ctx ends.
func (a *arena) dial(ctx context.Context) (*line, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", a.addr)
	if err != nil {
		return nil, err
	}
	l := &line{conn: conn, read: bufio.NewReader(conn)}
	l.forget = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return l, nil
}

func (l *line) close() {
	l.forget()
	_ = l.conn.Close() // it may be closed
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	last   bool // the server closes the connection
}

// String is the answer in short: its status, and the code of its error if it has one.
func (a answer) String() string {
	var said struct {
		Errors []struct{ Extensions struct{ Code string } }
		Error  struct{ Code string } // as /media has it
	}
	_ = json.Unmarshal(a.body, &said) // what is no JSON has no code
	code := said.Error.Code
	if len(said.Errors) > 0 {
		code = said.Errors[0].Extensions.Code
	}
	if code == "" {
		return strconv.Itoa(a.status)
	}
	return strconv.Itoa(a.status) + " " + code
}

// next reads an answer.
func (l *line) next() (answer, error) {
	res, err := http.ReadResponse(l.read, nil)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close() // it was read
	return answer{status: res.StatusCode, header: res.Header, body: body, last: res.Close}, err
}

// request writes a request by hand, whatever it is; headers alternate names and
// values. A body brings its length along.
func request(method, target string, body []byte, headers ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: keepsake\r\n", method, target)
	for i := 0; i < len(headers); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", headers[i], headers[i+1])
	}
	if body != nil {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// attacker is one client of the hostile kind.
type attacker struct {
	*arena
	address string // that a proxy reports of it
	line    *line  // that is kept between its requests, or nil
	entered func() // tells that it holds now what it came for
}

func (a *arena) attacker(address string) *attacker {
	return &attacker{arena: a, address: address, entered: func() {}}
}

func (a *attacker) leave() {
	if a.line != nil {
		a.line.close()
		a.line = nil
	}
}

// do sends a request and returns the answer. The connection is kept, as attackers
// do who are not to be slowed down by opening new ones.
func (a *attacker) do(ctx context.Context, method, target string, body []byte, headers ...string) (answer, error) {
	return a.raw(ctx, request(method, target, body, append(headers, "X-Forwarded-For", a.address)...))
}

// raw is do for what was written by hand.
func (a *attacker) raw(ctx context.Context, text []byte) (answer, error) {
	if a.line == nil {
		l, err := a.dial(ctx)
		if err != nil {
			return answer{}, err
		}
		a.line = l
	}
	l := a.line
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return answer{}, err
	}
	// Who is refused before everything is sent can still read why.
	_, errWrite := l.conn.Write(text)
	got, err := l.next()
	if err != nil || errWrite != nil || got.last {
		a.leave()
	}
	if err != nil {
		return answer{}, fmt.Errorf("no answer: %w", err)
	}
	return got, nil
}

// post posts a body to the API.
func (a *attacker) post(ctx context.Context, body []byte, headers ...string) (answer, error) {
	return a.do(ctx, http.MethodPost, "/graphql", body, append(headers,
		"Content-Type", "application/json", "Accept", "application/graphql-response+json")...)
}

// ask posts a document and its variables.
func (a *attacker) ask(ctx context.Context, token, document string, variables map[string]any) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return answer{}, err
	}
	if token == "" {
		return a.post(ctx, body)
	}
	return a.post(ctx, body, "Authorization", "Bearer "+token)
}

// short is an answer in short.
func short(a answer, err error) (string, error) { return a.String(), err }
