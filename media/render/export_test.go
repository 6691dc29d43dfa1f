package render

import (
	"context"
	"time"
)

// Spin uses its CPU time up, as a picture might make a decoder do.
func Spin(args []string) int {
	l, _, err := parseLimits(args)
	if err == nil {
		err = l.apply(true)
	}
	for err == nil {
		err = context.Background().Err()
	}
	return exitFault
}

// Frame asks ffmpeg for a frame of a file that nobody has looked at.
func (r *Renderer) Frame(ctx context.Context, path string) ([]byte, error) {
	return r.frame(ctx, path, time.Second)
}
