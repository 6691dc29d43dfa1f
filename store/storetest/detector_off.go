//go:build !race

package storetest

// detector says that the race detector runs.
const detector = false
