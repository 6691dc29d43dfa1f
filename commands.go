package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"keepsake/internal/config"
	"keepsake/media/gcsmedia"
)

// command is what the program does other than serve: keepsake NAME.
type command struct {
	name, about string
	run         func(ctx context.Context, cfg config.Config, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"bucket-setup", "set the CORS and lifecycle rules of the bucket GCS_BUCKET", bucketSetup},
		{"ready", "ask the server that runs here whether it is ready", askReady},
		{"migrate", "move an installation to the backends that are configured, or back", migrateCommand},
	}
}

// runCommand runs the command that the arguments name; help is what there is.
func runCommand(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	all := commands()
	if i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] }); i >= 0 {
		return all[i].run(ctx, cfg, args[1:], out)
	}
	var known strings.Builder
	for _, c := range all {
		fmt.Fprintf(&known, "\n  keepsake %-14s %s", c.name, c.about)
	}
	return fmt.Errorf("there is no command %q; there are:\n  keepsake                serve%s", args[0], known.String())
}

// bucketSetup makes the bucket fit for browsers: once, by its owner.
func bucketSetup(ctx context.Context, cfg config.Config, _ []string, out io.Writer) error {
	if cfg.Backends.GCSBucket == "" {
		return fmt.Errorf("set GCS_BUCKET, and how its URLs are signed")
	}
	b, err := openGCS(ctx, cfg, time.Now, newLogger(cfg, out))
	if err != nil {
		return err
	}
	changed, err := b.Setup(ctx, gcsmedia.Settings{Origins: append(slices.Clone(cfg.AllowedOrigins), ownOrigin(cfg)...)})
	if err == nil {
		_, err = fmt.Fprintln(out, map[bool]string{true: "The bucket's rules were set.", false: "The bucket's rules were right already."}[changed])
	}
	if errClose := b.Close(); err == nil {
		err = errClose
	}
	return err
}

// ownOrigin is the site of the program's own pages, where it is known.
func ownOrigin(cfg config.Config) []string {
	if cfg.PublicURL == "" {
		return nil
	}
	return []string{cfg.PublicURL}
}
