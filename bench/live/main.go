// Command live measures live subscriptions against a server on the centrifuge
// library and a bare fan-out, and says whether the targets hold: make bench-live.
// docs/PERFORMANCE.md explains the figures.
//
// It starts the built server, and itself once more as each of the others, opens
// thousands of sockets from several addresses of the loopback, and publishes
// events that every socket must get once and in order: any that is lost, comes
// twice or comes late from Keepsake fails the run. Servers are measured by turns,
// each fresh. The subscribers share the machine with them, as cheap as package
// wire makes them; only ratios of one run say something.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what can be chosen on the command line.
type options struct {
	rows         map[string]bool
	binary       string // the server
	rounds       int
	n, few, many int           // subscribers
	events       int           // of a train
	inFlight     int           // of them that are not everywhere yet
	alone        int           // events one after the other, to n
	comments     int           // the same, to few
	settle       time.Duration // memory must not have moved for so long
	idle         time.Duration
	hold         time.Duration
	pace         time.Duration // between events beside queries
	rate         int           // queries a second
	during       time.Duration // of queries, once quiet and once busy
	note         func(string)  // is told how it goes
}

// The rows that can be asked for.
const (
	rowFanOut  = "fanout"
	rowMemory  = "memory"
	rowIdle    = "idle"
	rowQueries = "queries"
	rowComment = "comment"
	rowHeld    = "held"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	if ctx.Err() != nil && err != nil {
		// What went wrong then is no server's doing.
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	if len(args) == 1 {
		switch args[0] {
		case centrifugeCommand, bareCommand:
			return serve(ctx, args[0])
		case queriesCommand:
			return serveQueries(ctx, os.Stdin, os.Stdout)
		}
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent) // of the subscribers too
	rep, err := measure(ctx, o)
	if err != nil {
		return err
	}
	fmt.Print(rep)
	if !rep.holds() {
		return errors.New("a target was missed")
	}
	return nil
}

func parse(args []string) (options, error) {
	all := []string{rowFanOut, rowMemory, rowIdle, rowQueries, rowComment, rowHeld}
	o := options{rows: map[string]bool{}, note: func(text string) { fmt.Fprintln(os.Stderr, text) }}
	flags := flag.NewFlagSet("live", flag.ContinueOnError)
	rows := flags.String("rows", strings.Join(all, ","), "what to measure")
	flags.StringVar(&o.binary, "server", "bin/keepsake", "the server; make build makes it")
	flags.IntVar(&o.rounds, "rounds", 3, "how often each is measured, by turns")
	flags.IntVar(&o.n, "n", crowdSize, "subscribers of all rows but comment and held")
	flags.IntVar(&o.few, "few", fewSize, "subscribers of the row comment")
	flags.IntVar(&o.many, "many", manySize, "subscribers of the row held")
	flags.IntVar(&o.events, "events", 60, "events of a train")
	flags.IntVar(&o.inFlight, "inflight", 8, "events of a train that are not everywhere yet")
	flags.IntVar(&o.alone, "alone", 30, "events that go out alone, to measure the time until the last has it")
	flags.IntVar(&o.comments, "comments", 200, "the same in the row comment")
	flags.DurationVar(&o.settle, "settle", 10*time.Second, "how long memory must have kept still to be measured")
	flags.DurationVar(&o.idle, "idle", time.Minute, "for how long the row idle looks")
	flags.DurationVar(&o.hold, "hold", 35*time.Second, "for how long the row held holds: longer than servers ping")
	flags.DurationVar(&o.pace, "pace", 500*time.Millisecond, "time from one event to the next beside queries")
	flags.IntVar(&o.rate, "rate", queryRate, "queries a second")
	flags.DurationVar(&o.during, "time", 15*time.Second, "how long queries are sent, quiet and then beside events")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for row := range strings.SplitSeq(*rows, ",") {
		if !slices.Contains(all, row) {
			return o, fmt.Errorf("no row %q; there are %s", row, strings.Join(all, ", "))
		}
		o.rows[row] = true
	}
	if least := min(o.rounds, o.n, o.few, o.many, o.events, o.inFlight, o.alone, o.comments, o.rate); least < 1 {
		return o, errors.New("all numbers must be at least 1")
	}
	return o, nil
}

// most is how many subscribers there are at the same time.
func (o options) most() int {
	most := 0
	for row := range o.rows {
		switch row {
		case rowComment:
			most = max(most, o.few)
		case rowHeld:
			most = max(most, o.many)
		default:
			most = max(most, o.n)
		}
	}
	return most
}
