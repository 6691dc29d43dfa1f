package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/launch"
)

const (
	// answerTimeout is how long a server may take to say that it is there.
	answerTimeout = 3 * time.Second
	// stopTimeout is how long our own server may take to end.
	stopTimeout = 30 * time.Second
	// logTail is how many lines of our server's log are shown when a step failed.
	logTail = 20
)

// findServer takes the servers at the URLs, or starts one if none was asked for.
func findServer(ctx context.Context, s *story) (err error) {
	if s.dir, err = os.MkdirTemp("", "keepsake-demo-"); err != nil {
		return err
	}
	for _, url := range s.urls {
		if !answers(ctx, url) {
			return fmt.Errorf("no Keepsake answers at %s", url)
		}
		s.tell.line("one is running at %s", url)
	}
	if len(s.urls) > 0 {
		return nil
	}
	if s.urls = []string{defaultURL}; answers(ctx, defaultURL) {
		s.tell.line("one is running at %s", defaultURL)
		return nil
	}
	s.tell.line("none at %s, so one is built", defaultURL)
	began := time.Now()
	program, err := launch.Build(ctx, s.dir)
	if err != nil {
		return err
	}
	s.tell.line("built in %s", took(began))
	if s.log, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	began = time.Now()
	// Not this step's context: the server lives longer.
	s.own, err = launch.Start(context.WithoutCancel(ctx), program, filepath.Join(s.dir, "data"), s.log)
	if err != nil {
		return err
	}
	s.urls = []string{s.own.URL}
	s.tell.line("started at %s in %s, with its data in %s for as long as this lasts", s.own.URL, took(began), s.dir)
	if !answers(ctx, s.own.URL) {
		return errors.New("it does not answer")
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return client.New(url, nil).Alive(ctx)
}

// closeAll ends the sockets and, if it is ours, the server.
func closeAll(ctx context.Context, s *story) error {
	if err := errors.Join(s.mei.leave(), s.jun.leave()); err != nil {
		return err
	}
	s.tell.line("both sockets are closed")
	if s.own == nil {
		s.tell.line("the server at %s goes on; sign in there as %s", s.urls[callsMei], s.mei.account)
		return nil
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if err := s.own.Stop(ctx); err != nil {
		return err
	}
	s.tell.line("our server ended on SIGTERM with exit code 0, after %s", took(began))
	return nil
}

// clean takes away whatever is left, however the story ended.
func (s *story) clean(failed bool) error {
	var err error
	for _, p := range []*person{s.mei, s.jun} {
		err = errors.Join(err, p.leave())
	}
	if s.own != nil {
		err = errors.Join(err, s.own.Kill())
	}
	if s.log != nil {
		if failed {
			s.showLog()
		}
		err = errors.Join(err, s.log.Close())
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// showLog shows the end of our server's log, where a failure may be explained.
func (s *story) showLog() {
	text, err := os.ReadFile(s.log.Name())
	if err != nil || len(text) == 0 {
		return
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	s.tell.line("the server's log ends with:")
	for _, line := range lines[max(0, len(lines)-logTail):] {
		s.tell.line("  %s", line)
	}
}
