package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"keepsake/album"
	"keepsake/internal/client"
)

// tick is how often the writers are given leave to write.
const tick = 10 * time.Millisecond

// pace gives leave for so many changes a second, until ctx ends. What nobody is
// free to take is lost: a run that cannot keep up is slower, and says so.
func pace(ctx context.Context, leave chan<- struct{}, rate int) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	began := time.Now()
	for given := 0; ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			close(leave)
			return
		}
		for due := int(time.Since(began).Seconds() * float64(rate)); given < due; given++ {
			select {
			case leave <- struct{}{}:
			default:
			}
		}
	}
}

// write comments and likes whenever there is leave, as one person.
func (s *story) write(p *person, leave <-chan struct{}, random *rand.Rand) {
	for range leave {
		at, like := p.albums[random.IntN(len(p.albums))], random.IntN(20) == 0
		outage, err := s.attempt(func(ctx context.Context) error {
			if like {
				return s.like(ctx, p, at)
			}
			return s.comment(ctx, s.as(p), at)
		})
		switch {
		case err == nil:
			s.acked.Add(1)
		case outage:
			s.unanswered.Add(1)
		default:
			s.records.refuse("a change", err)
		}
	}
}

func (s *story) comment(ctx context.Context, api *client.Client, at *place) error {
	s.records.write(func() { s.records.unsure[at.id]++ })
	data, err := client.Ask[struct {
		AddComment struct{ Comment struct{ ID string } }
	}](ctx, api, `mutation($m: ID!) { addComment(input: {mediaId: $m, text: "how nice"}) { comment { id } } }`,
		client.Vars{"m": at.mediaID})
	if err != nil {
		return err
	}
	s.records.write(func() { s.records.unsure[at.id]-- })
	s.records.count(change{at.id, album.CommentAdded, data.AddComment.Comment.ID}, 1, 1)
	return nil
}

// like likes an album's photo. Of the likes of one person only the first counts,
// and only that is written down.
func (s *story) like(ctx context.Context, p *person, at *place) error {
	asked, acked := 0, 0
	s.records.write(func() {
		if key := (seat{p.id, at.id}); !s.liked[key] {
			s.liked[key], asked = true, 1
		}
	})
	s.records.countLike(at.mediaID, asked, 0)
	err := s.as(p).Do(ctx, `mutation($m: ID!) { likeMedia(input: {mediaId: $m}) { likes { count } } }`,
		client.Vars{"m": at.mediaID}, &struct{}{})
	if err == nil {
		acked = asked
	}
	s.records.countLike(at.mediaID, 0, acked)
	return err
}
