package attack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// smuggled is how long a second answer is waited for, on a connection that stays
// open. The first one came in milliseconds.
const smuggled = 300 * time.Millisecond

// smuggling are the shapes by which requests are hidden from a proxy in others. In
// each the hidden one would make an album as the owner; the answers are those that
// came, and whether the connection was closed then. Where there is one way alone to
// read what was sent, what follows is a request like any other, and harmless.
func smuggling() []attack {
	const (
		post = "POST /graphql HTTP/1.1\r\nHost: keepsake\r\nContent-Type: application/json\r\n"
		ask  = `{"query":"{__typename}"}`
		size = "24"
	)
	chunked := "18\r\n" + ask + "\r\n0\r\n\r\n"
	with := func(headers, body string) string { return post + headers + "\r\n" + body }
	return []attack{
		hiding("both lengths, the chunks shorter", "200, closed", with("Content-Length: 1000\r\nTransfer-Encoding: chunked\r\n", chunked)),
		hiding("both lengths, the other way round", "200, closed", with("Transfer-Encoding: chunked\r\nContent-Length: 1000\r\n", chunked)),
		hiding("two lengths", "400, closed", with("Content-Length: "+size+"\r\nContent-Length: 1000\r\n", ask)),
		hiding("a list of lengths", "400, closed", with("Content-Length: "+size+", 1000\r\n", ask)),
		hiding("a length below zero", "400, closed", with("Content-Length: -1\r\n", ask)),
		hiding("a length with a sign", "400, closed", with("Content-Length: +"+size+"\r\n", ask)),
		hiding("a length in hexadecimal", "400, closed", with("Content-Length: 0x18\r\n", ask)),
		hiding("a space before the colon", "400, closed", with("Content-Length : "+size+"\r\n", ask)),
		hiding("a header that goes on in the next line", "200, closed", with("Transfer-Encoding:\r\n chunked\r\n", chunked)),
		hiding("chunked, misspelt", "501, closed", with("Transfer-Encoding: xchunked\r\n", chunked)),
		hiding("chunked, and more", "501, closed", with("Transfer-Encoding: chunked, identity\r\n", chunked)),
		hiding("chunked, twice", "501, closed", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked)),
		hiding("chunked, after a tab", "400, closed", with("Transfer-Encoding: \x0bchunked\r\n", chunked)),
		hiding("chunked, in HTTP/1.0", "400 INVALID_INPUT, closed", "POST /graphql HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+chunked),
		hiding("a chunk of a negative size", "400 INVALID_INPUT, closed", with("Transfer-Encoding: chunked\r\n", "-18\r\n"+ask+"\r\n0\r\n\r\n")),
		hiding("a chunk of an endless size", "400 INVALID_INPUT, closed", with("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"+ask+"\r\n0\r\n\r\n")),
		hiding("a chunk without its end", "400 INVALID_INPUT, closed", with("Transfer-Encoding: chunked\r\n", "18\r\n"+ask+"0\r\n\r\n")),
		hiding("chunks with extensions of 64 KB", "400 INVALID_INPUT, closed", with("Transfer-Encoding: chunked\r\n",
			"18;"+strings.Repeat("x", 64<<10)+"\r\n"+ask+"\r\n0\r\n\r\n")),
		hiding("a trailer that is a length", "400, closed", with("Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n", "18\r\n"+ask+"\r\n0\r\nContent-Length: 1000\r\n\r\n")),
		following("lines without returns", "200, 200", "POST /graphql HTTP/1.1\nHost: keepsake\nContent-Type: application/json\nContent-Length: "+size+"\n\n"+ask),
		hiding("a return without a line", "400, closed", with("X-A: b\rContent-Length: 0\r\n", ask)),
		hiding("a NUL in a header", "400, closed", with("X-A: \x00\r\nContent-Length: "+size+"\r\n", ask)),
		hiding("no host", "400, closed", "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: "+size+"\r\n\r\n"+ask),
		hiding("two hosts", "400, closed", with("Host: elsewhere\r\nContent-Length: "+size+"\r\n", ask)),
		following("an address of another host", "200, 200", "GET http://elsewhere/graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: keepsake\r\n\r\n"),
		hiding("HTTP/0.9", "400, closed", "GET /graphql?query=%7B__typename%7D\r\n\r\n"),
		hiding("HTTP/2.0 in plain text", "400, closed", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
		following("an upgrade to HTTP/2", "200, 200", "GET / HTTP/1.1\r\nHost: keepsake\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"),
		following("CONNECT", "405, 200", "CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n"),
		following("a body after an upgrade that fails", "405, 200", with("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: "+size+"\r\n", ask)),
		following("a body of GET", "200, 200", "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: keepsake\r\nContent-Length: "+size+"\r\n\r\n"+ask),
		hiding("a request after a bad one", "400, closed", "POST /graphql HTTP/1.1\r\nHost\r\n\r\n"),
		hiding("a request after a body that is too large", "413 INVALID_INPUT, closed", with("Content-Length: 2000000\r\n", strings.Repeat(" ", 2_000_000))),
		hiding("Expect: 100-continue without a body", "417, closed", with("Expect: 200-ok\r\nContent-Length: "+size+"\r\n", ask)),
	}
}

// hiding sends a beginning with the request behind it that is not to be seen.
func hiding(name, want, begin string) attack { return behind(name, want, begin, change) }

// following sends a beginning with a request behind it that is to be answered.
func following(name, want, begin string) attack { return behind(name, want, begin, "{__typename}") }

func behind(name, want, begin, document string) attack {
	return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
		l, err := a.dial(ctx)
		if err != nil {
			return "", err
		}
		defer l.close()
		hidden := request("POST", "/graphql", query(document),
			"Content-Type", "application/json", "Authorization", "Bearer "+a.owner.token, "X-Forwarded-For", a.address)
		if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return "", err
		}
		_, _ = io.WriteString(l.conn, begin+string(hidden)) // who is refused early can still read why
		var got []string
		for {
			answer, err := l.next()
			var late net.Error
			switch {
			case isClosed(err):
				return strings.Join(append(got, "closed"), ", "), nil
			case errors.As(err, &late) && late.Timeout():
				return strings.Join(got, ", "), nil
			case err != nil:
				return "", fmt.Errorf("after %v: %w", got, err)
			}
			got = append(got, answer.String())
			if err := l.conn.SetReadDeadline(time.Now().Add(smuggled)); err != nil {
				return "", err
			}
		}
	}}
}
