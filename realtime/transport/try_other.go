//go:build !unix

package transport

import "net"

// directly writes to a connection without waiting, which is not done here.
type directly struct{}

func newDirectly(net.Conn) directly { return directly{} }

func (directly) tryWrite([]byte) (int, error) { return 0, nil }
