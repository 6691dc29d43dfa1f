package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"keepsake/internal/config"
	"keepsake/internal/migrate"
)

const migrateUsage = `keepsake migrate [-check] [-workers 8] up|down [store|media]

  up      from SQLite and the disk in KEEPSAKE_DATA to what MONGODB_URI and GCS_BUCKET name
  down    the other way
  store   the records alone
  media   the files alone

  -check      compare both sides and change nothing
  -workers    how many files are copied at a time

Without store or media both are moved, as far as they are configured. No server
may run on either side. A migration that was stopped goes on when it is run again.`

// move is what the arguments of migrate ask for.
type move struct {
	up, store, media bool
	check            bool
	workers          int
}

// migrateCommand moves an installation between the embedded backends and those
// that are configured. It reports to out, and shows on stderr how far it is.
func migrateCommand(ctx context.Context, cfg config.Config, args []string, out io.Writer) (err error) {
	asked, err := parseMove(cfg.Backends, args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = fmt.Fprintln(out, migrateUsage)
		return err
	}
	if err != nil {
		return err
	}
	// Only what is wrong: the meter has the terminal.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	both := &sides{cfg: cfg, move: asked, log: logger}
	defer func() { err = errors.Join(err, both.close()) }()
	m, err := both.open(ctx)
	if err != nil {
		return err
	}
	meter := migrate.NewMeter(os.Stderr, isTerminal(os.Stderr), time.Now)
	m.Workers, m.Progress = asked.workers, meter.Show
	work := m.Run
	if asked.check {
		work = m.Check
	}
	report, err := work(ctx)
	meter.End()
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("migrate: stopped; the same command goes on from here")
	case err != nil:
		return fmt.Errorf("migrate: %w", err)
	}
	if err := errors.Join(report.Print(out), report.Err()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, asked.after(cfg))
	return err
}

// parseMove reads the arguments. What they leave out follows from what is
// configured.
func parseMove(b config.Backends, args []string) (move, error) {
	var m move
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&m.check, "check", false, "")
	flags.IntVar(&m.workers, "workers", 8, "")
	var words []string
	for len(args) > 0 { // flags may stand behind words
		if err := flags.Parse(args); err != nil {
			return m, wrongUse(err)
		}
		if args = flags.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	part := "configured"
	if len(words) == 2 {
		part = words[1]
	}
	switch {
	case len(words) == 0 || len(words) > 2 || !slices.Contains([]string{"up", "down"}, words[0]):
		return m, wrongUse(errors.New("say up or down"))
	case !slices.Contains([]string{"configured", "store", "media"}, part):
		return m, wrongUse(fmt.Errorf("%q is neither store nor media", part))
	case m.workers < 1:
		return m, wrongUse(errors.New("-workers must be 1 or more"))
	}
	m.up = words[0] == "up"
	m.store = part == "store" || part == "configured" && b.MongoURI != ""
	m.media = part == "media" || part == "configured" && b.GCSBucket != ""
	switch {
	case m.store && b.MongoURI == "":
		return m, errors.New("migrate: set MONGODB_URI, the other side of the store")
	case m.media && b.GCSBucket == "":
		return m, errors.New("migrate: set GCS_BUCKET, the other side of the media")
	case !m.store && !m.media:
		return m, errors.New("migrate: set MONGODB_URI, GCS_BUCKET or both: the other side")
	}
	return m, nil
}

func wrongUse(err error) error { return fmt.Errorf("migrate: %w\n\n%s", err, migrateUsage) }

// after says what to do when everything is moved.
func (m move) after(cfg config.Config) string {
	if m.check {
		return "Both sides are the same."
	}
	var names []string
	if m.store {
		names = append(names, "MONGODB_URI")
	}
	if m.media {
		names = append(names, "GCS_BUCKET")
	}
	how := "with " + strings.Join(names, " and ") + " set"
	if !m.up {
		how = "without " + strings.Join(names, " and ")
	}
	key := "the same KEEPSAKE_SECRET"
	if cfg.Secret == "" {
		key = "the same key: keep " + cfg.KeyFile() + ", or set KEEPSAKE_SECRET to its bytes in hexadecimal"
	}
	return "Everything is moved, and both sides are the same.\nStart the server " + how + ", and with " + key + "."
}

// isTerminal reports whether a person reads what is written to f.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
