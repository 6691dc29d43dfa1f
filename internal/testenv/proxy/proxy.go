// Package proxy stands between Keepsake and a server in tests, and breaks the
// connection in the ways that networks do. It is toxiproxy with names for what
// these tests do with it.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy passes connections on to one server, until Close.
type Proxy struct {
	Addr string // host:port to connect to

	proxy *toxiproxy.Proxy
}

// Start listens on a free port of loopback and passes on to upstream, a
// host:port.
func Start(upstream string) (*Proxy, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{proxy: toxiproxy.NewProxy(server, "proxy", "127.0.0.1:0", upstream)}
	if err := p.proxy.Start(); err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p.Addr = p.proxy.Listen
	return p, nil
}

// Close ends all connections.
func (p *Proxy) Close() { p.proxy.Stop() }

// Cut ends all connections and refuses new ones, until Heal.
func (p *Proxy) Cut() error {
	p.proxy.Stop()
	return nil
}

// The directions of what passes: the server's answers, and what it is sent.
const (
	answers  = "downstream"
	requests = "upstream"
)

// Hang lets connections be made and stay, but no answer passes, until Heal: a
// half-open connection. What was broken so ends with Heal.
func (p *Proxy) Hang() error { return p.add(answers, "timeout", `"timeout": 0`) }

// BlackHole is Hang both ways: nothing passes, as after a machine lost its network.
func (p *Proxy) BlackHole() error {
	return errors.Join(p.add(requests, "timeout", `"timeout": 0`), p.Hang())
}

// Reset resets each connection when the server's answer begins, until Heal: the
// server has done what was asked, and nobody is told.
func (p *Proxy) Reset() error { return p.add(answers, "reset_peer", `"timeout": 0`) }

// Truncate ends each connection after so many bytes of the server's answers,
// until Heal.
func (p *Proxy) Truncate(bytes int) error {
	return p.add(answers, "limit_data", fmt.Sprintf(`"bytes": %d`, bytes))
}

// Delay holds up the server's answers, until Heal.
func (p *Proxy) Delay(d time.Duration) error {
	return p.add(answers, "latency", fmt.Sprintf(`"latency": %d`, d.Milliseconds()))
}

func (p *Proxy) add(direction, kind, attributes string) error {
	_, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(
		fmt.Sprintf(`{"name": %q, "type": %q, "stream": %q, "attributes": {%s}}`, direction+" "+kind, kind, direction, attributes)))
	if err != nil {
		return fmt.Errorf("proxy: %s %s: %w", direction, kind, err)
	}
	return nil
}

// Heal ends what was broken.
func (p *Proxy) Heal() error {
	p.proxy.Toxics.ResetToxics(context.Background())
	if p.proxy.Enabled {
		return nil
	}
	if err := p.proxy.Start(); err != nil {
		return fmt.Errorf("proxy: heal: %w", err)
	}
	return nil
}
