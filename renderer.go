package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"keepsake/internal/config"
	"keepsake/media/render"
)

// renderCommand is the command that pictures are made with, in a process of its
// own; nobody types it.
const renderCommand = "render"

// scratchAge is after how long a file that was worked on is nobody's any more.
const scratchAge = 24 * time.Hour

// openRenderer makes what makes pictures and videos, and its scratch directory,
// of which it returns the absolute path.
func openRenderer(cfg config.Config) (r *render.Renderer, scratch string, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, "", fmt.Errorf("find the program: %w", err)
	}
	o := render.Options{Command: []string{program, renderCommand}, Memory: int64(cfg.WorkerMemory), MovieMemory: 2 * int64(cfg.WorkerMemory)}
	if cfg.FFmpeg != "none" {
		switch path, err := exec.LookPath(cfg.FFmpeg); {
		case err == nil:
			o.FFmpeg = path
		case cfg.FFmpeg != "ffmpeg": // it was asked for
			return nil, "", fmt.Errorf("KEEPSAKE_FFMPEG: %w", err)
		}
	}
	if scratch, err = filepath.Abs(cfg.ScratchDir()); err != nil {
		return nil, "", fmt.Errorf("scratch directory: %w", err)
	}
	return render.New(o), scratch, prepareScratch(scratch)
}

// prepareScratch makes the directory, and removes what processes that were killed
// left in it.
func prepareScratch(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("scratch directory: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "job-*"))
	if err != nil {
		return fmt.Errorf("scratch directory: %w", err)
	}
	var errs []error
	for _, job := range left {
		if info, err := os.Stat(job); err == nil && time.Since(info.ModTime()) > scratchAge {
			errs = append(errs, os.RemoveAll(job))
		}
	}
	return errors.Join(errs...)
}
