// Package plantest is the feed page from memory: resolvers that only hand out what
// they hold, and may be told to fail. It is for tests of what executing costs and of
// whether it is right.
package plantest

import (
	"errors"
	"fmt"
	"time"

	"keepsake/album"
	"keepsake/graph/model"
)

// Document asks for the page, as bench/run does.
const Document = `query Page($id: ID!) {
  album(id: $id) {
    id title
    media(first: 20) {
      edges { node {
        id kind width height caption takenAt addedAt
        owner { ...person }
        likeCount viewerHasLiked commentCount
        comments(first: 3) { edges { node { id text createdAt author { ...person } } } }
        url(size: ORIGINAL) { url expiresAt }
        download { url expiresAt }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment person on User { id displayName avatarUrl }`

// Fault is what a resolver does in the place of answering.
type Fault int

// The faults.
const (
	None Fault = iota
	Failing
	Panicking
	Missing // nil, or the zero value
)

// Page holds an album with its newest media.
type Page struct {
	// Fault is asked for each thing before it is handed out; nil is None.
	Fault func(field, id string) Fault

	album *album.Album
	media *model.MediaConnection
	below map[album.MediaID]*Below
	users map[album.UserID]*album.User
}

// Below is what stands below a medium.
type Below struct {
	Comments      *model.CommentConnection
	URL, Download *model.SignedURL
}

// errFailing is of a resolver that was told to fail.
var errFailing = album.Errorf(album.CodeForbidden, "not for you")

// Dates of everything, for equal pages.
var then = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// NewPage returns a page of n media with three comments each.
func NewPage(n int) *Page {
	p := &Page{
		album: &album.Album{ID: "alb_1", OwnerID: "usr_0", Title: "A summer in eight cameras", CreatedAt: then},
		below: map[album.MediaID]*Below{}, users: map[album.UserID]*album.User{},
	}
	for i := range 7 {
		id := album.UserID(fmt.Sprintf("usr_%d", i))
		p.users[id] = &album.User{ID: id, DisplayName: fmt.Sprintf("梅 %d", i), AvatarURL: "https://wx.qlogo.cn/mmopen/" + string(id)}
	}
	p.media = &model.MediaConnection{PageInfo: &model.PageInfo{HasNextPage: true}}
	for i := range n {
		m := &album.Media{
			ID: album.MediaID(fmt.Sprintf("med_%026d", i)), AlbumID: p.album.ID, OwnerID: album.UserID(fmt.Sprintf("usr_%d", i%7)),
			Kind: album.Photo, Status: album.Ready, Width: 4032, Height: 3024, Caption: "Masts \"against\" the sky\n", TakenAt: then, AddedAt: then,
			LikeCount: i, CommentCount: 3,
		}
		below := &Below{Comments: &model.CommentConnection{PageInfo: &model.PageInfo{}}, URL: address("/media/" + string(m.ID)), Download: address("/media/" + string(m.ID) + "/original")}
		for j := range 3 {
			below.Comments.Edges = append(below.Comments.Edges, &model.CommentEdge{Node: &album.Comment{
				ID: album.CommentID(fmt.Sprintf("cmt_%024d%02d", i, j)), MediaID: m.ID, AuthorID: album.UserID(fmt.Sprintf("usr_%d", (i+j)%7)),
				Text: "I remember this morning 🌅", CreatedAt: then,
			}})
		}
		p.below[m.ID] = below
		p.media.Edges = append(p.media.Edges, &model.MediaEdge{Node: m})
	}
	cursor := album.Cursor("bWVkXzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDE5")
	p.media.PageInfo.EndCursor = &cursor
	return p
}

func address(path string) *model.SignedURL {
	return &model.SignedURL{
		URL: "https://album.example" + path + "?e=1764061200&t=image%2Fjpeg&s=K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols", ExpiresAt: then.Add(time.Hour),
	}
}

// give hands something out, unless it is to fail.
func give[T any](p *Page, field, id string, v T) (T, error) {
	if p.Fault == nil {
		return v, nil
	}
	var zero T
	switch p.Fault(field, id) {
	case Failing:
		return zero, errFailing
	case Panicking:
		panic(errors.New("told to"))
	case Missing:
		return zero, nil
	default:
		return v, nil
	}
}

// All is the album and the media on its page.
func (p *Page) All() (*album.Album, *model.MediaConnection) { return p.album, p.media }

// Below is what stands below a medium.
func (p *Page) Below(m *album.Media) *Below { return p.below[m.ID] }

// Person is a user.
func (p *Page) Person(id album.UserID) *album.User { return p.users[id] }
