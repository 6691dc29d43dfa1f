package attack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/internal/auth"
	"keepsake/internal/client"
	"keepsake/internal/launch"
)

// The album has a page of photos, and few in the tests of every day: with the race
// detector each takes seconds to be worked on.
const photos, fewPhotos = 20, 2

// password is that of the owner's account, and of the link that has one.
const password = "a long enough secret"

// arena is a server under attack, the people whom it serves meanwhile, and what
// attackers know of it.
type arena struct {
	server *launch.Server
	logs   *logs
	addr   string // host:port
	key    auth.Key

	owner, victim person // victim has an account and nothing else
	honest        []*reader
	album         string // that everybody may see
	private       string // that the owner alone may see
	medium        string // in album
	hidden        string // in private
	picture       string // path and query of a signed address of medium
	other         string // of another photo
	ticket        client.Ticket
	cursor        string // of the album's media
	link          string // token of a link to private that has a password
	questions     []byte // for sockets
}

// person is somebody with an account.
type person struct {
	name, id, session, token string
}

// open starts a server with its people. Its settings are the defaults, but that the
// schema is not told, as where others can reach it; that a proxy on the loopback is
// believed, so that clients have addresses; and that no request may take longer than
// ten seconds in the tests of every day, which wait for what is slow.
func open(t *testing.T, program string) *arena {
	t.Helper()
	secret := make([]byte, auth.KeySize)
	_, _ = rand.Read(secret) // never fails
	env := []string{
		fmt.Sprintf("KEEPSAKE_SECRET=%x", secret), "KEEPSAKE_TRUSTED_PROXIES=127.0.0.0/8", "KEEPSAKE_INTROSPECTION=false",
		"KEEPSAKE_RATE_USER=", "KEEPSAKE_MAX_CONCURRENT=", // the defaults, which launch raises
	}
	if !*fullSize {
		env = append(env, "KEEPSAKE_REQUEST_TIMEOUT=10s")
	}
	a := &arena{logs: &logs{}}
	var err error
	if a.key, err = auth.KeyFromHex(fmt.Sprintf("%x", secret)); err != nil {
		t.Fatal(err)
	}
	if a.server, err = launch.Start(context.WithoutCancel(t.Context()), program, t.TempDir(), a.logs, env...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := a.server.Stop(ctx); err != nil {
			t.Errorf("%v\n%s", err, a.logs)
		}
	})
	a.addr = strings.TrimPrefix(a.server.URL, "http://")
	if err := a.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// settle makes the people and what they have.
func (a *arena) settle(ctx context.Context) (err error) {
	if a.owner, err = a.signUp(ctx, "192.0.2.1"); err != nil {
		return err
	}
	if a.victim, err = a.signUp(ctx, "192.0.2.1"); err != nil {
		return err
	}
	own := a.as(a.owner.token)
	made, err := client.Ask[struct {
		Open, Closed struct{ Album struct{ ID string } }
	}](ctx, own, `mutation {
		open: createAlbum(input: {title: "Open", visibility: PUBLIC, settings: {comments: ANYONE}}) { album { id } }
		closed: createAlbum(input: {title: "Closed"}) { album { id } }
	}`, nil)
	if err != nil {
		return err
	}
	a.album, a.private = made.Open.Album.ID, made.Closed.Album.ID
	a.questions = questions(a.album)
	number := fewPhotos
	if *fullSize {
		number = photos
	}
	for i := range number {
		if a.medium, err = a.upload(ctx, own, a.album, i); err != nil {
			return err
		}
	}
	if a.hidden, err = a.upload(ctx, own, a.private, 0); err != nil {
		return err
	}
	for i := range 10 {
		if err := own.Do(ctx, `mutation($m: ID!, $t: String!) { addComment(input: {mediaId: $m, text: $t}) { comment { id } } }`,
			client.Vars{"m": a.medium, "t": fmt.Sprintf("comment %d", i)}, &struct{}{}); err != nil {
			return err
		}
	}
	if err := a.look(ctx, own); err != nil {
		return err
	}
	for i := range honestPeople {
		p, err := a.signUp(ctx, honestAddress(i))
		if err != nil {
			return err
		}
		a.honest = append(a.honest, newReader(a, p, honestAddress(i)))
	}
	return nil
}

