//go:build !faults

package safeguard

const (
	// Verify is that hubs compare their positions with the log, which finds
	// entries whose messages were lost without a trace.
	Verify = true
	// Repair is that hubs read entries that are missing from the log.
	Repair = true
	// Revoke is that streams look again at what their viewers may see, and at
	// their sessions.
	Revoke = true
	// Resume is that work on media is begun again that did not end.
	Resume = true
)

// CrashAt does nothing; see off.go.
func CrashAt(string) {}
