package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"keepsake/internal/client"
)

// strangerLooks tries every way to something of the album that is not public.
func strangerLooks(ctx context.Context, s *story) error {
	otto, err := s.signUp(ctx, callsElse, "Otto")
	if err != nil {
		return err
	}
	_, err = otto.readPage(ctx, s.album)
	failures := refused("the album", err, "NOT_FOUND")
	for what, id := range map[string]string{"album": s.album, "medium": s.media[0].ID, "comment": s.first.ID} {
		err := otto.api.Do(ctx, `query($id: ID!) { node(id: $id) { id } }`, client.Vars{"id": id}, &struct{}{})
		failures = errors.Join(failures, refused("the "+what+" as a node", err, "NOT_FOUND"))
	}
	_, err = otto.say(ctx, s.media[0].ID, "Hello?", "")
	failures = errors.Join(failures, refused("a comment", err, "NOT_FOUND"))
	_, err = otto.like(ctx, s.media[0].ID)
	failures = errors.Join(failures, refused("a like", err, "NOT_FOUND"))
	_, err = s.tickets(ctx, otto, s.extra.request("PUT"))
	failures = errors.Join(failures, refused("an upload", err, "NOT_FOUND"))
	if failures != nil {
		return failures
	}
	s.tell.line("album, medium, comment, comment on it, like, upload: NOT_FOUND")

	if err := otto.follow(ctx, s.album, s.mei.watch.cursor); err != nil {
		return err
	}
	_, err = otto.nextEvent(ctx)
	if err := errors.Join(refused("a subscription", err, "NOT_FOUND"), otto.leave()); err != nil {
		return err
	}
	s.tell.line("a subscription: NOT_FOUND")
	return nil
}

// wrongThing is something that must be refused.
type wrongThing struct {
	what string
	try  func(ctx context.Context, s *story) error
	code string
}

// wrongList is one of each kind: files, words, sign-ins, tokens and URLs.
func wrongList() []wrongThing {
	return []wrongThing{
		{"a text file that says it is a JPEG", textAsJPEG, "MEDIA_UNSUPPORTED"},
		{"a JPEG that was cut off", cutJPEG, "MEDIA_CORRUPT"},
		{"a file whose SHA-256 is another", wrongSum, "UPLOAD_MISMATCH"},
		{"a type that is not accepted", wrongType, "MEDIA_UNSUPPORTED"},
		{"an upload of which no bytes came", nothingSent, "UPLOAD_INCOMPLETE"},
		{"an empty comment", func(ctx context.Context, s *story) error {
			_, err := s.jun.say(ctx, s.media[0].ID, " \n ", "")
			return err
		}, "INVALID_INPUT"},
		{"Mei's name for another account", func(ctx context.Context, s *story) error {
			return s.server(callsElse).Do(ctx, `mutation($input: SignUpInput!) { signUp(input: $input) { session { accessToken } } }`,
				input("name", s.mei.account, "password", password), &struct{}{})
		}, "NAME_TAKEN"},
		{"a wrong password", func(ctx context.Context, s *story) error {
			return s.server(callsElse).Do(ctx, `mutation($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }`,
				input("name", s.mei.account, "password", password+"!"), &struct{}{})
		}, "SIGN_IN_FAILED"},
		{"a forged access token", func(ctx context.Context, s *story) error {
			return s.server(callsElse).As("forged").Do(ctx, `{ me { id } }`, nil, &struct{}{})
		}, "TOKEN_INVALID"},
		{"a forged link", func(ctx context.Context, s *story) error {
			return s.jun.api.Do(ctx, `mutation($input: JoinAlbumInput!) { joinAlbum(input: $input) { membership { role } } }`,
				input("token", strings.Repeat("x", len(s.token))), &struct{}{})
		}, "NOT_FOUND"},
		{"Jun's new title for Mei's album", func(ctx context.Context, s *story) error {
			return s.jun.api.Do(ctx, `mutation($input: UpdateAlbumInput!) { updateAlbum(input: $input) { album { id } } }`,
				input("albumId", s.album, "title", "Mine"), &struct{}{})
		}, "FORBIDDEN"},
	}
}

func wrongThings(ctx context.Context, s *story) error {
	var failures error
	for _, w := range wrongList() {
		err := refused(w.what, w.try(ctx, s), w.code)
		if err == nil {
			s.tell.line("%-40s %s", w.what, w.code)
		}
		failures = errors.Join(failures, err)
	}
	for what, try := range map[string]func(context.Context, *story) error{
		"a file larger than its ticket says":  wrongSize(+1),
		"a file smaller than its ticket says": wrongSize(-1),
		"a URL that was changed":              changedURL,
	} {
		err := try(ctx, s)
		if status := client.Status(err); status < 400 || status > 499 {
			failures = errors.Join(failures, fmt.Errorf("%s was not refused with a status of 4xx: %w", what, err))
			continue
		}
		s.tell.line("%-40s HTTP %d", what, client.Status(err))
	}
	if failures != nil {
		return failures
	}
	p, err := s.mei.readPage(ctx, s.album)
	if err != nil {
		return err
	}
	s.tell.line("nothing of it is on the page")
	return errors.Join(same("the number of media", p.MediaCount, len(s.media)), same("the title", p.Title, s.title))
}

// try sends a file that says what it is not, and finalises it.
func (s *story) try(ctx context.Context, f file, request map[string]any) error {
	tickets, err := s.tickets(ctx, s.jun, request)
	if err != nil {
		return err
	}
	if err := s.jun.api.Send(ctx, tickets[0], f.name, f.content); err != nil {
		return err
	}
	_, err = s.finalize(ctx, s.jun, tickets[0].Media.ID)
	return err
}

func textAsJPEG(ctx context.Context, s *story) error {
	f := file{name: "holiday.jpg", contentType: "image/jpeg", content: bytes.Repeat([]byte("This is no picture.\n"), 100)}
	return s.try(ctx, f, f.request("PUT"))
}

func cutJPEG(ctx context.Context, s *story) error {
	f := s.photos[0]
	f.content = f.content[:100]
	return s.try(ctx, f, f.request("POST"))
}

func wrongSum(ctx context.Context, s *story) error {
	request := s.photos[0].request("PUT")
	request["sha256"] = strings.Repeat("0", 64)
	return s.try(ctx, s.photos[0], request)
}

func wrongType(ctx context.Context, s *story) error {
	f := file{name: "run.html", contentType: "text/html", content: []byte("<script>")}
	return s.try(ctx, f, f.request("PUT"))
}

func nothingSent(ctx context.Context, s *story) error {
	tickets, err := s.tickets(ctx, s.jun, s.photos[0].request("PUT"))
	if err != nil {
		return err
	}
	_, err = s.finalize(ctx, s.jun, tickets[0].Media.ID)
	return err
}

// wrongSize sends more or fewer bytes than the ticket is for.
func wrongSize(by int) func(context.Context, *story) error {
	return func(ctx context.Context, s *story) error {
		request := s.photos[0].request("PUT")
		request["bytes"] = len(s.photos[0].content) - by
		return s.try(ctx, s.photos[0], request)
	}
}

// changedURL fetches a medium by the signature of another.
func changedURL(ctx context.Context, s *story) error {
	url := strings.Replace(s.media[0].URL.URL, s.media[0].ID, s.media[1].ID, 1)
	if url == s.media[0].URL.URL { // the path does not hold the ID: change the signature
		url += "x"
	}
	_, err := s.server(callsElse).Get(ctx, url, 64<<20)
	if client.Status(err) == http.StatusNotFound {
		return errors.New("it was looked up before its signature was checked")
	}
	return err
}
