package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
)

// statements collects the SQL that a server runs.
type statements struct {
	mu   sync.Mutex
	list []string
}

func (s *statements) add(query string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, query)
}

// take returns those since it was last called.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	return list
}

// fewest runs something some times and returns the least that it took: now and
// then a session is looked up again, or a hub makes sure of its place.
func (s *statements) fewest(do func()) (least []string) {
	for i := range 3 {
		s.take()
		do()
		if list := s.take(); i == 0 || len(list) < len(least) {
			least = list
		}
	}
	return least
}

// albumPage asks for the first $n media of an album.
const albumPage = `query($n:Int!){album(id:$album$){media(first:$n){edges{node{
	id caption owner{displayName} likeCount viewerHasLiked commentCount url{url} download{url}
	comments(first:3){edges{node{text author{displayName}}}}
}}}}}`

// TestStatements: what a page costs in statements does not grow with its rows.
// The numbers are part of the table so that whoever makes them grow sees it.
func TestStatements(t *testing.T) {
	t.Parallel()
	var sql statements
	s := startServer(t, setup{options: options{onStatement: sql.add}, env: []string{"KEEPSAKE_CACHE=0"}})
	l := newLibrary(t, s)

	for _, c := range []struct {
		name, document string
		statements     int
	}{
		{"album page", albumPage, 7},
		{"my albums", `query($n:Int!){me{albums(first:$n){edges{node{
			title viewerRole viewerActions owner{displayName} cover{url{url} owner{displayName}} media(first:4){edges{node{url{url} viewerHasLiked}}}
		}}}}}`, 9},
		{"feed", `query($n:Int!){feed(first:$n){edges{node{
			... on Media{url{url} owner{displayName} album{title} viewerHasLiked likeCount comments(first:3){edges{node{text author{displayName}}}}}
			... on Comment{text author{displayName} media{url{url} viewerHasLiked album{title}} parent{text} replies(first:2){edges{node{text}}}}
		}}}}`, 20},
		{"members", `query($n:Int!){album(id:$album$){members(first:$n){edges{node{role user{displayName avatarUrl} album{title}}}}}}`, 4},
		{"comments", `query($n:Int!){media(id:$medium$){comments(first:$n){edges{node{
			text author{displayName} viewerCanEdit media{id} replies(first:5){edges{node{text author{displayName} parent{author{displayName}}}}}
		}}}}}`, 13},
		{"likes", `query($n:Int!){media(id:$medium$){likes(first:$n){edges{node{at user{displayName}}}}}}`, 5},
		{"nodes", `query{nodes(ids:[$ids$]){
			... on User{displayName} ... on Album{title owner{displayName} cover{id}}
			... on Media{owner{displayName} url{url} viewerHasLiked comments(first:3){edges{node{text author{displayName}}}}}
			... on Comment{text author{displayName} media{id}}
		}}`, 14},
	} {
		costs := map[int]int{}
		for _, n := range []int{1, 5, 20} {
			list := sql.fewest(func() {
				document := l.fill(c.document, n)
				a := s.want(t, l.viewer.token, document, "n", n)
				if rows := strings.Count(a.body, `{"node":`) + strings.Count(a.body, `"displayName"`); rows < n {
					t.Errorf("%s of %d: %s", c.name, n, a.body)
				}
			})
			costs[n] = len(list)
			if len(list) > c.statements {
				t.Errorf("%s of %d: %d statements, want %d:\n%s", c.name, n, len(list), c.statements, strings.Join(list, "\n"))
			}
		}
		if most := slices.Max(slices.Collect(maps.Values(costs))); most < c.statements {
			t.Errorf("%s: well done: it costs only %v now; write that down", c.name, costs)
		}
	}
}

// TestStatementsOfACachedPage: of a page that was read before, what the viewer is
// to the album is asked for, and nothing else.
func TestStatementsOfACachedPage(t *testing.T) {
	t.Parallel()
	var sql statements
	s := startServer(t, setup{options: options{onStatement: sql.add}})
	l := newLibrary(t, s)
	list := sql.fewest(func() { s.want(t, l.viewer.token, l.fill(albumPage, 0), "n", 20) })
	if len(list) != 2 {
		t.Errorf("%d statements, want 2:\n%s", len(list), strings.Join(list, "\n"))
	}
}

