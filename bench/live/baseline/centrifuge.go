package baseline

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/centrifugal/centrifuge"
)

// pingEvery is how often centrifuge pings a client, and Keepsake does.
const pingEvery = 25 * time.Second

// Centrifuge is a node of the centrifuge library with its broker in memory, for
// its JSON protocol over WebSocket.
type Centrifuge struct {
	node *centrifuge.Node
}

// NewCentrifuge starts a node. It is set as its own documentation advises for
// many connections that mostly listen; see Handler for the sockets.
func NewCentrifuge() (*Centrifuge, error) {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelNone})
	if err != nil {
		return nil, fmt.Errorf("new node: %w", err)
	}
	node.OnConnecting(func(_ context.Context, e centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		// Each client is a user of its own: one user with all connections would
		// have them in one shard of the hub.
		return centrifuge.ConnectReply{
			Credentials: &centrifuge.Credentials{UserID: e.ClientID},
			// A reply need not wait for the writer: there is nothing to join it with.
			ReplyWithoutQueue: true,
		}, nil
	})
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnSubscribe(func(_ centrifuge.SubscribeEvent, answer centrifuge.SubscribeCallback) {
			// No options: no history, no presence, no joins told, no positions, so
			// that an event costs a delivery and nothing beside it.
			answer(centrifuge.SubscribeReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		return nil, fmt.Errorf("run node: %w", err)
	}
	return &Centrifuge{node: node}, nil
}

// Handler is the server's routes.
//
// Small read buffers, write buffers from a pool, and commands handled off the
// read loop, so that its stack stays small, are what its documentation advises
// to save memory. Compression is off, as in Keepsake.
func (c *Centrifuge) Handler() http.Handler {
	sockets := centrifuge.NewWebsocketHandler(c.node, centrifuge.WebsocketConfig{
		CheckOrigin:                func(*http.Request) bool { return true },
		ReadBufferSize:             readBuffer,
		UseWriteBufferPool:         true,
		ProcessCommandsOffReadLoop: true,
		WriteTimeout:               10 * time.Second,
		PingPongConfig:             centrifuge.PingPongConfig{PingInterval: pingEvery},
	})
	return routes(sockets, func(body []byte) error {
		_, err := c.node.Publish(Channel, body)
		return err
	})
}

// Close closes all connections and the node.
func (c *Centrifuge) Close(ctx context.Context) error {
	if err := c.node.Shutdown(ctx); err != nil {
		return fmt.Errorf("shut the node down: %w", err)
	}
	return nil
}
