package attack

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const (
	hello = `{"type":"connection_init"}`
	// mostOperations is how many a socket may have.
	mostOperations = 100
	// finalText, finalPing, … begin a frame of the client's by RFC 6455.
	finalText, firstText, more, finalMore, finalPing, finalBinary = 0x81, 0x01, 0x00, 0x80, 0x89, 0x82
)

// sockets are attacks over graphql-transport-ws and event streams.
func sockets() []attack {
	watch := func(a *attacker, id string) string {
		return subscribe(id, `subscription($a:ID!){albumEvents(albumId:$a){kind cursor}}`, map[string]any{"a": a.album})
	}
	return []attack{
		{name: "sockets that say nothing", want: "closed 4408", crowd: 5000, small: 100, held: 4500, send: func(ctx context.Context, a *attacker) (string, error) {
			return a.onSocket(ctx, func(*websocket.Conn) error { a.entered(); return nil })
		}},
		{name: "handshakes of sockets that are not finished", want: "closed", crowd: 1000, small: 50, send: func(ctx context.Context, a *attacker) (string, error) {
			return dripping("", "", 0, 0, func(*attacker) string { return "GET /graphql HTTP/1.1\r\nHost: keepsake\r\nUpgrade: websocket\r\n" }, 0).send(ctx, a)
		}},
		{name: "messages that stop short of their end", want: "closed 4408", crowd: 1000, small: 50, send: func(ctx context.Context, a *attacker) (string, error) {
			return a.onSocket(ctx, func(conn *websocket.Conn) error {
				a.entered()
				_, err := io.WriteString(conn.NetConn(), header(finalText, 1_000_000)+strings.Repeat(" ", 999_999))
				return err
			})
		}},
		{name: "messages of frames without end", want: "closed 4408", crowd: 200, small: 10, send: func(ctx context.Context, a *attacker) (string, error) {
			return a.endless(ctx)
		}},
		{name: "subscriptions without end on a socket", want: fmt.Sprintf("%d, then LIMIT_EXCEEDED", mostOperations), send: func(ctx context.Context, a *attacker) (string, error) {
			return a.fill(ctx, watch)
		}},
		{name: "sockets without end", want: noFaster, send: func(ctx context.Context, a *attacker) (string, error) {
			return a.flock(ctx)
		}},
		{name: "sockets that ask and never read", want: "held", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.deaf(ctx)
		}},
		{name: "a flood of the protocol's pings", want: "held back", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.pings(ctx, text(`{"type":"ping"}`))
		}},
		{name: "a flood of a socket's pings", want: "held back", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.pings(ctx, masked(finalPing, "x"))
		}},
		framed("a frame larger than may be", "closed 1009", header(finalText, 1<<30)),
		framed("a frame of 2^63 bytes", "closed 1009", header(finalText, 1<<63)),
		framed("a message larger than may be, in frames", "closed 1009", strings.Repeat(masked(more, strings.Repeat(" ", 60_000)), 20), masked(firstText, "{")),
		framed("a million empty frames", "closed 4408", strings.Repeat(masked(more, ""), 1_000_000), masked(firstText, "{")),
		framed("a frame without a mask", "closed 1002", "\x81\x02{}"),
		framed("a frame with bits that mean nothing", "closed 1002", masked(0xf1, "{}")),
		framed("a frame of a kind that is none", "closed 1002", masked(0x83, "{}")),
		framed("a ping in pieces", "closed 1002", masked(0x09, "x")),
		framed("a ping of 126 bytes", "closed 1002", masked(finalPing, strings.Repeat("x", 126))),
		framed("more of what was not begun", "closed 1002", masked(finalMore, "{}")),
		framed("one message within another", "closed 1002", masked(firstText, "{")+masked(finalText, "{}")),
		framed("a close of one byte", "closed 1000", masked(0x88, "\x03")),
		framed("a close with a code that is none", "closed 1002", masked(0x88, "\x00\x01")),
		framed("a close that is no UTF-8", "closed 1002", masked(0x88, "\x03\xe8\xff\xfe")),
		framed("a message that is no UTF-8", "closed 1007", masked(finalText, "{\"type\":\"ping\xff\"}")),
		framed("a binary message", "closed 4400", masked(finalBinary, hello)),
		framed("a message nested 500,000 deep", "closed 4400", text(strings.Repeat("[", 500_000))),
		framed("500,000 numbers over a socket", "QUERY_TOO_COMPLEX", text(hello)+
			text(subscribe("1", `query($i:[ID!]!){nodes(ids:$i){id}}`, map[string]any{"i": json.RawMessage("[" + strings.Repeat("1,", 450_000) + "1]")}))),
		framed("10,000 aliases over a socket", "QUERY_TOO_COMPLEX", text(hello)+text(subscribe("1", "{"+numbered(10_000, "a%d:me{id}")+"}", nil))),
		framed("a token that is none, over a socket", "closed 4403", text(`{"type":"connection_init","payload":{"authorization":"Bearer e30.e30."}}`)),
		framed("a subscription before saying hello", "closed 4401", text(subscribe("1", "{me{id}}", nil))),
		{name: "a socket of another site's page", want: "refused 403", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.upgrade(ctx, http.Header{"Origin": {"https://elsewhere.example"}})
		}},
		{name: "a token in a socket's URL", want: "nobody", send: func(ctx context.Context, a *attacker) (string, error) {
			return a.whoIs(ctx, "?authorization=Bearer%20"+a.owner.token+"&access_token="+a.owner.token)
		}},
		{name: "event streams without end", want: noFaster, send: func(ctx context.Context, a *attacker) (string, error) {
			return a.streams(ctx)
		}},
	}
}

