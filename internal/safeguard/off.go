//go:build faults

package safeguard

import (
	"os"
	"slices"
	"strings"
	"syscall"
)

// See on.go. They are read once and never written.
var (
	Verify = !slices.Contains(off, "verify")
	Repair = !slices.Contains(off, "repair")
	Revoke = !slices.Contains(off, "revoke")
	Resume = !slices.Contains(off, "resume")

	off = strings.Split(os.Getenv("FAULTS_OFF"), ",")
)

// CrashAt kills the process, as kill -9 does, when it comes to the point that
// CRASH_AT names.
func CrashAt(point string) {
	if os.Getenv("CRASH_AT") == point {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it strikes
	}
}
