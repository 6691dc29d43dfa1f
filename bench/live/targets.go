package main

import "fmt"

// The targets, all from the issue that asks for live subscriptions by the tens
// of thousands. docs/PERFORMANCE.md has what was measured against them.
const (
	deliveriesTarget = 1.3 // of centrifuge's deliveries a second, at least
	cpuTarget        = 0.8 // of centrifuge's processor time a delivery, at most
	memoryTarget     = 10  // KiB a connection with one subscription, at most
	commentTarget    = 2   // of the time of a fan-out alone, less than
	queryTarget      = 3   // of the quiet 99th percentile, at most
	idleTarget       = 1   // percent of one processor, less than

	// The sizes that the targets are for.
	crowdSize = 10_000
	manySize  = 18_000 // all of them are to hold
	fewSize   = 1_000
	queryRate = 300 // a second
)

// target is a limit of a figure, or of its ratio to the other's.
type target struct {
	sign  string // atLeast, atMost or below; empty for no target
	limit float64
	ratio bool
}

const (
	atLeast = "≥"
	atMost  = "≤"
	below   = "<"
)

func (t target) holds(value float64) bool {
	switch t.sign {
	case atLeast:
		return value >= t.limit
	case atMost:
		return value <= t.limit
	case below:
		return value < t.limit
	}
	return true
}

// verdict says what the target is and whether it was met.
func (t target) verdict(value float64) string {
	if t.sign == "" {
		return ""
	}
	of := ""
	if t.ratio {
		of = "ratio "
	}
	return fmt.Sprintf("%s%s %s: %s", of, t.sign, figure(t.limit), verdict(t.holds(value)))
}

func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "MISSED"
}
