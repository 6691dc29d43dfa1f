package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// showPage prints the page that Jun sees, and fetches all that it shows.
func showPage(ctx context.Context, s *story) error {
	p, err := s.jun.readPage(ctx, s.album)
	if err != nil {
		return err
	}
	s.tell.line("%s, by %s: %d photos and videos, %d members", p.Title, p.Owner.DisplayName, p.MediaCount, p.MemberCount)
	err = errors.Join(
		same("the number of media", p.MediaCount, len(s.media)),
		same("the media on the page", len(p.Media.Edges), len(s.media)),
		same("the number of members", p.MemberCount, 2),
		same("Jun's role", p.ViewerRole, "CONTRIBUTOR"),
	)
	if err != nil {
		return err
	}
	files := append(append([]file{s.video}, s.photos...), s.extra)
	for _, edge := range p.Media.Edges {
		m := edge.Node
		f, err := byName(files, m.FileName)
		if err != nil {
			return err
		}
		if err := errors.Join(s.showMedium(ctx, m), checkTalk(m, s.talkedAbout().ID), f.check(m)); err != nil {
			return err
		}
	}
	return nil
}

// showMedium prints one medium with its comments and fetches what it shows.
func (s *story) showMedium(ctx context.Context, m medium) error {
	s.tell.line("")
	caption := m.Caption
	if caption != "" {
		caption = "  “" + caption + "”"
	}
	s.tell.line("%s %s by %s%s", strings.ToLower(m.Kind), m.FileName, m.Owner.DisplayName, caption)
	liked := ""
	if m.ViewerHasLiked {
		liked = ", Jun's among them"
	}
	s.tell.line("  %d × %d, %s; %d likes%s; %d comments", m.Width, m.Height, size(m.Bytes), m.LikeCount, liked, m.CommentCount)
	for _, c := range m.Comments.Edges {
		s.tell.line("  %s: %s", c.Node.Author.DisplayName, c.Node.Text)
		for _, r := range c.Node.Replies.Edges {
			s.tell.line("    %s: %s", r.Node.Author.DisplayName, r.Node.Text)
		}
	}
	if m.URL == nil || m.Download == nil {
		return fmt.Errorf("%s has no URL to show or to download", m.FileName)
	}
	s.tell.line("  %s", m.URL.URL)
	return s.fetchPictures(ctx, m)
}

// checkTalk holds a medium's counts against what the page lists, and against
// the story.
func checkTalk(m medium, talkedAbout string) error {
	listed := len(m.Comments.Edges)
	for _, c := range m.Comments.Edges {
		listed += len(c.Node.Replies.Edges)
	}
	err := same(m.FileName+": comments", m.CommentCount, listed)
	if m.ID == talkedAbout {
		err = errors.Join(err, same("likes", m.LikeCount, 2), same("comments", listed, 2), same("viewerHasLiked", m.ViewerHasLiked, true))
	}
	return err
}

// downloadOriginal fetches the largest file by its download URL and holds it
// against the one on disk.
func downloadOriginal(ctx context.Context, s *story) error {
	largest := s.photos[0]
	for _, f := range s.photos {
		if len(f.content) > len(largest.content) {
			largest = f
		}
	}
	p, err := s.jun.readPage(ctx, s.album)
	if err != nil {
		return err
	}
	for _, edge := range p.Media.Edges {
		m := edge.Node
		if m.FileName != largest.name || m.Download == nil {
			continue
		}
		s.tell.line("%s", m.Download.URL)
		began := time.Now()
		got, err := s.jun.api.Get(ctx, m.Download.URL, m.Bytes)
		if err != nil {
			return err
		}
		took := took(began)
		want, err := os.ReadFile(largest.path)
		if err != nil {
			return err
		}
		if !bytes.Equal(got.Content, want) {
			return fmt.Errorf("%d bytes came that are not those of %s", len(got.Content), largest.path)
		}
		s.tell.line("%d bytes in %s, the same as %s", len(got.Content), took, largest.path)
		s.tell.line("Content-Disposition: %s", got.Disposition)
		if !strings.HasPrefix(got.Disposition, "attachment") || !strings.Contains(got.Disposition, largest.name) {
			return errors.New("it is not sent as a file of its name")
		}
		return nil
	}
	return fmt.Errorf("%s is not on the page, or has no download URL", largest.name)
}