// look reads what attackers are to know.
func (a *arena) look(ctx context.Context, own *client.Client) error {
	data, err := client.Ask[struct {
		Album struct {
			Media struct {
				Edges []struct {
					Cursor string
					Node   struct {
						ID  string
						URL struct{ URL string }
					}
				}
			}
		}
	}](ctx, own, `query($a: ID!) { album(id: $a) { media(first: 2) { edges { cursor node { id url(size: ORIGINAL) { url } } } } } }`,
		client.Vars{"a": a.album})
	if err != nil {
		return err
	}
	edges := data.Album.Media.Edges
	if len(edges) != 2 || edges[0].Node.ID != a.medium {
		return fmt.Errorf("the album shows %+v", edges)
	}
	a.cursor = edges[0].Cursor
	a.picture, a.other = path(edges[0].Node.URL.URL), path(edges[1].Node.URL.URL)
	asked, err := client.Ask[struct {
		CreateUploads struct{ Tickets []client.Ticket }
		CreateShare   struct{ Token string }
	}](ctx, own, `mutation($a: ID!, $p: String!) {
		createUploads(input: {albumId: $a, files: [{fileName: "x.jpg", contentType: "image/jpeg", bytes: 100, method: PUT}]}) { tickets { `+client.TicketFields+` } }
		createShare(input: {albumId: $a, password: $p}) { token }
	}`, client.Vars{"a": a.private, "p": password})
	if err != nil {
		return err
	}
	a.ticket, a.link = asked.CreateUploads.Tickets[0], asked.CreateShare.Token
	return nil
}

// path is what a request for an address asks for.
func path(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	return u.RequestURI()
}

// as is a client at the server itself.
func (a *arena) as(token string) *client.Client { return client.New(a.server.URL, nil).As(token) }

// signUp makes an account from an address.
func (a *arena) signUp(ctx context.Context, address string) (person, error) {
	name := "a-" + strings.ToLower(rand.Text()[:16])
	hand := a.attacker(address)
	defer hand.leave()
	got, err := hand.ask(ctx, "", `mutation($n: String!, $p: String!) {
		signUp(input: {name: $n, password: $p}) { session { accessToken user { id } } }
	}`, map[string]any{"n": name, "p": password})
	if err != nil {
		return person{}, err
	}
	var said struct {
		Data struct {
			SignUp struct {
				Session struct {
					AccessToken string
					User        struct{ ID string }
				}
			}
		}
	}
	if err := json.Unmarshal(got.body, &said); err != nil || said.Data.SignUp.Session.AccessToken == "" {
		return person{}, fmt.Errorf("sign up: %s: %w", got.body, err)
	}
	s := said.Data.SignUp.Session
	// One that lasts for the whole test.
	tokens := auth.NewTokens(a.key.Derive(auth.LabelAccess), time.Now)
	v, err := tokens.Parse(s.AccessToken)
	if err != nil {
		return person{}, err
	}
	token, _, err := tokens.Issue(v, 2*time.Hour)
	return person{name: name, id: s.User.ID, session: string(v.SessionID), token: token}, err
}

// upload brings a photo in, which is not like the others.
func (a *arena) upload(ctx context.Context, api *client.Client, into string, number int) (id string, err error) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 64, 16+number)), nil); err != nil {
		return "", err
	}
	data, err := client.Ask[struct {
		CreateUploads struct{ Tickets []client.Ticket }
	}](ctx, api, `mutation($a: ID!, $n: Long!) {
		createUploads(input: {albumId: $a, files: [{fileName: "p.jpg", contentType: "image/jpeg", bytes: $n}]}) { tickets { `+client.TicketFields+` } }
	}`, client.Vars{"a": into, "n": photo.Len()})
	if err != nil {
		return "", err
	}
	ticket := data.CreateUploads.Tickets[0]
	return ticket.Media.ID, errors.Join(
		api.Send(ctx, ticket, "p.jpg", photo.Bytes()),
		api.Do(ctx, `mutation($m: ID!) { finalizeUpload(input: {mediaId: $m}) { media { id } } }`, client.Vars{"m": ticket.Media.ID}, &struct{}{}),
	)
}

// state is all that attackers might have changed.
func (a *arena) state(t *testing.T) string {
	t.Helper()
	var texts []string
	for _, p := range []person{a.owner, a.victim} {
		data, err := client.Ask[json.RawMessage](t.Context(), a.as(p.token), `{ me {
			id displayName accountName storage { used }
			albums(first: 10) { edges { node {
				id title description visibility memberCount mediaCount
				media(first: 10) { edges { node { id status caption likeCount commentCount comments(first: 20) { edges { node { text } } } } } }
				shares(first: 10) { edges { node { id } } }
			} } }
		} }`, nil)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	return strings.Join(texts, "\n")
}

// logs is what the server has logged.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
