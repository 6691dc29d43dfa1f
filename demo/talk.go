package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keepsake/internal/client"
)

// say comments on a medium; parent is empty but for a reply.
func (p *person) say(ctx context.Context, mediaID, text, parent string) (comment, error) {
	vars := input("mediaId", mediaID, "text", text)
	if parent != "" {
		vars = input("mediaId", mediaID, "text", text, "parentId", parent)
	}
	data, err := client.Ask[struct {
		AddComment struct {
			Comment comment `json:"comment"`
		} `json:"addComment"`
	}](ctx, p.api, `mutation($input: AddCommentInput!) { addComment(input: $input) {
		comment { id text author { id } parent { id } media { id commentCount } }
	} }`, vars)
	return data.AddComment.Comment, err
}

// like likes a medium.
func (p *person) like(ctx context.Context, mediaID string) (likes, error) {
	data, err := client.Ask[struct {
		LikeMedia struct {
			Likes likes  `json:"likes"`
			Media medium `json:"media"`
		} `json:"likeMedia"`
	}](ctx, p.api, `mutation($input: LikeMediaInput!) { likeMedia(input: $input) {
		likes { mediaId count version } media { viewerHasLiked }
	} }`, input("mediaId", mediaID))
	if err == nil && !data.LikeMedia.Media.ViewerHasLiked {
		err = errors.New("viewerHasLiked is false after a like")
	}
	return data.LikeMedia.Likes, err
}

// isComment checks that an event tells of a comment and of how many there are now.
func isComment(e event, c comment, count int) error {
	if e.Comment == nil || e.Actor == nil {
		return errors.New("the event has no comment, or no actor")
	}
	parent, wantParent := "", ""
	if e.Comment.Parent != nil {
		parent = e.Comment.Parent.ID
	}
	if c.Parent != nil {
		wantParent = c.Parent.ID
	}
	return errors.Join(
		same("kind", e.Kind, "COMMENT_ADDED"),
		same("comment", e.CommentID, c.ID),
		same("text", e.Comment.Text, c.Text),
		same("medium", e.MediaID, c.Media.ID),
		same("author", e.Comment.Author.ID, c.Author.ID),
		same("actor", e.Actor.ID, c.Author.ID),
		same("parent", parent, wantParent),
		same("comment count", e.Comment.Media.CommentCount, count),
	)
}

// talkedAbout is the medium that they comment on.
func (s *story) talkedAbout() medium { return s.media[0] }

func junComments(ctx context.Context, s *story) (err error) {
	acted := time.Now()
	s.first, err = s.jun.say(ctx, s.talkedAbout().ID, "I remember this morning 🌅", "")
	if err != nil {
		return err
	}
	s.tell.line("on %s: %q", s.talkedAbout().FileName, s.first.Text)
	return s.bothSee(ctx, acted, func(e event) error { return isComment(e, s.first, 1) })
}

func junLikes(ctx context.Context, s *story) error {
	acted := time.Now()
	now, err := s.jun.like(ctx, s.talkedAbout().ID)
	if err != nil {
		return err
	}
	if err := s.bothSeeLikes(ctx, acted, now); err != nil {
		return err
	}
	again, err := s.jun.like(ctx, s.talkedAbout().ID)
	s.tell.line("liking it again changes nothing")
	return errors.Join(err, same("the count", now.Count, 1), same("likes after the second", again, now))
}

func meiAnswers(ctx context.Context, s *story) error {
	acted := time.Now()
	reply, err := s.mei.say(ctx, s.talkedAbout().ID, "You were asleep.", s.first.ID)
	if err != nil {
		return err
	}
	s.tell.line("%q", reply.Text)
	if reply.Parent == nil {
		return errors.New("the reply has no parent")
	}
	err = s.bothSee(ctx, acted, func(e event) error { return isComment(e, reply, 2) })
	if err != nil {
		return err
	}
	acted = time.Now()
	now, err := s.mei.like(ctx, s.talkedAbout().ID)
	if err != nil {
		return err
	}
	return errors.Join(s.bothSeeLikes(ctx, acted, now), same("the count", now.Count, 2))
}

func junAdds(ctx context.Context, s *story) error {
	tickets, err := s.tickets(ctx, s.jun, s.extra.request("POST"))
	if err != nil {
		return err
	}
	acted := time.Now()
	m, err := s.upload(ctx, s.jun, tickets[0], s.extra)
	if err != nil {
		return err
	}
	s.media = append(s.media, m)
	return s.bothSee(ctx, acted, func(e event) error {
		if e.Media == nil {
			return errors.New("the event has no medium")
		}
		return errors.Join(
			same("kind", e.Kind, "MEDIA_ADDED"),
			same("medium", e.MediaID, m.ID),
			same("owner", e.Media.Owner.ID, s.jun.id),
			s.extra.check(*e.Media),
		)
	})
}

// junResumes shows that who was away gets what they missed, each once, and then
// what happens from now on.
func junResumes(ctx context.Context, s *story) error {
	cursor := s.jun.watch.cursor
	if err := s.jun.leave(); err != nil {
		return err
	}
	s.tell.line("Jun is away")
	about := s.media[len(s.media)-1]
	var said []comment
	for i, text := range []string{"Where is this, Jun?", "Never mind, I see it."} {
		acted := time.Now()
		c, err := s.mei.say(ctx, about.ID, text, "")
		if err != nil {
			return err
		}
		err = s.sees(ctx, acted, s.mei, func(e event) error { return isComment(e, c, i+1) })
		if err != nil {
			return err
		}
		said = append(said, c)
	}
	caption, acted := "Masts against the sky", time.Now()
	err := s.mei.api.Do(ctx, `mutation($input: EditMediaInput!) { editMedia(input: $input) { media { id } } }`,
		input("mediaId", about.ID, "caption", caption), &struct{}{})
	if err != nil {
		return err
	}
	edited := func(e event) error {
		if e.Media == nil {
			return errors.New("the event has no medium")
		}
		return errors.Join(same("kind", e.Kind, "MEDIA_EDITED"), same("medium", e.MediaID, about.ID), same("caption", e.Media.Caption, caption))
	}
	if err := s.sees(ctx, acted, s.mei, edited); err != nil {
		return err
	}

	came := time.Now()
	if err := s.jun.follow(ctx, s.album, cursor); err != nil {
		return err
	}
	s.tell.line("Jun is back, after the last cursor")
	// An event shows the present, so the first comment comes with the count of both.
	for _, c := range said {
		if err := s.sees(ctx, came, s.jun, func(e event) error { return isComment(e, c, len(said)) }); err != nil {
			return err
		}
	}
	if err := s.sees(ctx, came, s.jun, edited); err != nil {
		return err
	}
	// The next one is new, so those three were all.
	acted = time.Now()
	marker, err := s.jun.say(ctx, about.ID, "I am back.", "")
	if err != nil {
		return err
	}
	if err := s.bothSee(ctx, acted, func(e event) error { return isComment(e, marker, len(said)+1) }); err != nil {
		return fmt.Errorf("after the missed ones: %w", err)
	}
	return nil
}
