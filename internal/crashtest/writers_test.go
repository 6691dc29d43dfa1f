package crashtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/internal/client"
)

// person is somebody with an account.
type person struct {
	index int
	id    string
	token string
}

// as is a client of that person at the server that runs now.
func (p *person) as(base string) *client.Client { return client.New(base, nil).As(p.token) }

func signUp(ctx context.Context, base string, index int) (*person, error) {
	data, err := client.Ask[struct {
		SignUp struct {
			Session struct {
				AccessToken string
				User        struct{ ID string }
			}
		}
	}](ctx, client.New(base, nil), `mutation($name: String!) {
		signUp(input: {name: $name, password: "correct horse battery"}) { session { accessToken user { id } } }
	}`, client.Vars{"name": "p-" + rand.Text()[:16]})
	session := data.SignUp.Session
	return &person{index: index, id: session.User.ID, token: session.AccessToken}, err
}

// writers do what people do, until the server is gone.
type writers struct {
	t       *testing.T
	base    string
	albumID string
	token   string // of the link to join by
	people  []*person
	ledger  *ledger
	changed chan struct{} // gets a value now and then, after something was acknowledged
	killed  atomic.Bool   // set just before the server is killed

	// goOn says for a cluster, in place of killed, whether an error is one that a
	// node's end explains; the writer then goes on, until done is closed.
	goOn func(error) bool
	done chan struct{}
}

// run starts everybody; the returned wait group is done when all have seen that
// the server is gone.
func (w *writers) run(ctx context.Context, round uint64) *sync.WaitGroup {
	var all sync.WaitGroup
	for _, p := range w.people {
		for hand := range uint64(2) { // everybody has two devices
			random := mathrand.New(mathrand.NewPCG(round, uint64(p.index)<<1|hand))
			all.Go(func() { w.write(ctx, p, random) })
		}
	}
	all.Go(func() { w.join(ctx) })
	return &all
}

// write is one device of one person.
func (w *writers) write(ctx context.Context, p *person, random *mathrand.Rand) {
	api := p.as(w.base)
	for ctx.Err() == nil {
		media := w.ledger.published()
		about := media[random.IntN(len(media))]
		var err error
		switch n := random.IntN(20); {
		case n < 9:
			err = w.comment(ctx, api, about, "")
		case n < 15:
			err = w.like(ctx, api, p, about)
		case n < 19:
			err = w.upload(ctx, api, p, n%2 == 0)
		default:
			err = w.createAlbum(ctx, api, p)
		}
		if w.ended(err) {
			return
		}
	}
}

// ended reports whether the server is gone. Before it was killed nothing may
// fail, and errors with a code are answers, of which none is expected.
func (w *writers) ended(err error) bool {
	if err == nil {
		select {
		case w.changed <- struct{}{}:
		default: // nobody looks just now
		}
		return w.over()
	}
	if w.goOn != nil && w.goOn(err) {
		return w.over()
	}
	if !w.killed.Load() || client.Code(err) != "" || client.Status(err) != 0 {
		w.t.Errorf("a writer failed: %v", err)
	}
	return true
}

// over reports whether the writers of a cluster are to stop.
func (w *writers) over() bool {
	select {
	case <-w.done: // nil, and so never ready, but for a cluster
		return true
	default:
		return false
	}
}

func (w *writers) comment(ctx context.Context, api *client.Client, mediaID, parent string) error {
	text := rand.Text()
	mine := &asked{mediaID: mediaID}
	w.ledger.write(func() { w.ledger.comments[text] = mine })
	vars := client.Vars{"m": mediaID, "text": text, "parent": nil}
	if parent != "" {
		vars["parent"] = parent
	}
	data, err := client.Ask[struct {
		AddComment struct{ Comment struct{ ID string } }
	}](ctx, api, `
		mutation($m: ID!, $text: String!, $parent: ID) {
			addComment(input: {mediaId: $m, text: $text, parentId: $parent}) { comment { id } }
		}`, vars)
	if err != nil {
		return err
	}
	id := data.AddComment.Comment.ID
	w.ledger.ack(func() { mine.acked, mine.id = true, id })
	if parent == "" && text[0] < 'H' { // some get an answer
		return w.comment(ctx, api, mediaID, id)
	}
	return nil
}

