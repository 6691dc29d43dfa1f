//go:build race

package launch

// race is whether this program, a test, has the race detector.
const race = true