// TestStatementsOfAnEvent: what one event costs each of its cohorts, however many
// streams those have.
func TestStatementsOfAnEvent(t *testing.T) {
	t.Parallel()
	const each = 8
	var sql statements
	s := startServer(t, setup{options: options{onStatement: sql.add}, env: []string{"KEEPSAKE_CACHE=0"}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	v := album.Identified{UserID: w.id("owner")}
	var subs []*subscription
	happen := func() {
		_, err := s.service.AddComment(t.Context(), v, w.medium("photo"), "", "a text")
		must(t, err)
		for _, sub := range subs {
			if e := sub.event(t, "albumEvents"); dig(e, "comment.author.displayName") != "owner" || dig(e, "media.url.url") == nil {
				t.Errorf("an event without what it is about: %v", e)
			}
		}
	}
	alone := len(sql.fewest(happen))
	for n := 1; n <= 3; n++ {
		for streams := 1; streams <= 3; streams++ {
			subs = append(subs, s.dial(t, w.people[roles[n]].token).start(t, watchAlbum, "id", w.get("album"), "after", w.head(t)))
			list := sql.fewest(happen)
			if cost := len(list) - alone; cost != n*each {
				t.Errorf("%d streams of %d roles: an event costs %d statements, want %d a role:\n%s",
					len(subs), n, cost, each, strings.Join(list, "\n"))
			}
		}
	}
}

// library is an album with enough below it for pages of twenty.
type library struct {
	viewer   person
	album    album.AlbumID
	media    []album.MediaID
	comments []album.CommentID // on the first medium
	people   []person
	albums   []album.AlbumID // of the viewer, the first one is album
}

func newLibrary(t *testing.T, s *server) *library {
	t.Helper()
	const many = 20
	ctx := t.Context()
	l := &library{viewer: s.user(t, "viewer"), media: make([]album.MediaID, many), comments: make([]album.CommentID, many), people: make([]person, many), albums: make([]album.AlbumID, many)}
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() { l.people[i] = s.user(t, fmt.Sprint("person ", i)) })
	}
	wg.Wait()
	comment := func(m album.MediaID, by album.UserID, parent album.CommentID) album.CommentID {
		c, _, err := s.store.AddComment(ctx, album.Comment{
			ID: s.service.IDs.Comment(), MediaID: m, AuthorID: by, ParentID: parent, Text: "a text", CreatedAt: time.Now(),
		})
		must(t, err)
		return c.ID
	}
	for i := range many {
		wg.Go(func() {
			l.albums[i] = s.album(t, l.people[i].id, album.Private, album.DefaultSettings())
			s.member(t, l.albums[i], l.viewer.id, album.Contributor)
			s.photo(t, l.albums[i], l.people[i].id)
		})
	}
	wg.Wait()
	l.album = l.albums[0]
	fill := func(i int) {
		l.media[i] = s.photo(t, l.album, l.people[i].id)
		for j := range 3 {
			comment(l.media[i], l.people[(i+j)%many].id, "")
		}
	}
	for i := 1; i < many; i++ {
		wg.Go(func() {
			s.member(t, l.album, l.people[i].id, album.Contributor)
			fill(i)
		})
	}
	wg.Wait()
	fill(0) // the newest is the owner's, or its cover would cost a statement where it is on a page
	for i := range many {
		wg.Go(func() {
			l.comments[i] = comment(l.media[0], l.people[i].id, "")
			first := comment(l.media[0], l.people[(i+1)%many].id, l.comments[i])
			comment(l.media[0], l.people[(i+2)%many].id, first)
			_, _, err := s.store.SetLike(ctx, album.Like{MediaID: l.media[0], UserID: l.people[i].id, At: time.Now()}, true)
			must(t, err)
		})
	}
	wg.Wait()
	return l
}

// fill puts the library's identifiers into a document; $ids$ are n of each kind.
func (l *library) fill(document string, n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, string(l.people[i].id), string(l.albums[i]), string(l.media[i]), string(l.comments[i]))
	}
	ids = ids[:min(len(ids), album.MaxBatch)]
	return strings.NewReplacer(
		"$album$", `"`+string(l.album)+`"`, "$medium$", `"`+string(l.media[0])+`"`, "$ids$", `"`+strings.Join(ids, `","`)+`"`,
	).Replace(document)
}
