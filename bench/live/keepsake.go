package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/bench/dataset"
	"keepsake/bench/load"
	"keepsake/internal/auth"
	"keepsake/internal/client"
	"keepsake/internal/launch"
)

// world is what prepare made: a data directory, with an album of one photo, and
// what an event of it looks like on the wire.
type world struct {
	data                    string
	token, albumID, mediaID string
	message                 template // a whole message of graphql-transport-ws
	payload                 template // its payload, the result of GraphQL
}

// tokenLife outlasts any run.
const tokenLife = 12 * time.Hour

const (
	commentDocument = `mutation Comment($m: ID!, $t: String!) { addComment(input: {mediaId: $m, text: $t}) { comment { id } } }`
	titleDocument   = `query Title($id: ID!) { album(id: $id) { title } }`
)

// keepsake is the server's API.
type keepsake struct {
	transportWS
	comment template // the body of the mutation
}

func newKeepsake(w world) (keepsake, error) {
	const mark = "TEXT"
	body, err := json.Marshal(map[string]any{"query": commentDocument, "variables": map[string]string{"m": w.mediaID, "t": mark}})
	if err != nil {
		return keepsake{}, err
	}
	comment, err := templateOf(string(body), mark)
	return keepsake{transportWS{token: w.token, albumID: w.albumID}, comment}, err
}

func (k keepsake) publish(b []byte, text string) []byte {
	return load.AppendRequest(b, http.MethodPost, "/graphql", k.token, k.comment.with(text))
}

func (keepsake) published(status int, body []byte) error {
	if status != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"data":{"addComment":{"comment":{"id":"`)) {
		return fmt.Errorf("comment: status %d: %.300s", status, body)
	}
	return nil
}

// startKeepsake starts the server on what prepare made.
func startKeepsake(ctx context.Context, o options, w world) (*contender, error) {
	s, err := newKeepsake(w)
	if err != nil {
		return nil, err
	}
	server, err := launch.Start(ctx, o.binary, w.data, os.Stderr, "KEEPSAKE_LOG_LEVEL=warn", "KEEPSAKE_DRAIN=5s")
	if err != nil {
		return nil, err
	}
	stop := func() error {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		return server.Stop(limit)
	}
	pid, err := childOf(o.binary)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	target := load.Target{Addr: strings.TrimPrefix(server.URL, "http://"), PID: pid}
	return &contender{name: keepsakeName, target: target, system: s, stop: stop}, nil
}

// prepare makes the world in an empty directory. It stops the server again: the
// memory that hashing a password took must not hide what connections take.
func prepare(ctx context.Context, o options, dir string) (w world, err error) {
	w.data = dir
	server, err := launch.Start(ctx, o.binary, dir, os.Stderr, "KEEPSAKE_LOG_LEVEL=warn", "KEEPSAKE_DRAIN=5s")
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	if err := w.fill(ctx, server.URL); err != nil {
		return w, fmt.Errorf("prepare: %w", err)
	}
	s, err := newKeepsake(w)
	if err != nil {
		return w, err
	}
	of := &contender{name: keepsakeName, target: load.Target{Addr: strings.TrimPrefix(server.URL, "http://")}, system: s}
	message, said, err := capture(ctx, of)
	if err != nil {
		return w, fmt.Errorf("prepare: capture an event: %w", err)
	}
	var m struct{ Payload json.RawMessage }
	if err := json.Unmarshal(message, &m); err != nil {
		return w, err
	}
	if w.message, err = templateOf(string(message), said); err != nil {
		return w, err
	}
	w.payload, err = templateOf(string(m.Payload), said)
	return w, err
}

// fill makes a person, an album and a photo in it.
func (w *world) fill(ctx context.Context, base string) error {
	var made struct {
		SignUp struct{ Session struct{ AccessToken string } }
	}
	api := client.New(base, nil)
	err := api.Do(ctx, `mutation($n: String!) { signUp(input: {name: $n, password: "correct horse battery"}) { session { accessToken } } }`,
		client.Vars{"n": "live-" + rand.Text()[:16]}, &made)
	if err != nil {
		return err
	}
	if w.token, err = lasting(w.data, made.SignUp.Session.AccessToken); err != nil {
		return err
	}
	api = api.As(w.token)
	var also struct {
		CreateAlbum struct{ Album struct{ ID string } }
	}
	if err := api.Do(ctx, `mutation { createAlbum(input: {title: "Live"}) { album { id } } }`, nil, &also); err != nil {
		return err
	}
	w.albumID = also.CreateAlbum.Album.ID
	w.mediaID, err = upload(ctx, api, w.albumID)
	return err
}

// lasting is an access token with the same words as one of the server's that
// holds for the whole run.
func lasting(dir, token string) (string, error) {
	key, err := dataset.KeyIn(dir)
	if err != nil {
		return "", err
	}
	tokens := auth.NewTokens(key.Derive(auth.LabelAccess), time.Now)
	who, err := tokens.Parse(token)
	if err != nil {
		return "", err
	}
	token, _, err = tokens.Issue(album.Identified{UserID: who.UserID, SessionID: who.SessionID}, tokenLife)
	return token, err
}

// upload publishes a small photo and returns its identifier.
func upload(ctx context.Context, api *client.Client, albumID string) (string, error) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 24, 16)), nil); err != nil {
		return "", err
	}
	var made struct {
		CreateUploads struct{ Tickets []client.Ticket }
	}
	err := api.Do(ctx, `mutation($a: ID!, $n: Long!) { createUploads(input: {albumId: $a, files: [
		{fileName: "p.jpg", contentType: "image/jpeg", bytes: $n}]}) { tickets { `+client.TicketFields+` } } }`,
		client.Vars{"a": albumID, "n": photo.Len()}, &made)
	if err != nil {
		return "", err
	}
	if n := len(made.CreateUploads.Tickets); n != 1 {
		return "", fmt.Errorf("%d tickets for one file", n)
	}
	ticket := made.CreateUploads.Tickets[0]
	if err := api.Send(ctx, ticket, "p.jpg", photo.Bytes()); err != nil {
		return "", err
	}
	var done struct {
		FinalizeUpload struct{ Media struct{ Status string } }
	}
	err = api.Do(ctx, `mutation($m: ID!) { finalizeUpload(input: {mediaId: $m}) { media { status } } }`,
		client.Vars{"m": ticket.Media.ID}, &done)
	if status := done.FinalizeUpload.Media.Status; err == nil && status != "READY" {
		err = fmt.Errorf("the photo is %s", status)
	}
	return ticket.Media.ID, err
}

// capture returns a message with an event as the server sends it, and the
// event's text.
func capture(ctx context.Context, of *contender) (message []byte, said string, err error) {
	s, err := open(ctx, of, 1, time.Now())
	if err != nil {
		return nil, "", err
	}
	if _, err := s.end(); err != nil {
		return nil, "", err
	}
	message = s.crowd.members[0].sample
	number, sent, ok := findMark(message)
	if !ok {
		return nil, "", fmt.Errorf("no event in %.200q", message)
	}
	return message, text(number, sent), nil
}

// title is the body of a cheap query: the album's title.
func (w world) title() []byte {
	body, err := json.Marshal(map[string]any{"query": titleDocument, "variables": map[string]string{"id": w.albumID}})
	if err != nil {
		panic(err) // strings alone: it cannot fail
	}
	return body
}
