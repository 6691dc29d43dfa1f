package main

import (
	"net/netip"
	"strings"
	"testing"

	"keepsake/internal/config"
)

// Only trusted proxies are believed, and each only about who spoke to it.
func TestClientAddr(t *testing.T) {
	t.Parallel()
	trusted := []config.Network{
		{Prefix: netip.MustParsePrefix("10.0.0.0/8")}, {Prefix: netip.MustParsePrefix("2001:db8::/32")},
	}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"no proxy":                  {"192.0.2.1:5", nil, "192.0.2.1"},
		"a client that claims":      {"192.0.2.1:5", []string{"198.51.100.9"}, "192.0.2.1"},
		"a proxy that says nothing": {"10.0.0.1:5", nil, "10.0.0.1"},
		"one proxy":                 {"10.0.0.1:5", []string{"198.51.100.9"}, "198.51.100.9"},
		"two proxies":               {"10.0.0.1:5", []string{"198.51.100.9, 10.0.0.2"}, "198.51.100.9"},
		"what a client made up":     {"10.0.0.1:5", []string{"10.9.9.9, 203.0.113.1, 198.51.100.9"}, "198.51.100.9"},
		"in two headers":            {"10.0.0.1:5", []string{"203.0.113.1", "198.51.100.9", "10.0.0.3"}, "198.51.100.9"},
		"a client of our own net":   {"10.0.0.1:5", []string{"10.0.0.7"}, "10.0.0.7"},
		"with a port":               {"10.0.0.1:5", []string{"198.51.100.9:4711"}, "198.51.100.9"},
		"IPv6":                      {"[2001:db8::1]:5", []string{"[2001:db9::7]:80"}, "2001:db9::7"},
		"IPv4 in IPv6":              {"[::ffff:10.0.0.1]:5", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"no address":                {"10.0.0.1:5", []string{"198.51.100.9, unknown"}, "10.0.0.1"},
		"nothing between commas":    {"10.0.0.1:5", []string{"198.51.100.9,,"}, "10.0.0.1"},
		"too many hops":             {"10.0.0.1:5", []string{"198.51.100.9" + strings.Repeat(",10.0.0.2", maxHops)}, "10.0.0.2"},
		"as many hops as may be":    {"10.0.0.1:5", []string{"198.51.100.9" + strings.Repeat(",10.0.0.2", maxHops-1)}, "198.51.100.9"},
		"a Unix socket":             {"@", []string{"198.51.100.9"}, "invalid IP"},
	} {
		if got := clientAddr(c.remote, c.forwarded, trusted).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := clientAddr("10.0.0.1:5", []string{"198.51.100.9"}, nil).String(); got != "10.0.0.1" {
		t.Errorf("with no proxy trusted: %s", got)
	}
}
