package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"keepsake/internal/config"
)

// askReady asks the program that serves on this machine with the same settings
// whether it is ready, and fails if it is not. It is the health check of
// containers, which hold nothing else to ask with.
func askReady(ctx context.Context, cfg config.Config, _ []string, out io.Writer) error {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // who listens everywhere listens there, and no name has to be looked up
	}
	ctx, cancel := context.WithTimeout(ctx, 2*readyTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	if _, err := io.Copy(out, io.LimitReader(answer.Body, 1<<10)); err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("ready: %s", answer.Status)
	}
	return nil
}
