package transport

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

const (
	// readRate is how many bytes a second are read from a socket in the long run, or
	// one of the largest messages, and readAhead how many at once. Frames that are
	// empty, and messages that are refused, cost by their bytes and are not counted
	// otherwise.
	readRate, readAhead = 1 << 20, 64 << 10
	// leastPause is how long one waits who sends more, so that waiting costs little.
	leastPause = 10 * time.Millisecond
)

// paced is a connection that is read no faster than its rate: by GCRA, as those of
// package ratelimit are. It is by hand because each idle socket pays for it and for
// the stack that its reader needs.
type paced struct {
	net.Conn
	each  time.Duration // that a byte takes
	quiet time.Time     // when it will be as if nothing had been read
}

// Read implements net.Conn. Only one goroutine reads.
func (p *paced) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	now := time.Now()
	if p.quiet.Before(now) {
		p.quiet = now
	}
	p.quiet = p.quiet.Add(time.Duration(n) * p.each)
	if over := p.quiet.Sub(now) - readAhead*p.each; over > 0 {
		time.Sleep(max(over, leastPause))
	}
	return n, err
}

// pacing hands out a paced connection when it is hijacked.
type pacing struct {
	http.ResponseWriter
	each time.Duration
}

// Hijack implements http.Hijacker.
func (p *pacing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(p.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &paced{Conn: conn, each: p.each}, rw, nil
}
