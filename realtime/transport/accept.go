package transport

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// ServeHTTP opens a socket. It returns when that is open, or refused: with 503
// and Retry-After where there are too many clients, or too many at once.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.mayOpen(w) {
		return
	}
	upgrader := websocket.Upgrader{
		ReadBufferSize: readBuffer, WriteBufferPool: &handshakes,
		Subprotocols: []string{subprotocol}, CheckOrigin: s.opt.Origin,
	}
	ws, err := upgrader.Upgrade(&pacing{w, time.Second / time.Duration(max(readRate, s.opt.MaxMessage))}, r, nil)
	if err != nil { // it was answered
		s.stayedAway()
		return
	}
	conn := ws.NetConn().(*paced).Conn //nolint:errcheck,forcetypeassert // by pacing
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetWriteBuffer(sendBuffer); err != nil {
			s.opt.Logger.Warn("transport: a socket with the system's own send buffer", "error", err)
		}
	}
	c := &socket{
		ws: ws, conn: conn, direct: newDirectly(conn),
		rate: rate.NewLimiter(rate.Limit(s.opt.MessageRate), 2*s.opt.MessageRate),
	}
	if !c.init(s, r, c, c) {
		c.cut()
		return
	}
	if ws.Subprotocol() != subprotocol {
		c.end(reason{code: closeNoSubprotocol, text: "Subprotocol not acceptable"})
	}
	c.run()
}

// sendBuffer is what the system keeps for a client that takes nothing, in bytes. By
// itself Linux lets that grow to 4 MiB, and tells that there is room only once a
// third of it is free: a slow client would seem to stall.
const sendBuffer = 64 << 10

// handshakes are the buffers that sockets are opened with.
var handshakes sync.Pool

const tooMany = "there are too many clients here just now, come back a little later"

// mayOpen keeps a place for another client, whose init takes it, and else tells it
// to come back.
func (s *Server) mayOpen(w http.ResponseWriter) bool {
	s.mu.Lock()
	ok := !s.draining && len(s.clients)+s.coming < s.opt.MaxClients && s.rate.Allow()
	if ok {
		s.coming++
	}
	s.mu.Unlock()
	if ok {
		return true
	}
	s.stats.refused.Add(1)
	const least, spread = 1, 5 // seconds, so that they do not all come back at once
	w.Header().Set("Retry-After", strconv.Itoa(least+rand.N(spread)))
	http.Error(w, tooMany, http.StatusServiceUnavailable)
	return false
}

// stayedAway gives the place of a client back that did not come in after all.
func (s *Server) stayedAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.coming--
}

// leastDrainRate is how many clients a second are ended at least, where there are
// too few to take all of the time.
const leastDrainRate = 100

// Drain ends all clients, evenly spread over that time at most, so that they come
// back elsewhere and resume; no new one is let in. It returns when they are told,
// or the server is closed.
func (s *Server) Drain(over time.Duration) {
	s.mu.Lock()
	s.draining = true
	clients := make([]*Client, 0, len(s.clients))
	for c := range s.clients { // in any order
		clients = append(clients, c)
	}
	s.mu.Unlock()
	over = min(over, time.Duration(len(clients))*time.Second/leastDrainRate)
	begun := time.Now()
	for i, c := range clients {
		if wait := time.Until(begun.Add(over * time.Duration(i) / time.Duration(len(clients)))); wait > 0 {
			select {
			case <-time.After(wait):
			case <-s.ctx.Done():
				return
			}
		}
		c.ender.end(reason{code: closeRestart, text: "Restarting: come back, and resume after your last cursor"})
	}
}

// Close ends all clients at once and waits until they have gone, for a moment;
// then it hangs up.
func (s *Server) Close() error {
	s.Drain(0)
	s.cancel()
	late := time.AfterFunc(farewell, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.clients {
			c.ender.cut()
		}
	})
	defer late.Stop()
	s.wg.Wait()
	return nil
}
