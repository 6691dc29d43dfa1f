package attack

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// resident is the server's memory, in bytes.
func (a *arena) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.server.PID()))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, err := strconv.ParseInt(number, 10, 64)
	return kib << 10, err
}

// connections is how many files the server has open, which are connections but for
// some ten.
func (a *arena) connections() int {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", a.server.PID()))
	if err != nil {
		return 0 // a server that is gone fails the tests otherwise
	}
	return len(files)
}

// peak is the most that the server had of something.
type peak struct {
	memory int64 // in bytes
	open   int   // connections
}

// watch looks at the server until most is called, which returns the most that was
// seen.
func (a *arena) watch() (most func() peak) {
	stop, seen := make(chan struct{}), make(chan peak)
	go func() {
		memory, open := time.NewTicker(20*time.Millisecond), time.NewTicker(200*time.Millisecond)
		defer memory.Stop()
		defer open.Stop()
		var p peak
		for {
			select {
			case <-memory.C:
				if now, err := a.resident(); err == nil {
					p.memory = max(p.memory, now)
				}
			case <-open.C:
				p.open = max(p.open, a.connections())
			case <-stop:
				seen <- p
				return
			}
		}
	}()
	return func() peak { close(stop); return <-seen }
}
