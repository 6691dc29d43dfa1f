package baseline

import (
	"net/http"
	"slices"
	"sync"

	"github.com/gorilla/websocket"
)

// Bare is a fan-out in memory and nothing else: one frame, made once, written to
// one socket after the other.
type Bare struct {
	upgrader websocket.Upgrader

	mu    sync.Mutex
	conns []*websocket.Conn
}

// NewBare returns a server without sockets.
func NewBare() *Bare {
	return &Bare{upgrader: websocket.Upgrader{
		ReadBufferSize: readBuffer, WriteBufferPool: &sync.Pool{}, // frames are written as they are
	}}
}

// Handler is the server's routes.
func (b *Bare) Handler() http.Handler { return routes(http.HandlerFunc(b.open), b.publish) }

func (b *Bare) open(w http.ResponseWriter, r *http.Request) {
	conn, err := b.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the client was told
	}
	b.mu.Lock()
	b.conns = append(b.conns, conn)
	b.mu.Unlock()
	go b.read(conn)
}

// read answers what is not a message until the client goes.
func (b *Bare) read(conn *websocket.Conn) {
	for {
		if _, _, err := conn.NextReader(); err != nil {
			break
		}
	}
	b.mu.Lock()
	b.conns = slices.DeleteFunc(b.conns, func(c *websocket.Conn) bool { return c == conn })
	b.mu.Unlock()
	_ = conn.Close() // it has ended
}

func (b *Bare) publish(body []byte) error {
	frame, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err != nil {
		return err
	}
	b.mu.Lock()
	conns := slices.Clone(b.conns)
	b.mu.Unlock()
	for _, conn := range conns {
		_ = conn.WritePreparedMessage(frame) // who is gone is gone
	}
	return nil
}
