package gcsmedia

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"

	"keepsake/album"
)

// failure translates an error of the client, by its number. What it says stays
// in the cause, which clients never see. Whatever is not about the object itself
// is UNAVAILABLE: GCS cannot be reached, is too busy, or does not let us in.
func failure(ctx context.Context, op string, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	err = fmt.Errorf("gcsmedia: %s: %w", op, err)
	if _, ok := errors.AsType[*album.Error](err); ok {
		return err
	}
	switch statusOf(err) {
	case http.StatusNotFound:
		return album.ErrNotFound.Wrap(err)
	case http.StatusPreconditionFailed:
		return album.Errorf(album.CodeConflict, "there is an object with this key already").Wrap(err)
	}
	return album.ErrUnavailable.Wrap(err)
}

// statusOf is the HTTP status that an error stands for, or 0.
func statusOf(err error) int {
	if errors.Is(err, storage.ErrObjectNotExist) || errors.Is(err, storage.ErrBucketNotExist) {
		return http.StatusNotFound
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code
	}
	return 0
}
