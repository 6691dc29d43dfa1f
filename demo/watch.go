package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keepsake/internal/client"
)

// liveTimeout is how long an event may take from who caused it to who sees it.
const liveTimeout = 10 * time.Second

// watch is two subscriptions on one socket.
type watch struct {
	socket        *client.Socket
	events, likes *client.Subscription
	cursor        string // of the last event, or where the watch began
}

// follow opens a socket and subscribes to all that happens in the album after a cursor.
func (p *person) follow(ctx context.Context, albumID, after string) error {
	socket, err := p.api.Dial(ctx)
	if err != nil {
		return err
	}
	p.watch = &watch{socket: socket, cursor: after}
	vars := client.Vars{"id": albumID}
	p.watch.likes, err = socket.Subscribe(`subscription($id: ID!) {
		likesChanged(albumId: $id) { mediaId count version }
	}`, vars)
	if err != nil {
		return err
	}
	p.watch.events, err = socket.Subscribe(eventFields+` subscription($id: ID!, $after: Cursor) {
		albumEvents(albumId: $id, after: $after) { ...event }
	}`, client.Vars{"id": albumID, "after": after})
	return err
}

// leave closes somebody's socket, if there is one.
func (p *person) leave() error {
	if p == nil || p.watch == nil {
		return nil
	}
	socket := p.watch.socket
	p.watch = nil
	return socket.Close()
}

// nextEvent waits for the next thing that somebody does. What the server does
// by itself comes whenever it is done, so word of it is passed over.
func (p *person) nextEvent(ctx context.Context) (event, error) {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	for {
		var data struct {
			AlbumEvents event `json:"albumEvents"`
		}
		if err := p.watch.events.Next(ctx, &data); err != nil {
			return event{}, fmt.Errorf("%s waits for an event: %w", p.name, err)
		}
		e := data.AlbumEvents
		if e.Cursor == "" || e.Cursor == p.watch.cursor {
			return event{}, fmt.Errorf("%s got %s with a cursor that does not go on: %q", p.name, e.Kind, e.Cursor)
		}
		p.watch.cursor = e.Cursor
		if e.Kind != "MEDIA_PROCESSED" {
			return e, nil
		}
	}
}

// sees waits for the next event that somebody gets and checks it.
func (s *story) sees(ctx context.Context, acted time.Time, p *person, check func(event) error) error {
	e, err := p.nextEvent(ctx)
	if err != nil {
		return err
	}
	after := took(acted)
	if err := check(e); err != nil {
		return fmt.Errorf("%s sees %s: %w", p.name, e.Kind, err)
	}
	s.tell.line("%s sees %s, %s after it was asked for", p.name, e.Kind, after)
	return nil
}

// bothSee is sees for everybody who watches.
func (s *story) bothSee(ctx context.Context, acted time.Time, check func(event) error) error {
	return errors.Join(s.sees(ctx, acted, s.mei, check), s.sees(ctx, acted, s.jun, check))
}

// bothSeeLikes waits for everybody to see a count of likes.
func (s *story) bothSeeLikes(ctx context.Context, acted time.Time, want likes) error {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	for _, p := range []*person{s.mei, s.jun} {
		var data struct {
			LikesChanged likes `json:"likesChanged"`
		}
		if err := p.watch.likes.Next(ctx, &data); err != nil {
			return fmt.Errorf("%s waits for likes: %w", p.name, err)
		}
		if err := same("what "+p.name+" sees of the likes", data.LikesChanged, want); err != nil {
			return err
		}
		s.tell.line("%s sees the count go to %d, %s after it was asked for", p.name, want.Count, took(acted))
	}
	return nil
}

func meiWatches(ctx context.Context, s *story) error {
	p, err := s.mei.readPage(ctx, s.album)
	if err != nil {
		return err
	}
	s.tell.line("one socket, two subscriptions: events after the page's cursor, and likes")
	return s.mei.follow(ctx, s.album, p.Cursor)
}

func junWatches(ctx context.Context, s *story) error {
	p, err := s.jun.readPage(ctx, s.album)
	if err != nil {
		return err
	}
	s.tell.line("after the cursor of the page, which shows %d photos and videos", len(p.Media.Edges))
	return errors.Join(
		s.jun.follow(ctx, s.album, p.Cursor),
		same("the media that Jun sees", len(p.Media.Edges), len(s.media)),
	)
}
