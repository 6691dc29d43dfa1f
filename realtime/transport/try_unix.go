//go:build unix

package transport

import (
	"net"
	"syscall"
)

// directly writes to a connection without waiting.
type directly struct{ raw syscall.RawConn }

// newDirectly is without a raw connection where that is none of the kernel's.
func newDirectly(conn net.Conn) directly {
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			return directly{raw}
		}
	}
	return directly{}
}

func (d directly) tryWrite(b []byte) (n int, err error) {
	if d.raw == nil {
		return 0, nil
	}
	errRaw := d.raw.Write(func(fd uintptr) bool {
		n, err = syscall.Write(int(fd), b)
		return true
	})
	n = max(n, 0)
	switch {
	case errRaw != nil:
		return n, errRaw
	case err == syscall.EAGAIN || err == syscall.EINTR: //nolint:errorlint // of the system call itself
		return n, nil
	}
	return n, err
}
