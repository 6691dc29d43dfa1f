package redisbroker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// errConfused says that a server answered something that it was not asked. What
// holds on that link is no longer known.
var errConfused = errors.New("the answers do not fit the commands")

// shard is one server that serves channels: the only one, or a master of a
// cluster. One goroutine reads its messages and makes all calls of the receiver
// about its topics; it reads straight from the connection, so that a slow
// receiver slows the server's link alone, and nothing is dropped here.
type shard struct {
	b      *Broker
	addr   string
	lane   *lane
	ctx    context.Context // ends when the server is no longer used
	cancel context.CancelFunc
	wake   chan struct{} // there is something in todo, or room for it

	// Guarded by Broker.mu.
	todo   []*topic   // whose subscription has to be looked at
	sent   []*command // that are not answered, the oldest first
	flying int        // topics in sent that are not answered

	broken bool // the receiver has been told; only used by run
}

// shift takes the oldest command off sent.
func (s *shard) shift() {
	s.sent[0] = nil
	if s.sent = s.sent[1:]; len(s.sent) == 0 {
		s.sent = nil
	}
}

// landed makes room for n topics more.
func (s *shard) landed(n int) {
	s.flying -= n
	if len(s.todo) > 0 {
		nudge(s.wake)
	}
}

// run keeps up a link to the server, until the server is no longer used. Its
// topics then look for another one.
func (s *shard) run() {
	b := s.b
	var pause backoff
	for {
		began := time.Now()
		err := s.link()
		b.mu.Lock()
		gone := s.ctx.Err() != nil
		b.release(s, gone)
		closed := b.closed
		b.mu.Unlock()
		if closed {
			return
		}
		s.lost(err)
		if gone {
			return
		}
		b.lookAgain()
		if time.Since(began) > maxPause {
			pause.reset()
		}
		if !pause.wait(s.ctx) {
			continue // to be released
		}
	}
}

// lost tells the receiver that messages are being lost, once until there is a
// link again.
func (s *shard) lost(err error) {
	b := s.b
	if s.broken {
		b.opt.Logger.Debug("redisbroker: no link yet", "server", s.addr, "error", err)
		return
	}
	s.broken = true
	b.opt.Logger.Warn("redisbroker: link broken, messages are being lost", "server", s.addr, "error", err)
	b.receiver.Lost()
	b.mu.Lock()
	b.reconfirm(s)
	b.mu.Unlock()
}

// link makes a link and returns why it broke. Everything on it is over then.
func (s *shard) link() error {
	b := s.b
	session, err := b.dialer.open(s.ctx, s.addr, b.account("keepsake-subscribe"))
	if err != nil {
		return err
	}
	defer session.close()
	ps := session.client.Subscribe(s.ctx) // to nothing, and without a connection yet
	if err := ps.Ping(s.ctx); err != nil {
		return err
	}
	if s.broken {
		s.broken = false
		b.stats.relinks.Add(1)
		b.opt.Logger.Info("redisbroker: link made again", "server", s.addr)
	}
	over := make(chan struct{})
	var writer sync.WaitGroup
	var writeErr error
	writer.Go(func() {
		if writeErr = s.write(ps, over); writeErr != nil {
			session.cut() // which ends read
		}
	})
	err = s.read(ps)
	close(over)
	session.cut() // which ends write
	writer.Wait()
	if writeErr != nil {
		return writeErr
	}
	return err
}

// write tells the server about topics, and says PING, until over is closed.
func (s *shard) write(ps *redis.PubSub, over <-chan struct{}) error {
	beat := time.NewTicker(s.b.opt.PingEvery)
	defer beat.Stop()
	for {
		commands := s.b.commands(s)
		for _, c := range commands {
			if err := s.send(ps, c); err != nil {
				return fmt.Errorf("tell about topics: %w", err)
			}
		}
		if len(commands) > 0 {
			select {
			case <-over:
				return nil
			case <-beat.C: // many topics must not keep back the PING
			default:
				continue
			}
		} else {
			select {
			case <-over:
				return nil
			case <-s.wake:
				continue
			case <-beat.C:
			}
		}
		if err := ps.Ping(s.ctx); err != nil {
			return fmt.Errorf("say PING: %w", err)
		}
	}
}

func (s *shard) send(ps *redis.PubSub, c *command) error {
	switch {
	case c.subscribe:
		return s.b.subscribe(s.ctx, ps, c.channels()...)
	case s.b.sharded:
		return ps.SUnsubscribe(s.ctx, c.channels()...)
	}
	return ps.Unsubscribe(s.ctx, c.channels()...)
}

func (b *Broker) subscribe(ctx context.Context, ps *redis.PubSub, channels ...string) error {
	if b.sharded {
		return ps.SSubscribe(ctx, channels...)
	}
	return ps.Subscribe(ctx, channels...)
}

// read hands messages and confirmations to the receiver, until the link breaks.
// As there is a PING every so often, silence means that nothing arrives any
// more, though no error may ever say so. Time that the receiver takes is not
// silence.
func (s *shard) read(ps *redis.PubSub) error {
	b := s.b
	for {
		reply, err := ps.ReceiveTimeout(s.ctx, b.opt.Silence)
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if isMoved(err) {
			if !b.refused(s) {
				return errConfused
			}
			continue
		}
		if err != nil {
			return err
		}
		switch r := reply.(type) {
		case *redis.Message:
			b.stats.received.Add(1)
			b.receiver.Receive(r.Channel[len(b.opt.Prefix):], []byte(r.Payload))
		case *redis.Subscription:
			subscribe := r.Kind == "subscribe" || r.Kind == "ssubscribe"
			confirmed, ok := b.answered(s, subscribe, r.Channel)
			if !ok {
				return errConfused
			}
			if confirmed {
				b.receiver.Confirmed(r.Channel[len(b.opt.Prefix):])
			}
		}
	}
}
