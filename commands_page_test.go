package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
)

// pageCommands is what the page of an album costs on MongoDB: the album, the
// viewer's place in it, media, owners, likes of the viewer's own, comments,
// their authors.
const pageCommands = 7

// TestCommandsOfThePage: what the page of an album costs in commands on MongoDB
// depends neither on how many media it shows nor on what hangs on them.
func TestCommandsOfThePage(t *testing.T) {
	t.Parallel()
	var sent statements
	mongo := mongoserver.Start(t)
	s := startServer(t, setup{options: options{onStatement: sent.add}, env: []string{
		"MONGODB_URI=" + strings.Replace(mongo.URI, "/?", "/"+mongo.NewDatabase(t)+"?", 1),
	}})
	people := make([]person, 12)
	for i := range people {
		people[i] = s.user(t, fmt.Sprint("person ", i))
	}
	few, many := s.pageAlbum(t, people[:2], 20), s.pageAlbum(t, people, 20)
	full := s.pageAlbum(t, people[:3], album.MaxPageSize)
	for name, c := range map[string]struct {
		of              album.AlbumID
		media, comments int // asked for
		rows            int // comments that come
	}{
		"few likes, comments and members": {few, 20, 3, 20 * 1},
		"many":                            {many, 20, 3, 20 * 3},
		"the largest page":                {full, album.MaxPageSize, 2, album.MaxPageSize * 2},
	} {
		least := sent.fewest(func() {
			a := s.want(t, people[0].token, `query($id:ID!,$media:Int!,$comments:Int!){album(id:$id){id title media(first:$media){
				edges{node{id kind caption takenAt addedAt owner{id displayName avatarUrl} likeCount viewerHasLiked commentCount
					comments(first:$comments){edges{node{id text createdAt author{id displayName avatarUrl}}}}
					url{url expiresAt} download{url expiresAt}
				}} pageInfo{hasNextPage endCursor}
			}}}`, "id", c.of, "media", c.media, "comments", c.comments)
			media, rows := strings.Count(a.body, `"likeCount"`), strings.Count(a.body, `"text"`)
			if media != c.media || rows != c.rows {
				t.Errorf("%s: %d media and %d comments, want %d and %d", name, media, rows, c.media, c.rows)
			}
		})
		if len(least) != pageCommands {
			t.Errorf("%s: %d commands, want %d: %q", name, len(least), pageCommands, least)
		}
	}
}

// pageAlbum makes an album of n media of the first of some people. The others
// are its members, and each likes and comments on each.
func (s *server) pageAlbum(t *testing.T, people []person, n int) album.AlbumID {
	t.Helper()
	owner, others := people[0].id, people[1:]
	id := s.album(t, owner, album.Private, album.DefaultSettings())
	for _, p := range others {
		s.member(t, id, p.id, album.Contributor)
	}
	var wg sync.WaitGroup
	for range n / 10 {
		for range 10 {
			wg.Go(func() {
				m := s.photo(t, id, owner)
				for _, p := range others {
					_, _, err := s.store.AddComment(t.Context(), album.Comment{
						ID: s.service.IDs.Comment(), MediaID: m, AuthorID: p.id, Text: "a text", CreatedAt: time.Now(),
					})
					must(t, err)
					_, _, err = s.store.SetLike(t.Context(), album.Like{MediaID: m, UserID: p.id, At: time.Now()}, true)
					must(t, err)
				}
			})
		}
		wg.Wait()
	}
	return id
}