// open opens a socket; refused is the status if it is not let in.
func (a *attacker) open(ctx context.Context, query string, header http.Header) (conn *websocket.Conn, refused int, err error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("X-Forwarded-For", a.address)
	d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: patience}
	conn, res, err := d.DialContext(ctx, "ws://"+a.addr+"/graphql"+query, header)
	if res != nil {
		_ = res.Body.Close() // the dialer has read what there is
	}
	if errors.Is(err, websocket.ErrBadHandshake) && res != nil {
		return nil, res.StatusCode, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return conn, 0, conn.SetReadDeadline(time.Now().Add(patience))
}

// onSocket does something on a socket, and returns how the server ended it, or what
// error it told.
func (a *attacker) onSocket(ctx context.Context, do func(*websocket.Conn) error) (string, error) {
	conn, refused, err := a.open(ctx, "", nil)
	if refused != 0 {
		return fmt.Sprintf("refused %d", refused), nil
	}
	if err != nil {
		return "", err
	}
	defer conn.Close() //nolint:errcheck // it was ended
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := do(conn); err != nil && !isClosed(err) { // who is cut off can still read why
		return "", err
	}
	for {
		var m struct {
			Type    string
			Payload []struct{ Extensions struct{ Code string } }
		}
		_, text, err := conn.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case errors.As(err, &closed):
			return fmt.Sprintf("closed %d", closed.Code), nil
		case isClosed(err):
			return "closed", nil
		case err != nil:
			return "", err
		}
		if json.Unmarshal(text, &m) == nil && m.Type == "error" {
			return m.Payload[0].Extensions.Code, nil
		}
	}
}

// upgrade is how a handshake is answered.
func (a *attacker) upgrade(ctx context.Context, header http.Header) (string, error) {
	conn, refused, err := a.open(ctx, "", header)
	if refused != 0 || err != nil {
		return fmt.Sprintf("refused %d", refused), err
	}
	return "let in", conn.Close()
}

// framed sends bytes on a socket, after a beginning.
func framed(name, want, bytes string, begin ...string) attack {
	return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
		return a.onSocket(ctx, func(conn *websocket.Conn) error {
			_, err := io.WriteString(conn.NetConn(), strings.Join(begin, "")+bytes)
			return err
		})
	}}
}

// fill subscribes on a socket until it is refused.
func (a *attacker) fill(ctx context.Context, watch func(a *attacker, id string) string) (string, error) {
	got, err := a.onSocket(ctx, func(conn *websocket.Conn) error {
		all := text(hello)
		for i := range mostOperations + 1 {
			all += text(watch(a, fmt.Sprint(i)))
		}
		_, err := io.WriteString(conn.NetConn(), all)
		return err
	})
	return fmt.Sprintf("%d, then %s", mostOperations, got), err
}

// noFaster is that as many were let in as an address may ask, and then no more.
const noFaster = "no faster than may be"

// paced says whether n requests of an address since then were not more than the
// default settings allow: 400 at once, and 100 a second.
func paced(n int, since time.Time) string {
	if most := 400 + 100*time.Since(since).Seconds(); float64(n) > most+1 {
		return fmt.Sprintf("%d were let in, where %.0f may be", n, most)
	}
	return noFaster
}

// mostOpened ends attempts on a machine that is too slow to be refused.
const mostOpened = 1000

// flock opens sockets as fast as it can until it is refused.
func (a *attacker) flock(ctx context.Context) (string, error) {
	var all []*websocket.Conn
	defer func() {
		for _, conn := range all {
			_ = conn.Close()
		}
	}()
	began := time.Now()
	for len(all) < mostOpened {
		conn, refused, err := a.open(ctx, "", nil)
		if err != nil {
			return "", err
		}
		if refused == http.StatusTooManyRequests {
			break
		} else if refused != 0 {
			return fmt.Sprintf("refused %d", refused), nil
		}
		all = append(all, conn)
	}
	return paced(len(all), began), nil
}

