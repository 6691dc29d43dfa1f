package crashtest

import (
	"context"
	"fmt"

	"keepsake/album"
	"keepsake/internal/client"
)

// state is all of the album as it is read back.
type state struct {
	cursor      album.Cursor
	mediaCount  int
	memberCount int
	media       map[string]*mediumState
	members     map[string]bool // by user
}

type mediumState struct {
	status       string
	content      []byte
	likeCount    int
	likers       map[string]bool
	commentCount int
	comments     []commentState // with the replies
}

type commentState struct{ id, text string }

// The most that a page holds; more than one page is read where there may be more.
const pageSize = 100

type pageInfo struct {
	HasNextPage bool
	EndCursor   *string
}

type commentList struct {
	Edges []struct {
		Node struct {
			ID, Text string
			Replies  struct {
				Edges    []struct{ Node commentNode }
				PageInfo pageInfo
			}
		}
	}
	PageInfo pageInfo
}

type commentNode struct{ ID, Text string }

type mediumNode struct {
	ID, Status   string
	Bytes        int64
	LikeCount    int
	CommentCount int
	URL          *struct{ URL string }
	Likes        struct {
		Edges []struct {
			Node struct{ User struct{ ID string } }
		}
		PageInfo pageInfo
	}
	Comments commentList
}

// readState reads the album with everything in it, and fetches every medium.
func readState(ctx context.Context, api *client.Client, albumID album.AlbumID) (*state, error) {
	s := &state{media: map[string]*mediumState{}, members: map[string]bool{}}
	if err := s.readMedia(ctx, api, albumID); err != nil {
		return nil, fmt.Errorf("read media: %w", err)
	}
	if err := s.readMembers(ctx, api, albumID); err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return s, nil
}

func (s *state) readMedia(ctx context.Context, api *client.Client, albumID album.AlbumID) error {
	for after := (*string)(nil); ; {
		data, err := client.Ask[struct {
			Album struct {
				Cursor                  album.Cursor
				MediaCount, MemberCount int
				Media                   struct {
					Edges    []struct{ Node mediumNode }
					PageInfo pageInfo
				}
			}
		}](ctx, api, `query($a: ID!, $n: Int!, $after: Cursor) { album(id: $a) {
			cursor mediaCount memberCount
			media(first: 20, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
				id status bytes likeCount commentCount url(size: ORIGINAL) { url }
				likes(first: $n) { pageInfo { hasNextPage } edges { node { user { id } } } }
				comments(first: $n) { pageInfo { hasNextPage } edges { node {
					id text replies(first: 10) { pageInfo { hasNextPage } edges { node { id text } } }
				} } }
			} } }
		} }`, client.Vars{"a": albumID, "n": pageSize, "after": after})
		if err != nil {
			return err
		}
		a := data.Album
		s.cursor, s.mediaCount, s.memberCount = a.Cursor, a.MediaCount, a.MemberCount
		for _, edge := range a.Media.Edges {
			if s.media[edge.Node.ID] != nil {
				return fmt.Errorf("medium %s is listed twice", edge.Node.ID)
			}
			if s.media[edge.Node.ID], err = edge.Node.read(ctx, api); err != nil {
				return fmt.Errorf("medium %s: %w", edge.Node.ID, err)
			}
		}
		if !a.Media.PageInfo.HasNextPage {
			return nil
		}
		after = a.Media.PageInfo.EndCursor
	}
}

func (n *mediumNode) read(ctx context.Context, api *client.Client) (*mediumState, error) {
	m := &mediumState{status: n.Status, likeCount: n.LikeCount, commentCount: n.CommentCount, likers: map[string]bool{}}
	whole := !n.Likes.PageInfo.HasNextPage && !n.Comments.PageInfo.HasNextPage
	for _, l := range n.Likes.Edges {
		m.likers[l.Node.User.ID] = true
	}
	for _, c := range n.Comments.Edges {
		m.comments = append(m.comments, commentState{c.Node.ID, c.Node.Text})
		whole = whole && !c.Node.Replies.PageInfo.HasNextPage
		for _, r := range c.Node.Replies.Edges {
			m.comments = append(m.comments, commentState{r.Node.ID, r.Node.Text})
		}
	}
	switch {
	case !whole:
		return nil, fmt.Errorf("more than %d of something: the test must read further pages", pageSize)
	case n.URL == nil:
		return m, nil
	}
	file, err := api.Get(ctx, n.URL.URL, n.Bytes)
	if err != nil {
		return nil, err
	}
	m.content = file.Content
	return m, nil
}

func (s *state) readMembers(ctx context.Context, api *client.Client, albumID album.AlbumID) error {
	for after := (*string)(nil); ; {
		data, err := client.Ask[struct {
			Album struct {
				Members struct {
					Edges []struct {
						Node struct{ User struct{ ID string } }
					}
					PageInfo pageInfo
				}
			}
		}](ctx, api, `query($a: ID!, $after: Cursor) { album(id: $a) {
			members(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { user { id } } } }
		} }`, client.Vars{"a": albumID, "after": after})
		if err != nil {
			return err
		}
		members := data.Album.Members
		for _, edge := range members.Edges {
			if s.members[edge.Node.User.ID] {
				return fmt.Errorf("member %s is listed twice", edge.Node.User.ID)
			}
			s.members[edge.Node.User.ID] = true
		}
		if !members.PageInfo.HasNextPage {
			return nil
		}
		after = members.PageInfo.EndCursor
	}
}

// readLog reads the log from a cursor to another, over a subscription.
func readLog(ctx context.Context, api *client.Client, albumID album.AlbumID, from, to album.Cursor) (log []entry, err error) {
	last, err := album.ParseLogCursor(albumID, to)
	if err != nil {
		return nil, err
	}
	w, err := watch(ctx, api, albumID, from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.socket.Close() }() // all was read
	for len(log) == 0 || log[len(log)-1].seq < last {
		e, _, err := w.next(ctx)
		if err != nil {
			return log, err
		}
		log = append(log, e)
	}
	return log, nil
}
