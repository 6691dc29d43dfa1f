package chaos

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"keepsake/internal/cluster"
)

const (
	// sip is how much the slow client reads at once, and sipEvery how often: a few
	// events a second.
	sip      = 4 << 10
	sipEvery = 250 * time.Millisecond
)

// straw is how the slow client reaches a node. It reads little at a time and
// holds little, so that the rest is the node's to keep. Once it is calm it hangs
// up, and is as wide as any other way when the client comes back.
type straw struct {
	listener net.Listener
	to       string
	calm     <-chan struct{}
	work     sync.WaitGroup
}

// newStraw stands before a node until ctx ends; close waits for its end.
func newStraw(ctx context.Context, n *cluster.Node, calm <-chan struct{}) (*straw, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &straw{listener: l, to: strings.TrimPrefix(n.Direct, "http://"), calm: calm}
	s.work.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			s.work.Go(func() { s.carry(ctx, client) })
		}
	})
	return s, nil
}

func (s *straw) url() string { return "http://" + s.listener.Addr().String() }

// close takes no more connections, and waits for those that there are: their
// clients have to have gone.
func (s *straw) close() {
	_ = s.listener.Close() // or it is closed
	s.work.Wait()
}

// carry carries one connection.
func (s *straw) carry(ctx context.Context, client net.Conn) {
	var dialer net.Dialer
	read := func(b []byte) int { return len(b) }
	select {
	case <-s.calm:
	default:
		dialer.Control = narrow
		defer s.onCalm(client)()
		read = func(b []byte) int {
			pause(ctx, sipEvery)
			return min(len(b), sip)
		}
	}
	node, err := dialer.DialContext(ctx, "tcp", s.to)
	if err != nil {
		_ = client.Close() // as a node that is away does
		return
	}
	s.work.Go(func() {
		_, _ = io.Copy(node, client) // until either ends
		_ = node.Close()
	})
	for buffer := make([]byte, 16*sip); err == nil; {
		var n int
		if n, err = node.Read(buffer[:read(buffer)]); n > 0 {
			_, err = client.Write(buffer[:n])
		}
	}
	_ = errors.Join(client.Close(), node.Close()) // what is closed is closed
}

// onCalm closes a connection when it is calm. The returned function ends that.
func (s *straw) onCalm(c net.Conn) (stop func()) {
	done := make(chan struct{})
	s.work.Go(func() {
		select {
		case <-s.calm:
			_ = c.Close()
		case <-done:
		}
	})
	return func() { close(done) }
}

// narrow makes a connection hold little of what has not been read.
func narrow(_, _ string, c syscall.RawConn) error {
	var refused error
	err := c.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, sip)
	})
	return errors.Join(err, refused)
}