// endless sends one message in empty frames, until it is cut off.
func (a *attacker) endless(ctx context.Context) (string, error) {
	return a.onSocket(ctx, func(conn *websocket.Conn) error {
		a.entered()
		raw := conn.NetConn()
		for next := masked(firstText, "{"); ; next = masked(more, "") + masked(finalPing, "") {
			if _, err := io.WriteString(raw, next); err != nil {
				return err
			}
			select {
			case <-time.After(drip):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// deaf asks for more than a socket's queue holds, and takes none of it.
func (a *attacker) deaf(ctx context.Context) (string, error) {
	conn, refused, err := a.open(ctx, "", nil)
	if refused != 0 || err != nil {
		return fmt.Sprintf("refused %d", refused), err
	}
	defer conn.Close() //nolint:errcheck // nothing is waited for
	raw := conn.NetConn()
	if err := raw.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		return "", err
	}
	if _, err := io.WriteString(raw, text(hello)); err != nil {
		return "", err
	}
	a.entered()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := raw.SetWriteDeadline(time.Now().Add(3 * time.Second)); err != nil {
		return "", err
	}
	for part := range slices.Chunk(a.questions, 100_000) {
		if _, err := raw.Write(part); err != nil { // the server reads no further, or has hung up
			return "held", ctx.Err()
		}
	}
	return "all was taken", nil
}

// questions ask for an album's page over and over, more often than the system holds for
// a connection. They are made beforehand: attackers take no time of the server's
// machine, where they are elsewhere.
func questions(album string) []byte {
	const id = "00000"
	one := text(subscribe(id, page, map[string]any{"album": album}))
	before, after, _ := strings.Cut(one, id)
	var all []byte
	for i := range 20_000 {
		all = fmt.Appendf(all, "%s%05d%s", before, i, after)
	}
	return all
}

// pings sends pings for a second, and counts what was answered.
func (a *attacker) pings(ctx context.Context, ping string) (string, error) {
	conn, refused, err := a.open(ctx, "", nil)
	if refused != 0 || err != nil {
		return fmt.Sprintf("refused %d", refused), err
	}
	defer conn.Close() //nolint:errcheck // nothing is waited for
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	raw := conn.NetConn()
	go func() { _, _ = io.Copy(io.Discard, raw) }() // ends with the socket
	sent, all := 0, strings.Repeat(ping, 100)
	if _, err := io.WriteString(raw, text(hello)); err != nil {
		return "", err
	}
	for end := time.Now().Add(time.Second); time.Now().Before(end); sent += 100 {
		if err := raw.SetWriteDeadline(end.Add(time.Second)); err != nil {
			return "", err
		}
		if _, err := io.WriteString(raw, all); err != nil {
			return "held back", ctx.Err()
		}
	}
	if sent > 100_000 { // what the system's buffers may hold, and more
		return fmt.Sprintf("%d answered in a second", sent), nil
	}
	return "held back", nil
}

// whoIs opens a socket and asks who one is.
func (a *attacker) whoIs(ctx context.Context, query string) (string, error) {
	conn, refused, err := a.open(ctx, query, nil)
	if refused != 0 || err != nil {
		return fmt.Sprintf("refused %d", refused), err
	}
	defer conn.Close() //nolint:errcheck // the answer is there
	if _, err := io.WriteString(conn.NetConn(), text(hello)+text(subscribe("1", "{me{id}}", nil))); err != nil {
		return "", err
	}
	for range 2 { // the second is the answer
		_, got, err := conn.ReadMessage()
		if err != nil {
			return "", err
		}
		if strings.Contains(string(got), `"me":null`) {
			return "nobody", nil
		}
	}
	return "somebody", nil
}

// streams opens event streams until it is refused.
func (a *attacker) streams(ctx context.Context) (string, error) {
	body, err := json.Marshal(map[string]any{
		"query": `subscription($a:ID!){albumEvents(albumId:$a){kind}}`, "variables": map[string]string{"a": a.album},
	})
	if err != nil {
		return "", err
	}
	text := request(http.MethodPost, "/graphql", body, "Content-Type", "application/json", "Accept", "text/event-stream", "X-Forwarded-For", a.address)
	began, n := time.Now(), 0
	for ; n < mostOpened; n++ {
		l, err := a.dial(ctx)
		if err != nil {
			return "", err
		}
		defer l.close()
		if _, err := l.conn.Write(text); err != nil {
			return "", err
		}
		res, err := http.ReadResponse(l.read, nil) //nolint:bodyclose // it ends with its connection
		if err != nil {
			return "", err
		}
		if res.StatusCode == http.StatusTooManyRequests {
			break
		} else if res.StatusCode != http.StatusOK {
			return strconv.Itoa(res.StatusCode), nil
		}
	}
	return paced(n, began), nil
}

// subscribe is the protocol's message that begins an operation.
func subscribe(id, document string, variables map[string]any) string {
	b, err := json.Marshal(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": document, "variables": variables}})
	if err != nil {
		panic(err) // what tests wrote themselves
	}
	return string(b)
}

// text is a message of a client as a frame.
func text(s string) string { return masked(finalText, s) }

// masked is a frame of a client. Its mask is zero, which is as good as any.
func masked(first byte, payload string) string { return header(first, uint64(len(payload))) + payload }

// header begins a frame of so many bytes.
func header(first byte, length uint64) string {
	b := []byte{first}
	switch {
	case length < 126:
		b = append(b, 0x80|byte(length))
	case length < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), length)
	}
	return string(append(b, 0, 0, 0, 0))
}
