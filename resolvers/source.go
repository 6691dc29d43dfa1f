package resolvers

import (
	"context"

	"keepsake/album"
)

// Source is where the fields of Subscription take their values from: whoever
// executes a subscription (package live) finds out what there is to show, puts
// it here, and has it executed.
type Source struct {
	Events chan *album.Event
	Likes  chan *album.LikeState
}

// NewSource has room for one value.
func NewSource() Source {
	return Source{Events: make(chan *album.Event, 1), Likes: make(chan *album.LikeState, 1)}
}

// WithSource puts the source of a subscription into its context.
func WithSource(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, sourceKey, s)
}

// sourceOf returns the source, or why there is none.
func sourceOf(ctx context.Context) (Source, error) {
	s, ok := ctx.Value(sourceKey).(Source)
	if !ok {
		return s, album.Errorf(album.CodeInvalidInput, "subscribe over graphql-transport-ws, or with Accept: text/event-stream")
	}
	return s, nil
}

func eventsOf(ctx context.Context) (<-chan *album.Event, error) {
	s, err := sourceOf(ctx)
	return s.Events, err
}
