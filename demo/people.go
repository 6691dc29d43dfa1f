package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keepsake/internal/client"
)

func meiBegins(ctx context.Context, s *story) (err error) {
	if s.mei, err = s.signUp(ctx, callsMei, "Mei"); err != nil {
		return err
	}
	s.title = "A summer in eight cameras"
	data, err := client.Ask[struct {
		CreateAlbum struct {
			Album page `json:"album"`
		} `json:"createAlbum"`
	}](ctx, s.mei.api, `mutation($input: CreateAlbumInput!) {
		createAlbum(input: $input) { album { id title viewerRole viewerActions cursor memberCount } }
	}`, input("title", s.title, "description", "Made by make demo."))
	if err != nil {
		return err
	}
	album := data.CreateAlbum.Album
	s.album = album.ID
	s.tell.line("%q is %s; as its %s Mei may do %d things in it", album.Title, album.ID, album.ViewerRole, len(album.ViewerActions))
	return errors.Join(
		same("the title", album.Title, s.title),
		same("Mei's role", album.ViewerRole, "OWNER"),
		same("the number of members", album.MemberCount, 1),
	)
}

func meiShares(ctx context.Context, s *story) error {
	data, err := client.Ask[struct {
		CreateShare struct {
			Token string `json:"token"`
			Share struct {
				JoinRole string `json:"joinRole"`
			} `json:"share"`
		} `json:"createShare"`
	}](ctx, s.mei.api, `mutation($input: CreateShareInput!) {
		createShare(input: $input) { token share { joinRole } }
	}`, input("albumId", s.album, "joinRole", "CONTRIBUTOR"))
	if err != nil {
		return err
	}
	s.token = data.CreateShare.Token
	s.tell.line("its secret is %s", s.token)
	return same("the role to join in", data.CreateShare.Share.JoinRole, "CONTRIBUTOR")
}

// anonymousLooks opens the link as who has no account: to see, and no more.
func anonymousLooks(ctx context.Context, s *story) error {
	nobody := s.server(callsElse)
	data, err := client.Ask[struct {
		OpenShare struct {
			AccessToken string `json:"accessToken"`
			Album       page   `json:"album"`
		} `json:"openShare"`
	}](ctx, nobody, pageFields+` mutation($input: OpenShareInput!) {
		openShare(input: $input) { accessToken album { ...page } }
	}`, input("token", s.token))
	if err != nil {
		return err
	}
	album := data.OpenShare.Album
	s.tell.line("sees %q by %s with %d photos and videos", album.Title, album.Owner.DisplayName, album.MediaCount)
	err = errors.Join(
		same("the title", album.Title, s.title),
		same("the owner", album.Owner.ID, s.mei.id),
		same("the number of media", album.MediaCount, len(s.media)),
		same("the media on the page", len(album.Media.Edges), len(s.media)),
		same("the visitor's role", album.ViewerRole, ""),
	)
	if err != nil {
		return err
	}
	newest := album.Media.Edges[0].Node
	if newest.URL == nil || newest.Download != nil {
		return errors.New("a visitor of this link should see media, but not fetch originals as files")
	}
	shown, err := nobody.Get(ctx, newest.URL.URL, newest.Bytes)
	if err != nil {
		return err
	}
	s.tell.line("fetches %s: %s, %s", newest.FileName, shown.ContentType, size(int64(len(shown.Content))))

	visitor := nobody.As(data.OpenShare.AccessToken)
	err = visitor.Do(ctx, `mutation($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }`,
		input("mediaId", newest.ID, "text", "Am I here?"), &struct{}{})
	if err := refused("a visitor's comment", err, "UNAUTHENTICATED", "FORBIDDEN"); err != nil {
		return err
	}
	s.tell.line("may %v, and is refused a comment: %s", album.ViewerActions, client.Code(err))
	if !slices.Equal(album.ViewerActions, []string{"VIEW"}) {
		return fmt.Errorf("a visitor may %v", album.ViewerActions)
	}
	return nil
}

func junJoins(ctx context.Context, s *story) (err error) {
	if s.jun, err = s.signUp(ctx, callsJun, "Jun"); err != nil {
		return err
	}
	if _, err := s.jun.readPage(ctx, s.album); client.Code(err) != "NOT_FOUND" {
		return refused("Jun's look at the album before joining", err, "NOT_FOUND")
	}
	s.tell.line("the album is NOT_FOUND yet")
	acted := time.Now()
	data, err := client.Ask[struct {
		JoinAlbum struct {
			Membership struct {
				Role  string `json:"role"`
				Album page   `json:"album"`
			} `json:"membership"`
		} `json:"joinAlbum"`
	}](ctx, s.jun.api, `mutation($input: JoinAlbumInput!) {
		joinAlbum(input: $input) { membership { role album { id memberCount } } }
	}`, input("token", s.token))
	if err != nil {
		return err
	}
	joined := data.JoinAlbum.Membership
	s.tell.line("Jun is a %s, one of %d members", joined.Role, joined.Album.MemberCount)
	err = errors.Join(
		same("Jun's role", joined.Role, "CONTRIBUTOR"),
		same("the album", joined.Album.ID, s.album),
		same("the number of members", joined.Album.MemberCount, 2),
	)
	if err != nil {
		return err
	}
	return s.sees(ctx, acted, s.mei, func(e event) error {
		if e.User == nil || e.Membership == nil {
			return errors.New("the event does not say who joined, or as what")
		}
		return errors.Join(
			same("kind", e.Kind, "MEMBER_JOINED"),
			same("user", e.User.ID, s.jun.id),
			same("role", e.Membership.Role, "CONTRIBUTOR"),
		)
	})
}

// readPage reads the album's page as somebody.
func (p *person) readPage(ctx context.Context, albumID string) (page, error) {
	data, err := client.Ask[struct {
		Album page `json:"album"`
	}](ctx, p.api, pageFields+` query($id: ID!) { album(id: $id) { ...page } }`, client.Vars{"id": albumID})
	return data.Album, err
}
