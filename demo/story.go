package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"keepsake/internal/client"
	"keepsake/internal/launch"
)

// story is what the steps know and hand on.
type story struct {
	urls     []string // of the nodes, one or more, once the first step is done
	photoDir string
	tell     teller

	own *launch.Server // that we started, or nil
	dir string         // for the video, our server and its data
	log *os.File       // of our server

	photos []file // the owner's
	video  file
	extra  file // the guest's photograph

	mei, jun *person // owner and guest
	album    string  // its ID
	title    string
	media    []medium // as they were uploaded
	token    string   // of the share link
	first    comment  // the guest's
}

// caller is somebody who calls a server.
type caller int

// In the order in which they take the servers that there are.
const (
	callsMei caller = iota
	callsJun
	callsElse // whoever else comes, with an account or without
)

// server is a client of the server that somebody calls, as nobody.
func (s *story) server(who caller) *client.Client {
	return client.New(s.urls[int(who)%len(s.urls)], nil)
}

// steps is the story, in order.
func steps() []step {
	return []step{
		{"A server answers", findServer},
		{"Photographs and a video are at hand", findFiles},
		{"Mei signs up and makes an album", meiBegins},
		{"Mei uploads her photographs", meiUploadsPhotos},
		{"Mei uploads her video", meiUploadsVideo},
		{"Mei makes a link by which others may join and add", meiShares},
		{"Somebody without an account opens the link and sees the page", anonymousLooks},
		{"Mei watches the album", meiWatches},
		{"Jun signs up and joins by the link", junJoins},
		{"Jun watches the album, too", junWatches},
		{"Jun comments", junComments},
		{"Jun likes it", junLikes},
		{"Mei answers and likes it, too", meiAnswers},
		{"Jun adds a photograph", junAdds},
		{"Jun loses the connection, misses some, and comes back for exactly that", junResumes},
		{"A stranger finds nothing", strangerLooks},
		{"What is wrong is refused", wrongThings},
		{"The page of the album, with addresses that work", showPage},
		{"The video can be played everywhere", playVideo},
		{"An original comes back byte for byte", downloadOriginal},
		{"The whole album comes as a ZIP file", downloadAlbum},
		{"All is closed in order", closeAll},
	}
}

// person is somebody with an account.
type person struct {
	name    string // as others see it
	account string
	id      string
	api     *client.Client
	watch   *watch // nil while not watching
}

// password is that of all people here.
const password = "correct horse battery"

// signUp makes an account under a name that is free.
func (s *story) signUp(ctx context.Context, who caller, name string) (*person, error) {
	server := s.server(who)
	p := &person{name: name, account: strings.ToLower(name) + "-" + strings.ToLower(rand.Text()[:8])}
	data, err := client.Ask[struct {
		SignUp struct {
			Session struct {
				AccessToken string `json:"accessToken"`
				User        struct {
					ID          string `json:"id"`
					DisplayName string `json:"displayName"`
					AccountName string `json:"accountName"`
				} `json:"user"`
			} `json:"session"`
		} `json:"signUp"`
	}](ctx, server, `mutation($input: SignUpInput!) {
		signUp(input: $input) { session { accessToken user { id displayName accountName } } }
	}`, input("name", p.account, "password", password, "displayName", name))
	if err != nil {
		return nil, err
	}
	session := data.SignUp.Session
	p.id, p.api = session.User.ID, server.As(session.AccessToken)
	s.tell.line("%s is %s, account %s, password %q", name, p.id, p.account, password)
	return p, errors.Join(
		same("the display name", session.User.DisplayName, name),
		same("the account name", session.User.AccountName, p.account),
	)
}

// input makes the variables of a mutation with one input, from names and values.
func input(pairs ...any) client.Vars {
	in := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		in[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return client.Vars{"input": in}
}

// refused is an error unless err has one of the codes.
func refused(what string, err error, codes ...string) error {
	for _, code := range codes {
		if client.Code(err) == code {
			return nil
		}
	}
	if err == nil {
		return fmt.Errorf("%s was not refused; %s was expected", what, strings.Join(codes, " or "))
	}
	return fmt.Errorf("%s was not refused with %s: %w", what, strings.Join(codes, " or "), err)
}
