package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"keepsake/album"
	"keepsake/internal/client"
)

// move removes somebody from albums and lets them come back, until ctx ends. In
// the end they are back, or gone from one album.
func (s *story) move(ctx context.Context, p *person, gone bool, random *rand.Rand) {
	every := s.size.moveEvery * time.Duration(len(s.movers)) // who all move at once
	out := map[*place]bool{}
	swap := func(at *place) {
		if out[at] {
			s.admit(p, at)
		} else {
			s.remove(p, at)
		}
		out[at] = !out[at]
	}
	for pause(ctx, upTo(random, every)); ctx.Err() == nil; pause(ctx, every/2+upTo(random, every)) {
		swap(p.albums[random.IntN(len(p.albums))])
	}
	for i, at := range p.albums {
		if out[at] != (gone && i == 0) {
			swap(at)
		}
	}
}

// remove has the owner remove somebody.
func (s *story) remove(p *person, at *place) {
	c := change{at.id, album.MemberRemoved, string(p.id)}
	s.insist(c, func(ctx context.Context) error {
		return s.as(s.owner).Do(ctx, `mutation($a: ID!, $u: ID!) { removeMember(input: {albumId: $a, userId: $u}) { user { id } } }`,
			client.Vars{"a": at.id, "u": p.id}, &struct{}{})
	})
	s.records.write(func() {
		periods := s.records.periods[seat{p.id, at.id}]
		periods[len(periods)-1].until = time.Now()
	})
}

// admit has somebody join again.
func (s *story) admit(p *person, at *place) {
	key := seat{p.id, at.id}
	s.records.write(func() { s.records.periods[key] = append(s.records.periods[key], period{from: time.Now()}) })
	s.insist(change{at.id, album.MemberJoined, string(p.id)}, func(ctx context.Context) error { return s.join(ctx, p, at) })
}

// insist asks for a change of membership until it is so.
func (s *story) insist(c change, ask func(ctx context.Context) error) {
	for s.ctx.Err() == nil {
		s.records.count(c, 1, 0)
		outage, err := s.attempt(ask)
		switch {
		case err == nil:
			s.records.count(c, 0, 1)
			s.moved.Add(1)
			return
		case c.kind == album.MemberRemoved && client.Code(err) == string(album.CodeNotFound):
			return // an earlier attempt did it
		case !outage:
			s.records.refuse(string(c.kind), err)
		}
		pause(s.ctx, again)
	}
}
