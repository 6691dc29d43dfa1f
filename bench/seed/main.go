// Command seed makes the data set that the benchmarks run on, unless it is
// there already: make bench-seed. What is in it stands in package dataset.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"time"

	"keepsake/bench/dataset"
)

func main() {
	dir := flag.String("data", "bench/data", "the folder to make; one that is there and not current is replaced")
	again := flag.Bool("again", false, "make it even if it is current")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, filepath.Clean(*dir), *again)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, again bool) error {
	shape := dataset.Full
	if !again {
		current, err := dataset.Current(ctx, dir, shape)
		if err != nil {
			return err
		}
		if current {
			fmt.Printf("%s is there and current.\n", dir)
			return nil
		}
	}
	n := shape.Counts()
	fmt.Printf("Making %s: %d users, %d albums, %d media, %d likes, %d comments.\n",
		dir, n.Users, n.Albums, n.Media, n.Likes, n.Comments)
	began := time.Now()
	var done atomic.Int64
	err := dataset.Make(ctx, dir, shape, func() {
		if n := done.Add(1); n%200 == 0 {
			fmt.Printf("  %d of %d albums\n", n, shape.Albums)
		}
	})
	if err != nil {
		return err
	}
	fmt.Printf("Made and checked in %.0f s. Anyone can sign in: %s, %q.\n",
		time.Since(began).Seconds(), dataset.Account(0), dataset.Password)
	return nil
}
