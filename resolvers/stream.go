package resolvers

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/99designs/gqlgen/graphql/handler/transport"

	"keepsake/album"
	"keepsake/service"
)

// stream turns a watch into the channel that gqlgen reads. pick chooses what of
// an update goes out, nil for nothing. The goroutine ends with the watch or with
// the operation's context.
func stream[T any](ctx context.Context, log *slog.Logger, w *service.Watch, err error, pick func(service.Update) *T) (<-chan *T, error) {
	if err != nil {
		return nil, err
	}
	out := make(chan *T)
	go func() {
		defer close(out)
		defer w.Close()
		for {
			u, err := w.Next(ctx)
			if err != nil {
				if ctx.Err() == nil && !errors.Is(err, io.EOF) {
					transport.AddSubscriptionError(ctx, Presenter(log)(ctx, err))
				}
				return
			}
			v := pick(u)
			if v == nil {
				continue
			}
			select {
			case out <- v:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// control reports whether every stream of events shows this kind.
func control(k album.EntryKind) bool { return k == album.Resync || k == album.AccessLost }
