//go:build race

package crashtest

// buildFlags give the server the race detector if the test has it: a race that
// it finds shows in the exit code.
var buildFlags = []string{"-race"}
