package render

import "time"

// limits are what a child may take.
type limits struct {
	Memory int64         // bytes above what it has at its start
	CPU    time.Duration // rounded up to a second
	File   int64         // bytes of a file that it writes
}

const (
	maxFiles  = 64 // open files
	niceLevel = 10
)
