package chaos

import (
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"keepsake/album"
	"keepsake/internal/client"
)

const (
	// atOnce is how many requests are under way while the run is made ready.
	atOnce = 8
	// requestTime is how long a person waits for an answer.
	requestTime = 3 * time.Second
	// again is how soon a request is tried again that got no answer.
	again = 100 * time.Millisecond
)

// person is somebody with an account.
type person struct {
	id     album.UserID
	token  string
	albums []*place // that they are in
}

// place is an album with one photo.
type place struct {
	id      album.AlbumID
	mediaID album.MediaID
	token   string       // of the link to join by
	origin  album.Cursor // where the run begins
}

// as is a client of that person behind the balancer.
func (s *story) as(p *person) *client.Client {
	return client.New(s.cluster.Balancer.URL, s.http).As(p.token)
}

// each calls f for each of many things, a few at a time.
func each[T any](ctx context.Context, all []T, f func(ctx context.Context, one T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, one := range all {
		g.Go(func() error { return f(ctx, one) })
	}
	return g.Wait()
}

// settle makes the accounts, the albums and their members, and looks where they
// stand.
func (s *story) settle() error {
	s.owner = &person{}
	for range s.size.movers {
		s.movers = append(s.movers, &person{})
	}
	for range s.size.people {
		s.people = append(s.people, &person{})
	}
	for range s.size.albums {
		s.places = append(s.places, &place{})
	}
	everybody := append(append([]*person{s.owner}, s.movers...), s.people...)
	if err := each(s.ctx, everybody, s.signUp); err != nil {
		return err
	}
	if err := each(s.ctx, s.places, s.found); err != nil {
		return err
	}
	s.owner.albums = s.places
	random := s.random(ofAlbums, 0)
	for _, p := range everybody[1:] {
		for _, i := range random.Perm(len(s.places))[:s.size.each] {
			p.albums = append(p.albums, s.places[i])
		}
	}
	if err := each(s.ctx, everybody[1:], s.joinAll); err != nil {
		return err
	}
	return each(s.ctx, s.places, s.look)
}

func (s *story) signUp(ctx context.Context, p *person) error {
	data, err := client.Ask[struct {
		SignUp struct {
			Session struct {
				AccessToken string
				User        struct{ ID album.UserID }
			}
		}
	}](ctx, s.as(p), `mutation($name: String!) {
		signUp(input: {name: $name, password: "a long enough secret"}) { session { accessToken user { id } } }
	}`, client.Vars{"name": "c-" + cryptorand.Text()[:20]})
	p.id, p.token = data.SignUp.Session.User.ID, data.SignUp.Session.AccessToken
	return err
}

// found makes an album with one photo. Its description is long, for who reads it
// with each event.
func (s *story) found(ctx context.Context, p *place) error {
	api := s.as(s.owner)
	made, err := client.Ask[struct {
		CreateAlbum struct{ Album struct{ ID album.AlbumID } }
	}](ctx, api, `mutation($d: String!) { createAlbum(input: {title: "Chaos", description: $d}) { album { id } } }`,
		client.Vars{"d": strings.Repeat("long ", 700)})
	if err != nil {
		return err
	}
	p.id = made.CreateAlbum.Album.ID
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		return err
	}
	shared, err := client.Ask[struct {
		CreateShare   struct{ Token string }
		CreateUploads struct{ Tickets []client.Ticket }
	}](ctx, api, `mutation($a: ID!, $n: Long!) {
		createShare(input: {albumId: $a, joinRole: VIEWER}) { token }
		createUploads(input: {albumId: $a, files: [{fileName: "p.jpg", contentType: "image/jpeg", bytes: $n}]}) {
			tickets { `+client.TicketFields+` }
		}
	}`, client.Vars{"a": p.id, "n": photo.Len()})
	if err != nil {
		return err
	}
	p.token = shared.CreateShare.Token
	ticket := shared.CreateUploads.Tickets[0]
	p.mediaID = album.MediaID(ticket.Media.ID)
	return errors.Join(
		api.Send(ctx, ticket, "p.jpg", photo.Bytes()),
		api.Do(ctx, `mutation($m: ID!) { finalizeUpload(input: {mediaId: $m}) { media { id } } }`,
			client.Vars{"m": p.mediaID}, &struct{}{}),
	)
}

func (s *story) joinAll(ctx context.Context, p *person) error {
	for _, at := range p.albums {
		if err := s.join(ctx, p, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) join(ctx context.Context, p *person, at *place) error {
	return s.as(p).Do(ctx, `mutation($t: String!) { joinAlbum(input: {token: $t}) { membership { role } } }`,
		client.Vars{"t": at.token}, &struct{}{})
}

// state is what the owner sees of an album.
type state struct {
	Album struct {
		Cursor album.Cursor
		Media  struct {
			Edges []struct{ Node struct{ LikeCount int } }
		}
	}
}

func (s *story) read(ctx context.Context, p *place) (state, error) {
	return client.Ask[state](ctx, s.as(s.owner), `query($a: ID!) { album(id: $a) {
		cursor media(first: 1) { edges { node { likeCount } } }
	} }`, client.Vars{"a": p.id})
}

// look notes where an album stands.
func (s *story) look(ctx context.Context, p *place) error {
	now, err := s.read(ctx, p)
	if err != nil {
		return err
	}
	p.origin = now.Album.Cursor
	seq, err := album.ParseLogCursor(p.id, p.origin)
	s.records.write(func() { s.records.start[p.id] = seq })
	return err
}

// attempt asks for a change, and reports whether an error is one that troubles
// explain.
func (s *story) attempt(ask func(ctx context.Context) error) (outage bool, err error) {
	before := s.freed.Load()
	ctx, cancel := context.WithTimeout(s.ctx, requestTime)
	defer cancel()
	err = ask(ctx)
	// What stands in for MongoDB calls it internal that a session was killed.
	torn := client.Code(err) == string(album.CodeInternal) && (before%2 == 1 || s.freed.Load() != before)
	return torn || isOutage(err), err
}

// isOutage reports whether an error is what troubles explain: no answer in time,
// or that there will be one later or elsewhere.
func isOutage(err error) bool {
	switch client.Status(err) {
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	case 0:
		return client.Code(err) == "" || client.Code(err) == string(album.CodeUnavailable)
	}
	return false
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// upTo is a random part of d.
func upTo(random *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(d)))
}
