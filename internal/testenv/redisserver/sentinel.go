package redisserver

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// masterName is what the sentinels call their master.
const masterName = "keepsake"

// Watched is a master with a replica, and three sentinels that make the replica
// the master when the master is away.
type Watched struct {
	Master, Replica *Server // as they began
	Sentinels       []*Server
}

// StartWatched runs them and returns when the sentinels know of each other and
// of the replica.
func StartWatched() (*Watched, error) {
	w := &Watched{}
	if err := w.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start a master with sentinels: %w", err), w.Close())
	}
	return w, nil
}

func (w *Watched) start() (err error) {
	if w.Master, err = Start("--repl-diskless-sync-delay", "0"); err != nil {
		return err
	}
	master := "127.0.0.1 " + portOf(w.Master.Addr)
	if w.Replica, err = Start("--replicaof", master); err != nil {
		return err
	}
	for range 3 {
		s, err := start(nil, []string{
			"sentinel monitor " + masterName + " " + master + " 2",
			"sentinel down-after-milliseconds " + masterName + " 1000",
			"sentinel failover-timeout " + masterName + " 2000",
		})
		if err != nil {
			return err
		}
		w.Sentinels = append(w.Sentinels, s)
	}
	return await(func() error {
		if info, err := w.Replica.Do("INFO", "replication").Text(); err != nil || !strings.Contains(info, "master_link_status:up") {
			return errors.Join(errNotYet, err)
		}
		for _, s := range w.Sentinels {
			info, err := s.Do("INFO", "sentinel").Text()
			if err != nil || !strings.Contains(info, "status=ok,address="+w.Master.Addr+",slaves=1,sentinels=3") {
				return errors.Join(errNotYet, err)
			}
		}
		return nil
	})
}

// Current returns the address of the server that a sentinel takes for the master.
func (w *Watched) Current() (string, error) {
	addr, err := w.Sentinels[0].Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName).StringSlice()
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(addr[0], addr[1]), nil
}

// URL returns them as redisbroker takes them.
func (w *Watched) URL() string {
	var hosts []string
	for _, s := range w.Sentinels {
		hosts = append(hosts, s.Addr)
	}
	return "redis+sentinel://" + strings.Join(hosts, ",") + "/" + masterName
}

// Close closes all of them.
func (w *Watched) Close() error {
	var err error
	for _, s := range append([]*Server{w.Master, w.Replica}, w.Sentinels...) {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}
