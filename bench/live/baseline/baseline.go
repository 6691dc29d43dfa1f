// Package baseline is what live subscriptions are measured against: a server on
// the centrifuge library, and a bare one that does nothing but write a frame to
// every socket. Each answers POST /publish by sending its body to all who are
// connected. They have no accounts, no store and no log of events.
package baseline

import (
	"io"
	"net/http"
)

// Where the servers are spoken to.
const (
	Channel     = "album"    // everyone subscribes to it
	SocketPath  = "/socket"  // opens sockets
	PublishPath = "/publish" // takes what to publish
)

const (
	// readBuffer is enough for what clients send, as in Keepsake.
	readBuffer = 1 << 10
	// maxPublished bounds one event, in bytes.
	maxPublished = 1 << 20
)

// routes serves sockets, and posts what to publish.
func routes(sockets http.Handler, publish func(body []byte) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+SocketPath, sockets)
	mux.HandleFunc("POST "+PublishPath, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPublished))
		if err == nil {
			err = publish(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
