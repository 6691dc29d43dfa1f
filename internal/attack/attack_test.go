package attack

import (
	"context"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/internal/launch"
)

// fullSize is set by make attack.
var fullSize = flag.Bool("full", false, "make each attack by itself at full size: some minutes")

// patience is how long an answer may take that has no time of its own.
const patience = time.Minute

// attack is one thing that attackers do.
type attack struct {
	name string
	// want is the answer, as send gives it.
	want string
	// send does it once, and returns what was answered.
	send func(ctx context.Context, a *attacker) (got string, err error)
	// crowd is how many do it at once, each from an address of its own, where it is
	// by their number that they harm: at full size, and in the tests of every day.
	// 0 is a few attackers at one address.
	crowd, small int
	// held is how many connections of a crowd have to be open at a time, at full size:
	// who is not there does no harm.
	held int
	// long is of what takes half a minute to be answered: at full size alone.
	long bool
}

// attacks are all of them at the size of the run.
func attacks() []attack {
	all := slices.Concat(documents(), requests(), slow(), smuggling(), sockets(), tokens(), forging(), guessing(), utf8s())
	return slices.DeleteFunc(all, func(a attack) bool { return a.long && !*fullSize })
}

// Each attack gets its answer, nothing is done by it, and the server has no fault
// to report. Then all of them together harm nobody.
func TestAttacks(t *testing.T) {
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, program)
	before := a.state(t)
	t.Run("answers", func(t *testing.T) {
		for i, each := range attacks() {
			t.Run(each.name, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				attacker := a.attacker(attackersAddress(i))
				defer attacker.leave()
				got, err := each.send(ctx, attacker)
				if err != nil {
					t.Fatal(err)
				}
				if got != each.want {
					t.Errorf("answered %q, want %q", got, each.want)
				}
			})
		}
	})
	t.Run("checks of others", a.checksOfOthers)
	if t.Failed() { // what is answered wrongly may do harm below
		return
	}
	if *fullSize {
		t.Run("alone", a.eachBesideTheHonest)
	} else {
		t.Run("together", a.allBesideTheHonest)
	}
	if after := a.state(t); after != before {
		t.Errorf("the attacks changed\n%s\nto\n%s", before, after)
	}
	for line := range strings.Lines(a.logs.String()) {
		// Requests that were slower than they may be are no fault of the program's.
		fault := strings.Contains(line, "level=ERROR") && !strings.Contains(line, "UNAVAILABLE")
		if fault || !strings.Contains(line, " level=") {
			t.Errorf("the server logged %.2000s", line)
		}
	}
}

// Names are given once: the report and the documents go by them.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range attacks() {
		if seen[a.name] || a.want == "" {
			t.Errorf("%s is there twice, or gets no answer", a.name)
		}
		seen[a.name] = true
	}
}
