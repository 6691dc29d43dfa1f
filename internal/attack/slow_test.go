package attack

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// drip is how often a slow client sends a byte.
const drip = 50 * time.Millisecond

// slow are attacks by clients who take their time.
func slow() []attack {
	const head = "POST /graphql HTTP/1.1\r\nHost: keepsake\r\nContent-Type: application/json\r\nAccept: application/graphql-response+json\r\n"
	const big = 1_000_000
	return []attack{
		holding(4500, dripping("connections that say nothing", "closed", 5000, 200, func(*attacker) string { return "" }, 0)),
		dripping("headers that come slowly", "closed", 1000, 50, func(*attacker) string { return "GET / HTTP/1.1\r\nX-A: " }, 'x'),
		dripping("bodies that come slowly", badInput, 200, 20, func(a *attacker) string {
			return head + "X-Forwarded-For: " + a.address + "\r\nContent-Length: 100000\r\n\r\n{"
		}, ' '),
		dripping("large bodies that stop short of their end", badInput, 1000, 50, func(a *attacker) string {
			return head + "X-Forwarded-For: " + a.address + "\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat(" ", big-1)
		}, 0),
		dripping("chunked bodies that come slowly", badInput, 200, 20, func(a *attacker) string {
			return head + "X-Forwarded-For: " + a.address + "\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n{"
		}, ' '),
		long(dripping("files that come slowly", "408 UPLOAD_INCOMPLETE", 200, 10, func(a *attacker) string {
			return "PUT " + path(a.ticket.URL) + " HTTP/1.1\r\nHost: keepsake\r\nContent-Type: image/jpeg\r\nContent-Length: 100\r\n\r\nx"
		}, 0)),
		{name: "bodies that end too soon", want: badInput, send: func(ctx context.Context, a *attacker) (string, error) {
			l, err := a.dial(ctx)
			if err != nil {
				return "", err
			}
			defer l.close()
			_, err = io.WriteString(l.conn, head+"X-Forwarded-For: "+a.address+"\r\nContent-Length: 1000\r\n\r\n{")
			if err := errors.Join(err, l.conn.(*net.TCPConn).CloseWrite()); err != nil {
				return "", err
			}
			return short(l.next())
		}},
		{name: "answers that nobody takes", want: "closed", long: true, send: func(ctx context.Context, a *attacker) (string, error) {
			l, err := a.dial(ctx)
			if err != nil {
				return "", err
			}
			defer l.close()
			if err := l.conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
				return "", err
			}
			text := request("POST", "/graphql", pageBody(a.album), "Content-Type", "application/json", "X-Forwarded-For", a.address)
			for a.entered(); ; { // until the server has had enough
				if err := l.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
					return "", err
				}
				if _, err := l.conn.Write(text); isClosed(err) {
					return "closed", nil
				} else if err != nil {
					return "", err
				}
			}
		}},
	}
}

// dripping opens a connection, sends a beginning, and then that byte now and then,
// or none if it is 0, until the server answers or closes.
func dripping(name, want string, crowd, small int, begin func(*attacker) string, then byte) attack {
	return attack{name: name, want: want, crowd: crowd, small: small, send: func(ctx context.Context, a *attacker) (string, error) {
		l, err := a.dial(ctx)
		if err != nil {
			return "", err
		}
		defer l.close()
		if _, err := io.WriteString(l.conn, begin(a)); err != nil {
			return "", err
		}
		a.entered()
		done := make(chan struct{})
		defer close(done)
		if then != 0 {
			go func() {
				tick := time.NewTicker(drip)
				defer tick.Stop()
				for {
					select {
					case <-tick.C:
						_, _ = l.conn.Write([]byte{then}) // the reader sees what becomes of it
					case <-done:
						return
					}
				}
			}()
		}
		if err := l.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return "", err
		}
		got, err := l.next()
		if isClosed(err) {
			return "closed", nil
		}
		return short(got, err)
	}}
}

func long(a attack) attack {
	a.long = true
	return a
}

func holding(n int, a attack) attack {
	a.held = n
	return a
}

// isClosed reports whether the other side has closed the connection.
func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
