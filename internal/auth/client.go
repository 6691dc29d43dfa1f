package auth

import (
	"context"
	"net/netip"
)

type clientKey struct{}

// WithClient puts the address of the client into the context of what it asks for.
func WithClient(ctx context.Context, addr netip.Addr) context.Context {
	return context.WithValue(ctx, clientKey{}, addr)
}

// ClientOf returns the address of the client, the zero address where it is not
// known.
func ClientOf(ctx context.Context) netip.Addr {
	addr, _ := ctx.Value(clientKey{}).(netip.Addr)
	return addr
}
