// Package wire is the client's end of a WebSocket for load tools, as cheap as it
// can be, since it shares the machine with the server that is measured: one small
// buffer a connection, and no allocation a message. What remains is the kernel's:
// reading many sockets by epoll from one thread was tried and took as much. What
// messages mean is the caller's business.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	// bufferSize is what a connection reads into; it grows for a longer frame.
	bufferSize = 4 << 10
	// maxMessage bounds one message, in bytes.
	maxMessage = 1 << 20
	// greetTimeout is how long a connection may take until Listen.
	greetTimeout = time.Minute
)

// Conn is a WebSocket's client end, for one goroutine; Close may be called by
// any.
type Conn struct {
	raw      *net.TCPConn
	buf      []byte // buf[from:to] was read and is not taken yet
	from, to int
	parts    []byte // of a message that comes in several frames
	inParts  bool
	out      []byte // the frame that is written
}

// Dial opens a WebSocket to host:port from a local address. An empty
// subprotocol asks for none.
func Dial(ctx context.Context, from net.IP, addr, path, subprotocol string) (*Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	raw, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &Conn{raw: raw.(*net.TCPConn), buf: make([]byte, bufferSize)}
	err = raw.SetDeadline(time.Now().Add(greetTimeout))
	if err == nil {
		err = c.upgrade(addr, path, subprotocol)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("upgrade: %w", err), raw.Close())
	}
	return c, nil
}

// upgrade makes a WebSocket of the connection. The key is always the same, as
// no cache stands between that could mistake one for another.
func (c *Conn) upgrade(addr, path, subprotocol string) error {
	request := "GET " + path + " HTTP/1.1\r\nHost: " + addr +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	if subprotocol != "" {
		request += "Sec-WebSocket-Protocol: " + subprotocol + "\r\n"
	}
	if _, err := c.raw.Write([]byte(request + "\r\n")); err != nil {
		return err
	}
	const end = "\r\n\r\n"
	for {
		if i := bytes.Index(c.buf[:c.to], []byte(end)); i >= 0 {
			c.from = i + len(end) // the first frames may be there already
			return switched(c.buf[:c.from], subprotocol)
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
}

// switched wants the head of an answer to be the one that was asked for.
func switched(head []byte, subprotocol string) error {
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // there is none
	switch got := answer.Header.Get("Sec-WebSocket-Protocol"); {
	case answer.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("status %s", answer.Status)
	case got != subprotocol:
		return fmt.Errorf("subprotocol %q, asked for %q", got, subprotocol)
	}
	return nil
}

// room makes some at the end of the buffer.
func (c *Conn) room() {
	c.to = copy(c.buf, c.buf[c.from:c.to])
	c.from = 0
	if c.to == len(c.buf) {
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
}

// fill waits for more.
func (c *Conn) fill() error {
	c.room()
	n, err := c.raw.Read(c.buf[c.to:])
	c.to += n
	return err
}

// Next waits for the next message, which holds until the one after it.
func (c *Conn) Next() ([]byte, error) {
	for {
		m, ok, err := c.message()
		if ok || err != nil {
			return m, err
		}
		if err := c.fill(); err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
	}
}

// Listen gives each message to take, which must not keep it, until the
// connection ends or take fails, and returns why.
func (c *Conn) Listen(take func(message []byte) error) error {
	if err := c.raw.SetDeadline(time.Time{}); err != nil {
		return err
	}
	for {
		m, err := c.Next()
		if err == nil {
			err = take(m)
		}
		if err != nil {
			return err
		}
	}
}

// Write sends a text message.
func (c *Conn) Write(message []byte) error { return c.write(opText, message) }

func (c *Conn) write(opcode byte, payload []byte) error {
	c.out = appendFrame(c.out[:0], opcode, payload)
	if _, err := c.raw.Write(c.out); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// Close ends the connection at once, without a closing handshake, so that its
// port is free for the next round.
func (c *Conn) Close() error {
	if err := c.raw.SetLinger(0); err != nil {
		return err
	}
	return c.raw.Close()
}
