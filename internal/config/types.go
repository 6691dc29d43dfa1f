package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Secret is a value that must not be shown; it prints as a placeholder. Its
// text is string(s).
type Secret string

// Format implements fmt.Formatter, so that no verb prints the secret.
func (Secret) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "(secret)") }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

// Bytes is a size. As text it is a whole number of bytes, or one of KiB, MiB or GiB.
type Bytes int64

// units are in the order in which String tries them.
var units = [...]struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	number, size := string(text), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, size = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fmt.Errorf("parse size: %w", err)
	}
	if n < 0 || n > math.MaxInt64/size {
		return errors.New("parse size: out of range")
	}
	*b = Bytes(n * size)
	return nil
}

// String writes the size in the largest unit that it is whole in.
func (b Bytes) String() string {
	for _, u := range units {
		if n := int64(b); n != 0 && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// Network is a range of addresses. As text it is in CIDR form, or one address.
// The word none is read as the zero Network, which is no valid one.
type Network struct{ netip.Prefix }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *Network) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if s == "none" {
		*n = Network{}
		return nil
	}
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		*n = Network{netip.PrefixFrom(addr, addr.BitLen())}
		return nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("parse network: %w", err)
	}
	*n = Network{prefix.Masked()}
	return nil
}
