package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// Conn is one keep-alive connection to a server, for one goroutine. It costs
// less than an http.Client, which would take a good part of a small machine
// from what is measured.
type Conn struct {
	raw    net.Conn
	read   *bufio.Reader
	body   bytes.Buffer
	forget func() bool // that ctx breaks the connection
}

// Dial connects to host:port. The connection breaks when ctx ends.
func Dial(ctx context.Context, addr string) (*Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &Conn{raw: raw, read: bufio.NewReaderSize(raw, 64<<10)}
	c.forget = context.AfterFunc(ctx, func() { _ = raw.Close() })
	return c, nil
}

// Do sends a whole request and reads the whole answer. body holds until the
// next call.
func (c *Conn) Do(request []byte) (status int, body []byte, err error) {
	if _, err := c.raw.Write(request); err != nil {
		return 0, nil, fmt.Errorf("send: %w", err)
	}
	res, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("read answer: %w", err)
	}
	c.body.Reset()
	_, err = c.body.ReadFrom(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return 0, nil, fmt.Errorf("read body: %w", err)
	}
	return res.StatusCode, c.body.Bytes(), nil
}

// Close ends the connection.
func (c *Conn) Close() error {
	if !c.forget() {
		return nil // ctx has done so
	}
	return c.raw.Close()
}

// AppendRequest appends a request to b: with a JSON body, or none if body is empty.
func AppendRequest(b []byte, method, path, token string, body []byte) []byte {
	b = append(b, method...)
	b = append(b, ' ')
	b = append(b, path...)
	b = append(b, " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "...)
	b = append(b, token...)
	if len(body) > 0 || method != http.MethodGet {
		b = append(b, "\r\nContent-Type: application/json\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
	}
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}
