// Command demo plays Keepsake's main job against a running server, over HTTP
// and WebSocket alone, as clients would: somebody makes an album and fills it,
// somebody else joins by a link, and each sees live what the other does. Every
// step checks what it sees; the first that fails is named, and the exit code
// is 1.
//
// With no server at the default address it builds and starts one on a free
// port, with data that is gone in the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const defaultURL = "http://127.0.0.1:8080"

func main() {
	s := &story{}
	flag.Func("url", "a server's base `URL`; without this flag one is started if none answers at "+defaultURL+".\n"+
		"Give it again for each node of a cluster: Mei calls the first, Jun the second, and whoever else\n"+
		"comes the third; of fewer they take turns", func(url string) error { s.urls = append(s.urls, url); return nil })
	flag.StringVar(&s.photoDir, "photos", "", "a `directory` of JPEG, PNG, GIF or WebP files to upload; 2 at least, of which 9 are taken")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "demo: what is %q? See -help.\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, s)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run plays the whole story and tells it to out.
func run(ctx context.Context, out io.Writer, s *story) error {
	s.tell = teller{out: out}
	s.tell.head("Keepsake's main job, from sign-up to a live comment.")
	began := time.Now()
	err := play(ctx, &s.tell, s, steps())
	if left := s.clean(err != nil); left != nil {
		err = errors.Join(err, fmt.Errorf("clear away what was made: %w", left))
	}
	if err != nil {
		return err
	}
	s.tell.head("")
	s.tell.head("All %d steps went well, in %s.", len(steps()), took(began))
	return nil
}
