// Command run measures the server against its floors and says whether the
// targets hold: make bench. docs/PERFORMANCE.md explains the figures.
//
// It starts the built server and the floor of package floor, each as a process
// of its own, over one copy of the data set, and asks the two by turns. Only
// the ratio of two figures of one run says something: the machine is shared,
// with the load itself too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"keepsake/bench/dataset"
)

// options are what can be chosen on the command line.
type options struct {
	shape   dataset.Shape
	data    string // the data set's folder
	binary  string // the server
	rounds  int
	during  time.Duration // of one measurement
	warm    time.Duration // before each
	clients []int         // of the rows of pages
	crowd   int           // clients of the rows of likes
	starts  int
	mongo   bool         // on MongoDB, not on SQLite
	note    func(string) // is told how it goes
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	if len(args) == 4 && args[0] == floorCommand {
		return serveFloor(ctx, place{dir: args[1], mongoURI: args[2]}, args[3])
	}
	o := options{shape: dataset.Full, clients: []int{1, 16, 64}, crowd: 64, starts: 5}
	o.note = func(text string) { fmt.Fprintln(os.Stderr, text) }
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.StringVar(&o.data, "data", "bench/data", "the folder of the data set; make bench-seed makes it")
	flags.StringVar(&o.binary, "server", "bin/keepsake", "the server; make build makes it")
	flags.IntVar(&o.rounds, "rounds", 5, "how often each of the two is measured, by turns")
	flags.DurationVar(&o.during, "time", 3*time.Second, "how long each measurement lasts")
	flags.DurationVar(&o.warm, "warm", time.Second, "how long each warm-up lasts")
	flags.BoolVar(&o.mongo, "mongo", false, "measure on MongoDB; the server's own variable MONGODB_URI may name one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.mongo { // what stands in for MongoDB takes its time with more
		o.clients, o.crowd = []int{1, 4}, 16
	}
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

// measure runs everything on a copy of the data set.
func measure(ctx context.Context, o options) (_ *report, err error) {
	current, err := dataset.Current(ctx, o.data, o.shape)
	if err != nil {
		return nil, err
	}
	if !current {
		return nil, fmt.Errorf("%s is not there or not current: run make bench-seed", o.data)
	}
	copied, err := os.MkdirTemp(filepath.Dir(o.data), filepath.Base(o.data)+".new-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(copied)) }()
	if err := dataset.Copy(o.data, copied); err != nil {
		return nil, err
	}
	rep := newReport(o)
	if o.mongo {
		return rep, measureMongo(ctx, o, copied, rep)
	}
	return rep, measureSQLite(ctx, o, copied, rep)
}

// measureSQLite runs the contest on a data directory, and checks it at the end.
func measureSQLite(ctx context.Context, o options, data string, rep *report) error {
	at := place{dir: data}
	liked := 0
	err := compete(ctx, o, at, rep, func(c *contest) error {
		if err := c.measurePages(ctx, o, rep); err != nil {
			return err
		}
		if err := c.measureLikes(ctx, o, rep); err != nil {
			return err
		}
		err := c.measureCrowd(ctx, o, rep)
		liked = int(c.liked.Load())
		return err
	})
	if err != nil {
		return err
	}
	if err := measureStarts(ctx, o, at, rep); err != nil {
		return err
	}
	if err := dataset.Check(ctx, dataset.DatabaseIn(data), o.shape, o.shape.Counts().Likes+liked); err != nil {
		return fmt.Errorf("the data afterwards: %w", err)
	}
	return nil
}

// mongoPages is how many pages are compared and asked for on MongoDB.
const mongoPages = 100

// compete runs the two side by side, wants the same pages from both, and then
// measures.
func compete(ctx context.Context, o options, at place, rep *report, measure func(*contest) error) (err error) {
	server, err := startServer(ctx, o.binary, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	floor, err := startFloor(ctx, at, "http://"+server.addr+"/media")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, floor.stop()) }()
	key, err := dataset.KeyIn(at.dir)
	if err != nil {
		return err
	}
	c, err := newContest(o.shape, key, floor.target(), server.target())
	if err != nil {
		return err
	}
	if o.mongo { // what stands in for MongoDB takes its time
		c.pages = c.pages[:min(len(c.pages), mongoPages)]
	}
	if err := c.compare(ctx); err != nil {
		return err
	}
	rep.progress("both give the same %d pages", len(c.pages))
	return measure(c)
}
