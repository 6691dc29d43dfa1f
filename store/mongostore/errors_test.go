package mongostore

import (
	"errors"
	"fmt"
	"testing"

	"keepsake/album"
)

// poolError stands for the driver's error of a pool that was cleared, which it
// shows by an interface alone.
type poolError struct {
	error
	retryable bool
}

func (e poolError) Retryable() bool { return e.retryable }

func TestClearedPool(t *testing.T) {
	for retryable, want := range map[bool]album.Code{true: album.CodeUnavailable, false: album.CodeInternal} {
		err := edge("album", fmt.Errorf("find: %w", poolError{errors.New("the pool was cleared"), retryable}))
		if got := album.CodeOf(err); got != want {
			t.Errorf("retryable %v: %s, want %s", retryable, got, want)
		}
	}
}
