package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"keepsake/internal/config"
)

// maxHops is how many entries of X-Forwarded-For are looked at, from the last on.
const maxHops = 16

// clientAddr is the address of the client that sent a request: that of the
// connection, or where a trusted proxy is at its other end, the one that the
// proxies name in X-Forwarded-For. What others write there is not believed. It is
// the zero address where the connection has none, as over a Unix socket.
func (a *app) clientAddr(r *http.Request) netip.Addr {
	return clientAddr(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), a.cfg.TrustedProxies)
}

// clientAddr walks the hops from the last on, as long as trusted ones report them.
func clientAddr(remote string, forwarded []string, trusted []config.Network) netip.Addr {
	at, ok := parseAddr(remote)
	if !ok {
		return netip.Addr{}
	}
	if len(forwarded) == 0 || !contains(trusted, at) {
		return at
	}
	rest := strings.Join(forwarded, ",")
	for range maxHops {
		comma := strings.LastIndexByte(rest, ',')
		hop, ok := parseAddr(strings.TrimSpace(rest[comma+1:]))
		if !ok { // the proxy before it is the last that is known
			return at
		}
		at = hop
		if comma < 0 || !contains(trusted, at) {
			return at
		}
		rest = rest[:comma]
	}
	return at
}

// contains reports whether an address is in one of the networks.
func contains(networks []config.Network, addr netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n config.Network) bool { return n.Contains(addr) })
}

// parseAddr reads an address that may have a port.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		withPort, errPort := netip.ParseAddrPort(s)
		if errPort != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}