func (w *writers) like(ctx context.Context, api *client.Client, p *person, mediaID string) error {
	key := like{mediaID, p.id}
	w.ledger.write(func() {
		if w.ledger.likes[key] == nil {
			w.ledger.likes[key] = &asked{}
		}
	})
	err := api.Do(ctx, `mutation($m: ID!) { likeMedia(input: {mediaId: $m}) { likes { count } } }`,
		client.Vars{"m": mediaID}, &struct{}{})
	if err == nil {
		w.ledger.ack(func() { w.ledger.likes[key].acked = true })
	}
	return err
}

// readyTime is how long a medium may take to become READY, whatever was killed
// meanwhile: the claim of a killed server has to end first.
const readyTime = 2 * time.Minute

// upload sends a small picture, and finalises it unless it is to be found half done.
func (w *writers) upload(ctx context.Context, api *client.Client, p *person, finalize bool) error {
	content, err := picture()
	if err != nil {
		return err
	}
	data, err := client.Ask[struct {
		CreateUploads struct{ Tickets []client.Ticket }
	}](ctx, api, `
		mutation($a: ID!, $n: Long!) { createUploads(input: {albumId: $a, files: [
			{fileName: "p.jpg", contentType: "image/jpeg", bytes: $n}
		]}) { tickets { `+client.TicketFields+` } } }`, client.Vars{"a": w.albumID, "n": len(content)})
	if err != nil {
		return err
	}
	if len(data.CreateUploads.Tickets) != 1 {
		return fmt.Errorf("%d tickets for one file", len(data.CreateUploads.Tickets))
	}
	ticket := data.CreateUploads.Tickets[0]
	id := ticket.Media.ID
	mine := &upload{owner: p.index, content: content}
	w.ledger.ack(func() { w.ledger.uploads[id] = mine })
	if err := api.Send(ctx, ticket, "p.jpg", content); err != nil {
		return err
	}
	w.ledger.ack(func() { mine.sent = true })
	if !finalize {
		return nil
	}
	if err := finalizeUpload(ctx, api, id); err != nil {
		return err
	}
	w.ledger.ack(func() { mine.finalized = true })
	return nil
}

// finalizeUpload finalises an upload until it is READY: while it is PROCESSING it
// is asked again.
func finalizeUpload(ctx context.Context, api *client.Client, mediaID string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	for {
		data, err := client.Ask[struct {
			FinalizeUpload struct{ Media struct{ Status string } }
		}](ctx, api, `
			mutation($m: ID!) { finalizeUpload(input: {mediaId: $m}) { media { status } } }`, client.Vars{"m": mediaID})
		if err != nil {
			return err
		}
		if status := data.FinalizeUpload.Media.Status; status != "PROCESSING" {
			if status != "READY" {
				err = fmt.Errorf("medium %s is %q after it was finalised", mediaID, status)
			}
			return err
		}
	}
}

func (w *writers) createAlbum(ctx context.Context, api *client.Client, p *person) error {
	title := rand.Text()
	mine := &newAlbum{owner: p.index}
	w.ledger.write(func() { w.ledger.albums[title] = mine })
	data, err := client.Ask[struct {
		CreateAlbum struct{ Album struct{ ID string } }
	}](ctx, api, `
		mutation($t: String!) { createAlbum(input: {title: $t}) { album { id } } }`, client.Vars{"t": title})
	if err == nil {
		w.ledger.ack(func() { mine.id = data.CreateAlbum.Album.ID })
	}
	return err
}

// join signs new people up, who join the album.
func (w *writers) join(ctx context.Context) {
	for ctx.Err() == nil {
		p, err := signUp(ctx, w.base, 0)
		if err == nil {
			mine := &asked{}
			w.ledger.write(func() { w.ledger.members[p.id] = mine })
			err = joinAlbum(ctx, p.as(w.base), w.token)
			if err == nil {
				w.ledger.ack(func() { mine.acked = true })
			}
		}
		if w.ended(err) {
			return
		}
	}
}

func joinAlbum(ctx context.Context, api *client.Client, token string) error {
	return api.Do(ctx, `mutation($t: String!) { joinAlbum(input: {token: $t}) { membership { role } } }`,
		client.Vars{"t": token}, &struct{}{})
}

// picture makes a small JPEG unlike all others.
func picture() ([]byte, error) {
	return noisy(24, 16)
}

func noisy(width, height int) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	noise := make([]byte, 3*width*height)
	if _, err := rand.Read(noise); err != nil {
		return nil, err
	}
	for i := range width * height {
		img.SetRGBA(i%width, i/width, color.RGBA{R: noise[3*i], G: noise[3*i+1], B: noise[3*i+2], A: 255})
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}
