package gcsmedia_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain: buckets and servers that were closed leave nothing running; a library of the
// fake's starts one goroutine as it is linked in.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}
