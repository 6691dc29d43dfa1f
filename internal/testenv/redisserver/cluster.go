package redisserver

import (
	"errors"
	"fmt"
	"strings"
)

// slots is how many a cluster has.
const slots = 16384

// Cluster is a cluster of masters, none of which has a replica. While one is
// away the others serve their own slots.
type Cluster struct {
	Nodes []*Server
}

// StartCluster runs a cluster of n masters that share the slots evenly, and
// returns when all of them agree on that.
func StartCluster(n int, args ...string) (*Cluster, error) {
	c := &Cluster{}
	if err := c.start(n, args); err != nil {
		return nil, errors.Join(fmt.Errorf("start a cluster: %w", err), c.Close())
	}
	return c, nil
}

func (c *Cluster) start(n int, args []string) error {
	for i := range n {
		bus, err := freeAddr()
		if err != nil {
			return err
		}
		s, err := Start(append([]string{
			"--cluster-enabled", "yes", "--cluster-port", portOf(bus), "--cluster-config-file", "nodes.conf",
			"--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no",
		}, args...)...)
		if err != nil {
			return err
		}
		c.Nodes = append(c.Nodes, s)
		err = errors.Join(
			s.Do("CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(),
			s.Do("CLUSTER", "ADDSLOTSRANGE", i*slots/n, (i+1)*slots/n-1).Err(),
		)
		for _, other := range c.Nodes[:i] {
			err = errors.Join(err, other.Do("CLUSTER", "MEET", "127.0.0.1", portOf(s.Addr), portOf(bus)).Err())
		}
		if err != nil {
			return err
		}
	}
	return await(c.agreed)
}

// agreed returns nil when every node knows who serves each slot.
func (c *Cluster) agreed() error {
	for _, s := range c.Nodes {
		info, err := s.Do("CLUSTER", "INFO").Text()
		if err != nil {
			return err
		}
		for _, want := range []string{
			"cluster_state:ok", "cluster_slots_ok:16384", fmt.Sprintf("cluster_size:%d\r", len(c.Nodes)),
		} {
			if !strings.Contains(info, want) {
				return fmt.Errorf("%w: %s not in %s", errNotYet, want, info)
			}
		}
	}
	return nil
}

// Move gives a slot, in which there are no keys, to another node.
func (c *Cluster) Move(slot int, to *Server) error {
	id, err := to.Do("CLUSTER", "MYID").Text()
	if err != nil {
		return err
	}
	if err := to.Do("CLUSTER", "SETSLOT", slot, "NODE", id).Err(); err != nil {
		return err
	}
	if err := to.Do("CLUSTER", "BUMPEPOCH").Err(); err != nil { // so that its word counts
		return err
	}
	for _, s := range c.Nodes {
		if s == to { // even what changes nothing ends the slot's subscriptions
			continue
		}
		if err := s.Do("CLUSTER", "SETSLOT", slot, "NODE", id).Err(); err != nil {
			return err
		}
	}
	return nil
}

// URL returns the cluster as redisbroker takes it.
func (c *Cluster) URL() string {
	var hosts []string
	for _, s := range c.Nodes {
		hosts = append(hosts, s.Addr)
	}
	return "redis+cluster://" + strings.Join(hosts, ",")
}

// Close closes all nodes.
func (c *Cluster) Close() error {
	var err error
	for _, s := range c.Nodes {
		err = errors.Join(err, s.Close())
	}
	return err
}
