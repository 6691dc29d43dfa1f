package migrate

import (
	"context"
	"fmt"
	"strings"

	"keepsake/album"
	"keepsake/store"
)

// owners finds the medium that an object belongs to. Objects and media come in
// the same order, so that it reads the media once, beside the objects.
type owners struct {
	media  *stream[store.Record]
	prefix string

	found   bool // an object of the medium at the head of media
	lost    trouble
	damaged trouble
}

// of returns the medium of a key, which must not be before those asked for
// already; nil if there is none.
func (o *owners) of(ctx context.Context, key string) (*store.MediaRecord, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(key, o.prefix), "/")
	m, err := o.upTo(ctx, id)
	if err != nil || m == nil || string(m.ID) != id {
		return nil, err
	}
	o.found = o.found || m.Key == key
	return m, nil
}

// finish goes to the end, so that notes knows of all media.
func (o *owners) finish(ctx context.Context) error {
	_, err := o.upTo(ctx, "\xff")
	return err
}

// upTo returns the first medium whose ID is not before id, nil if there is none.
func (o *owners) upTo(ctx context.Context, id string) (*store.MediaRecord, error) {
	for {
		r, err := o.media.head(ctx)
		if err != nil || r == nil {
			return nil, err
		}
		m, ok := (*r).(store.MediaRecord)
		if !ok {
			return nil, fmt.Errorf("a %T among the media", *r)
		}
		if string(m.ID) >= id {
			return &m, nil
		}
		if o.prefix == finished && !o.found && m.Status == album.Ready && !m.Doomed {
			o.lost.note(m.Key)
		}
		o.media.take()
		o.found = false
	}
}

// notes says what is wrong with the source.
func (o *owners) notes() []string {
	var notes []string
	if o.lost.count > 0 {
		notes = append(notes, fmt.Sprintf("%d media have no file in the source, first %s", o.lost.count, o.lost.first))
	}
	if o.damaged.count > 0 {
		notes = append(notes, fmt.Sprintf("%d files of the source are not what was uploaded, first %s",
			o.damaged.count, o.damaged.first))
	}
	return notes
}

// trouble is how often something is wrong, and where first.
type trouble struct {
	count int
	first string
}

func (t *trouble) note(key string) {
	if t.count++; t.count == 1 {
		t.first = key
	}
}
