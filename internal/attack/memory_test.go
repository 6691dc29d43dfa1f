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

// watchMemory looks at the server's memory until most is called, which returns the
// most that was seen.
func (a *arena) watchMemory() (most func() int64) {
	stop, seen := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var peak int64
		for {
			now, err := a.resident() // a server that is gone fails the tests otherwise
			if err == nil {
				peak = max(peak, now)
			}
			select {
			case <-tick.C:
			case <-stop:
				seen <- peak
				return
			}
		}
	}()
	return func() int64 { close(stop); return <-seen }
}
