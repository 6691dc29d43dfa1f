//go:build faults

package safeguard

import (
	"os"
	"slices"
	"strings"
)

// See on.go. They are read once and never written.
var (
	Verify = !slices.Contains(off, "verify")
	Repair = !slices.Contains(off, "repair")
	Revoke = !slices.Contains(off, "revoke")

	off = strings.Split(os.Getenv("FAULTS_OFF"), ",")
)
