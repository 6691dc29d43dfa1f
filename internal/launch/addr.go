package launch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddr returns an address of the loopback that nobody listens on, for a server
// that is to come back at the same one. Its port is below those that systems give
// to connections, so that none of them takes it while the server is down.
func FreeAddr() (string, error) {
	var all error
	for range 20 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(20000))
		var listen net.ListenConfig
		l, err := listen.Listen(context.Background(), "tcp", addr)
		if err == nil {
			return addr, l.Close()
		}
		all = errors.Join(all, err)
	}
	return "", all
}
