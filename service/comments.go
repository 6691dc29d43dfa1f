package service

import (
	"context"

	"keepsake/album"
)

// AddComment comments on a medium, or answers a comment on it where parent is set.
func (s *Service) AddComment(
	ctx context.Context, v album.Identified, id album.MediaID, parent album.CommentID, text string,
) (*album.Comment, error) {
	if _, err := s.shown(ctx, v, id, album.AddComment); err != nil {
		return nil, err
	}
	text, err := album.Text("text", text, 1, album.MaxCommentLength)
	if err != nil {
		return nil, err
	}
	c, entry, err := s.Store.AddComment(ctx, album.Comment{
		ID: s.ids(ctx).Comment(), MediaID: id, AuthorID: v.UserID, ParentID: parent, Text: text, CreatedAt: s.now(),
	})
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return c, nil
}

// EditComment replaces the text of a comment, by its author or an editor.
func (s *Service) EditComment(ctx context.Context, v album.Identified, id album.CommentID, text string) (*album.Comment, error) {
	if err := s.editableComment(ctx, v, id); err != nil {
		return nil, err
	}
	text, err := album.Text("text", text, 1, album.MaxCommentLength)
	if err != nil {
		return nil, err
	}
	c, entry, err := s.Store.EditComment(ctx, id, text, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return c, nil
}

// RemoveComment removes a comment, by its author or an editor. Its replies stay.
func (s *Service) RemoveComment(ctx context.Context, v album.Identified, id album.CommentID) (*album.Comment, error) {
	if err := s.editableComment(ctx, v, id); err != nil {
		return nil, err
	}
	c, entry, err := s.Store.RemoveComment(ctx, id, s.change(v))
	if err != nil {
		return nil, err
	}
	s.Hub.PublishEntries(ctx, entry)
	return c, nil
}

func (s *Service) editableComment(ctx context.Context, v album.Identified, id album.CommentID) error {
	c, err := s.Comment(ctx, v, id)
	if err != nil {
		return err
	}
	if _, err := s.shown(ctx, v, c.MediaID, album.View); err != nil {
		return err
	}
	access, err := s.access(ctx, v, c.AlbumID, album.View)
	switch {
	case err != nil:
		return err
	case access.CanEditComment(c):
		return nil
	case !v.SignedIn():
		return album.ErrUnauthenticated
	}
	return album.ErrForbidden
}

// Comment returns one comment on a medium that the viewer may see.
func (s *Service) Comment(ctx context.Context, v album.Identified, id album.CommentID) (*album.Comment, error) {
	if _, err := album.ParseCommentID(string(id)); err != nil {
		return nil, err
	}
	found, err := s.VisibleComments(ctx, v, []album.CommentID{id})
	if err != nil {
		return nil, err
	}
	if found[id] == nil {
		return nil, album.ErrNotFound
	}
	return found[id], nil
}

// VisibleComments returns those of ids on media that the viewer may see, in at
// most five statements.
func (s *Service) VisibleComments(
	ctx context.Context, v album.Identified, ids []album.CommentID,
) (map[album.CommentID]*album.Comment, error) {
	found, err := s.Store.CommentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	media := make([]album.MediaID, 0, len(found))
	for _, c := range found {
		media = append(media, c.MediaID)
	}
	if len(found) < len(ids) {
		media = append(media, noMedium)
	}
	visible, err := s.VisibleMedia(ctx, v, media)
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		if visible[c.MediaID] == nil {
			delete(found, id)
		}
	}
	return found, nil
}

// CommentsOf lists the comments on each of those media, in one statement. The
// caller has seen that the viewer may see the media.
func (s *Service) CommentsOf(
	ctx context.Context, ids []album.MediaID, p PageArgs,
) (map[album.MediaID]album.Page[*album.Comment], error) {
	return pages(ctx, ids, p, album.ListComments, s.Store.CommentsOf, commentPosition)
}

// RepliesOf lists the replies in each of those threads, in one statement. The
// caller has seen that the viewer may see the comments.
func (s *Service) RepliesOf(
	ctx context.Context, ids []album.CommentID, p PageArgs,
) (map[album.CommentID]album.Page[*album.Comment], error) {
	return pages(ctx, ids, p, album.ListReplies, s.Store.RepliesOf, commentPosition)
}

func commentPosition(c *album.Comment) album.Position {
	return album.Position{Key: c.CreatedAt.UnixMilli(), ID: string(c.ID)}
}
