package cluster

import (
	"context"
	"fmt"
	"io"

	"keepsake/internal/launch"
)

// Node is one server of a cluster. Its methods are for one goroutine at a time;
// between Kill or Drain and Start nobody serves at its URL.
type Node struct {
	URL    string
	Direct string // where it listens itself: URL, but for StartLinked
	Links  *Links // nil, but for StartLinked
	Data   string // its data directory, which a node of a cluster has no use for

	addr    string // host:port
	program string
	logs    io.Writer
	env     []string
	process *launch.Server
}

// Start runs the node and returns when it serves. It is killed when ctx ends.
func (n *Node) Start(ctx context.Context) (err error) {
	if n.process, err = launch.Start(ctx, n.program, n.Data, n.logs, n.env...); err != nil {
		return fmt.Errorf("node %s: %w", n.addr, err)
	}
	return nil
}

// Kill ends the node as kill -9 does, if it runs.
func (n *Node) Kill() error {
	if n.process == nil {
		return nil
	}
	return n.process.Kill()
}

// Drain ends the node by SIGTERM and waits for it. An exit code other than 0 is
// an error; once ctx ends the node is killed.
func (n *Node) Drain(ctx context.Context) error { return n.process.Stop(ctx) }
