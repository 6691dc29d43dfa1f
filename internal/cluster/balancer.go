package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lookEvery is how often a node is asked whether it is ready.
	lookEvery = 100 * time.Millisecond
	// lookTime is how long it may take to say so.
	lookTime = 3 * time.Second
)

// errNoNode is why a request reached nobody.
var errNoNode = errors.New("no node is ready")

// Balancer sends requests and sockets to the nodes in turn that /readyz says are
// ready. A request that a node refused to connect for goes to the next: nobody
// has seen it. One that broke off later is answered 502: it may have happened.
type Balancer struct {
	URL string

	nodes  []*upstream
	turn   atomic.Uint64
	to     http.Transport
	server http.Server
	stop   context.CancelFunc
	work   sync.WaitGroup // the looking, the serving and what is served
}

// upstream is a node as the balancer sees it.
type upstream struct {
	host  string // host:port
	ready atomic.Bool
}

// NewBalancer serves on a free port of the loopback, before nodes, each host:port,
// that need not be there yet.
func NewBalancer(nodes []string) (*Balancer, error) {
	var listen net.ListenConfig
	ln, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("balancer: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &Balancer{URL: "http://" + ln.Addr().String(), stop: stop}
	b.to.MaxIdleConnsPerHost = 64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.Host = r.In.Host // by which the server tells its own pages from others'
			r.Out.URL.Scheme = "http"
		},
		Transport:    b,
		ErrorHandler: sayWhy,
		ErrorLog:     log.New(io.Discard, "", 0), // nodes die here
	}
	b.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.work.Add(1)
		defer b.work.Done()
		proxy.ServeHTTP(w, r)
	})
	b.server.ReadHeaderTimeout = lookTime
	b.server.BaseContext = func(net.Listener) context.Context { return ctx } // ends sockets, too
	for _, host := range nodes {
		u := &upstream{host: host}
		b.nodes = append(b.nodes, u)
		b.work.Go(func() { b.look(ctx, u) })
	}
	b.work.Go(func() { _ = b.server.Serve(ln) }) // it ends when it is closed
	return b, nil
}

// Close ends the balancer and everything that goes through it.
func (b *Balancer) Close() error {
	b.stop()
	err := b.server.Close()
	b.work.Wait()
	b.to.CloseIdleConnections()
	return err
}

// Ready is how many nodes it sends requests to.
func (b *Balancer) Ready() (n int) {
	for _, u := range b.nodes {
		if u.ready.Load() {
			n++
		}
	}
	return n
}

// RoundTrip implements http.RoundTripper for the proxy: it chooses the node.
func (b *Balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		// Where nobody was reached nothing was read, and the next may have it.
		r.Body = keptOpen{r.Body}
	}
	for range b.nodes {
		u := b.choose()
		if u == nil {
			break
		}
		r.URL.Host = u.host
		answer, err := b.to.RoundTrip(r)
		if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "dial" {
			return answer, err
		}
		u.ready.Store(false)
	}
	return nil, errNoNode
}

// choose takes the next node in turn that is ready, or nil.
func (b *Balancer) choose() *upstream {
	from := b.turn.Add(1)
	for i := range uint64(len(b.nodes)) {
		if u := b.nodes[(from+i)%uint64(len(b.nodes))]; u.ready.Load() {
			return u
		}
	}
	return nil
}

// look asks one node whether it is ready, until ctx ends.
func (b *Balancer) look(ctx context.Context, u *upstream) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		u.ready.Store(isReady(ctx, u.host))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func isReady(ctx context.Context, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: "http", Host: host, Path: "/readyz"}).String(), nil)
	if err != nil {
		return false
	}
	r.Close = true // so that no connection of ours keeps a node from draining
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close() // the status is all
	return answer.StatusCode == http.StatusOK
}

// sayWhy answers a request that no node answered.
func sayWhy(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusBadGateway
	if errors.Is(err, errNoNode) {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, err.Error(), status)
}

// keptOpen is a body that the server closes, and not the transport.
type keptOpen struct{ io.Reader }

func (keptOpen) Close() error { return nil }
