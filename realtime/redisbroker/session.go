package redisbroker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"keepsake/internal/redisconn"
)

// errSpent is what go-redis gets when it would connect anew by itself.
var errSpent = errors.New("the connection is broken")

// errNotMaster says that sentinels named a server that is no longer the master.
var errNotMaster = errors.New("the server is not the master")

// session is one connection. When it breaks, everything on it fails from then
// on: go-redis would connect again without a word, and the messages in between
// would be lost unseen. Nor does it send anything twice.
type session struct {
	client *redis.Client
	conn   net.Conn
}

// dialer makes sessions. It holds what they have in common.
type dialer struct {
	tls          *tls.Config // nil: none
	timeout      time.Duration
	mustBeMaster bool // the server has to be a master
}

func newDialer(t redisconn.Target, timeout time.Duration) (*dialer, error) {
	config, err := t.TLSConfig()
	if err != nil {
		return nil, err
	}
	return &dialer{tls: config, timeout: timeout, mustBeMaster: t.Kind == redisconn.Sentinel}, nil
}

// account is who a session signs in as.
type account struct {
	user, password string
	name           string // of the connection, as the server lists it; empty: none
	sentinel       bool
}

// open connects to a server. The greeting takes place with the first command.
// The session breaks when ctx ends; each of its commands may take as long as the
// dialer's timeout.
func (d *dialer) open(ctx context.Context, addr string, a account) (*session, error) {
	conn, err := d.dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	bound := &boundConn{Conn: conn}
	bound.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	var spent atomic.Bool
	o := &redis.Options{
		Addr: addr,
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			if spent.Swap(true) {
				return nil, errSpent
			}
			return bound, nil
		},
		ClientName: a.name, Username: a.user, Password: a.password,
		DialTimeout: d.timeout, ReadTimeout: d.timeout, WriteTimeout: d.timeout,
		MaxRetries: -1, DialerRetries: 1, // a message must not be sent twice
		// One connection is all there ever is. With a pool of one go-redis would
		// start a goroutine that tries to connect again.
		PoolSize: 2, PipelinePoolSize: -1, ConnMaxIdleTime: -1,
		Protocol: 2, DisableIdentity: true,
	}
	if d.mustBeMaster && !a.sentinel {
		o.OnConnect = requireMaster
	}
	return &session{client: redis.NewClient(o), conn: bound}, nil
}

func (d *dialer) dial(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil || d.tls == nil {
		return conn, err
	}
	config := d.tls.Clone()
	if config.ServerName, _, err = net.SplitHostPort(addr); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// requireMaster refuses a server that has been made a replica: publishing there
// would reach nobody, with no error.
func requireMaster(ctx context.Context, c *redis.Conn) error {
	role, err := c.Do(ctx, "ROLE").Slice()
	if err != nil {
		return fmt.Errorf("ask for the role: %w", err)
	}
	if len(role) == 0 || role[0] != "master" {
		return errNotMaster
	}
	return nil
}

// cut breaks the connection; whoever reads or writes on it gets an error.
func (s *session) cut() { _ = s.conn.Close() }

// close breaks the connection and releases the rest.
func (s *session) close() {
	s.cut()
	_ = s.client.Close()
}

// boundConn is a connection that is closed when a context ends, and no longer
// waits for that once it is closed.
type boundConn struct {
	net.Conn
	stop func() bool
}

// Close implements net.Conn.
func (c *boundConn) Close() error {
	c.stop()
	return c.Conn.Close()
}
