// Package gcsserver is a strict counterpart of Google Cloud Storage for tests,
// tools and trials on one machine; it keeps objects in memory.
//
// One port serves two surfaces. The JSON API, for the client library, is
// fake-gcs-server without authentication, mended where that fake would ignore
// what a caller relies on (json.go). The XML API, for signed URLs and forms, is
// written from Google's documents "Canonical requests", "Signatures", "POST
// Object", "Initiate a resumable upload", "Perform resumable uploads" and "HTTP
// status and error codes for XML", because the fake verifies
// nothing: here a request that Google would refuse is refused.
//
// Where the documents leave room it is the stricter reading: what a form holds
// behind its file is refused, where Google may ignore it.
package gcsserver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// Options are how a server is made; all may be left out.
type Options struct {
	// Address is the host:port to listen on; empty is a free port of loopback.
	Address string
	// Bucket is the one bucket; empty is "keepsake-test".
	Bucket string
	// Host is a name whose requests are for Bucket without naming it, as a
	// custom hostname of Google's is.
	Host string
	// AccessID and Secret are the HMAC key; empty makes one.
	AccessID, Secret string
	// Now is the clock that signatures expire by; nil is time.Now.
	Now func() time.Time
	// RewriteBytes is how much one call of a copy moves; 0 is everything.
	RewriteBytes int64
}

// Server is a running server.
type Server struct {
	URL      string // http://host:port, the Endpoint of gcsmedia.Options
	Bucket   string
	AccessID string // the HMAC key that signs for Bucket
	Secret   string

	host    string
	now     func() time.Time
	rewrite int64
	fake    *fakestorage.Server
	http    *http.Server
	ended   chan error

	mu       sync.Mutex
	accounts map[string]*rsa.PublicKey
	settings map[string]json.RawMessage // cors and lifecycle of the bucket
	copies   map[string]int64           // bytes moved, by the token of a copy
	sessions map[string]*session        // resumable uploads, by upload_id
}

// Start serves until Close.
func Start(o Options) (*Server, error) {
	s := &Server{
		Bucket: o.Bucket, AccessID: o.AccessID, Secret: o.Secret,
		host: o.Host, now: o.Now, rewrite: o.RewriteBytes,
		ended:    make(chan error, 1),
		accounts: map[string]*rsa.PublicKey{},
		settings: map[string]json.RawMessage{},
		copies:   map[string]int64{},
		sessions: map[string]*session{},
	}
	if s.Bucket == "" {
		s.Bucket = "keepsake-test"
	}
	if s.AccessID == "" {
		s.AccessID, s.Secret = "GOOG1E"+rand.Text(), rand.Text()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{NoListener: true, BucketsLocation: "EU"})
	if err != nil {
		return nil, fmt.Errorf("gcsserver: %w", err)
	}
	fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: s.Bucket})
	var listen net.ListenConfig
	listener, err := listen.Listen(context.Background(), "tcp", o.Address)
	if err != nil {
		fake.Stop()
		return nil, fmt.Errorf("gcsserver: listen: %w", err)
	}
	s.fake = fake
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.ended <- s.http.Serve(listener) }()
	return s, nil
}

// Close ends the server and all its connections at once.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.fake.Stop()
	return err
}

// Trust accepts what key signs in the name of a service account, besides the
// HMAC key. A later key takes the place of an earlier one.
func (s *Server) Trust(account string, key *rsa.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[account] = key
}

// ServeHTTP serves both surfaces.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/storage/v1/") || strings.HasPrefix(r.URL.Path, "/upload/storage/v1/") {
		s.serveJSON(w, r)
		return
	}
	s.serveXML(w, r)
}
