package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"keepsake/bench/live/wire"
)

const (
	// dialing is how many subscribers connect at the same time, and openRate how
	// many a second: a little less than Keepsake lets in (KEEPSAKE_OPEN_RATE).
	dialing  = 32
	openRate = 450
	// addresses is from how many addresses of the loopback they come, the first
	// of which is 127.0.0.2: each has ports for some 28,000.
	addresses = 8
)

// crowd is many subscribers of one server.
type crowd struct {
	tally   *tally
	members []*member
	running sync.WaitGroup
	forget  func() bool // that ctx ends it
}

// lineFeed parts messages.
const lineFeed = '\n'

// member is one subscriber, and what it got.
type member struct {
	crowd   *crowd
	dialect dialect
	conn    *wire.Conn
	record  record
	keeps   bool // its first message with an event, as sample
	sample  []byte
}

// gather subscribes n clients to a server. They end with ctx, or by disperse.
func gather(ctx context.Context, of *contender, n int, epoch time.Time) (*crowd, error) {
	c := &crowd{tally: newTally(n, epoch)}
	dial, stop := context.WithCancel(ctx)
	defer stop()
	connected := make(chan error, n)
	slots := make(chan struct{}, dialing)
	begun := time.Now()
	for i := range n {
		if wait := time.Duration(i)*time.Second/openRate - time.Since(begun); wait > 0 {
			_ = pause(dial, wait) // whoever dials then sees why it ended
		}
		m := &member{crowd: c, dialect: of.system, keeps: i == 0}
		c.members = append(c.members, m)
		c.running.Go(func() {
			slots <- struct{}{}
			err := m.connect(dial, of.target.Addr, i)
			<-slots
			connected <- err
			if err == nil {
				m.listen()
			}
		})
	}
	var failed error
	for range n {
		if err := <-connected; err != nil && failed == nil {
			failed = err
			stop()
		}
	}
	c.forget = context.AfterFunc(ctx, c.hangUp)
	if failed != nil {
		c.disperse(0)
		return nil, fmt.Errorf("subscribe %d clients to %s: %w", n, of.name, failed)
	}
	return c, nil
}

// connect opens the i-th member's socket and subscribes.
func (m *member) connect(ctx context.Context, addr string, i int) error {
	path, subprotocol := m.dialect.upgrade()
	conn, err := wire.Dial(ctx, net.IPv4(127, 0, 0, byte(2+i%addresses)), addr, path, subprotocol)
	if err != nil {
		return err
	}
	for _, s := range m.dialect.greet() {
		err := conn.Write([]byte(s.say))
		if err == nil && s.hear != "" {
			err = m.await(conn, s.hear)
		}
		if err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	m.conn = conn
	return nil
}

// await waits for an answer.
func (m *member) await(conn *wire.Conn, hear string) error {
	for {
		message, err := conn.Next()
		if err != nil {
			return err
		}
		if strings.Contains(string(message), hear) {
			return nil
		}
		if err := m.answer(conn, message); err != nil {
			return err
		}
	}
}

// listen takes events until the socket ends.
func (m *member) listen() {
	m.crowd.tally.fail(fmt.Errorf("a subscriber ended: %w", m.conn.Listen(m.take)))
}

// take takes what came: centrifuge joins several messages into one, each on a
// line of its own. There are no other line feeds.
func (m *member) take(joined []byte) error {
	for len(joined) > 0 {
		var message []byte
		message, joined, _ = bytes.Cut(joined, []byte{lineFeed})
		if err := m.takeOne(message); err != nil {
			return err
		}
	}
	return nil
}

func (m *member) takeOne(message []byte) error {
	number, sent, ok := findMark(message)
	if !ok {
		return m.answer(m.conn, message)
	}
	if m.keeps {
		m.keeps, m.sample = false, bytes.Clone(message)
	}
	return m.crowd.tally.take(&m.record, number, sent)
}

// answer answers a message without an event.
func (m *member) answer(conn *wire.Conn, message []byte) error {
	answer, err := m.dialect.other(message)
	if err == nil && answer != nil {
		err = conn.Write(answer)
	}
	return err
}

func (c *crowd) hangUp() {
	c.tally.over.Store(true)
	for _, m := range c.members {
		if m.conn != nil {
			_ = m.conn.Close() // it may have ended
		}
	}
}

// disperse ends all sockets and returns what went wrong with the events up to
// the last one.
func (c *crowd) disperse(last int) losses {
	if c.forget() {
		c.hangUp()
	}
	c.running.Wait()
	l := losses{duplicated: c.tally.duplicated.Load(), disordered: c.tally.disordered.Load()}
	for _, m := range c.members {
		l.lost += int64(m.record.lost(last))
	}
	return l
}
