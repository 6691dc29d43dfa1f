package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// stepTimeout is how long one step may take. Building the server is the longest.
const stepTimeout = 5 * time.Minute

// step is one part of the story. It fails with what was not as it should be.
type step struct {
	title string
	play  func(ctx context.Context, s *story) error
}

// play plays the steps in order, up to the first that fails.
func play(ctx context.Context, tell *teller, s *story, all []step) error {
	for i, st := range all {
		tell.head("")
		tell.head("%2d  %s", i+1, st.title)
		began := time.Now()
		err := within(ctx, stepTimeout, func(ctx context.Context) error { return st.play(ctx, s) })
		if err != nil {
			if ctx.Err() != nil {
				err = errors.New("interrupted")
			}
			tell.line("✗ failed after %s", took(began))
			return fmt.Errorf("step %d, %q, failed: %w", i+1, st.title, err)
		}
		tell.line("✓ %s", took(began))
	}
	return nil
}

func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

// teller writes the story down for people.
type teller struct {
	out io.Writer
}

// head tells one line. Where nobody can read it the story goes on.
func (t *teller) head(format string, args ...any) {
	_, _ = fmt.Fprintf(t.out, format+"\n", args...)
}

// line tells one detail of a step.
func (t *teller) line(format string, args ...any) { t.head("    "+format, args...) }

// took says how long ago a moment was.
func took(since time.Time) string {
	d := time.Since(since)
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// size says how large something is.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

// same is an error unless what we got is what we want.
func same[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, not %v", what, got, want)
	}
	return nil
}
