package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"keepsake/bench/load"
)

// system is how one of the two is asked.
type system interface {
	// page appends the request for the newest page of an album.
	page(b []byte, albumID, token string) []byte
	// like appends the request that likes a medium, or takes a like back.
	like(b []byte, mediaID, token string, liked bool) []byte
}

// pageDocument is what a client asks to show an album.
const pageDocument = `query Page($id: ID!) {
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

const (
	likeDocument   = `mutation Like($id: ID!) { likeMedia(input: {mediaId: $id}) { likes { count version } } }`
	unlikeDocument = `mutation Unlike($id: ID!) { unlikeMedia(input: {mediaId: $id}) { likes { count version } } }`
)

// graphQL asks the server.
type graphQL struct{ pages, likes, unlikes template }

// newGraphQL prepares the requests' bodies.
func newGraphQL() graphQL {
	return graphQL{templateOf(pageDocument), templateOf(likeDocument), templateOf(unlikeDocument)}
}

func (g graphQL) page(b []byte, albumID, token string) []byte {
	return load.AppendRequest(b, http.MethodPost, "/graphql", token, g.pages.with(albumID))
}

func (g graphQL) like(b []byte, mediaID, token string, liked bool) []byte {
	t := g.unlikes
	if liked {
		t = g.likes
	}
	return load.AppendRequest(b, http.MethodPost, "/graphql", token, t.with(mediaID))
}

// template is a request's body before and after the identifier.
type template struct{ before, after string }

func templateOf(document string) template {
	const mark = "IDENTIFIER"
	body, err := json.Marshal(map[string]any{"query": document, "variables": map[string]string{"id": mark}})
	if err != nil {
		panic(err) // strings alone: it cannot fail
	}
	before, after, _ := strings.Cut(string(body), mark)
	return template{before, after}
}

func (t template) with(id string) []byte { return []byte(t.before + id + t.after) }

// plain asks the floor.
type plain struct{}

func (plain) page(b []byte, albumID, token string) []byte {
	return load.AppendRequest(b, http.MethodGet, "/albums/"+albumID, token, nil)
}

func (plain) like(b []byte, mediaID, token string, liked bool) []byte {
	method := http.MethodDelete
	if liked {
		method = http.MethodPut
	}
	return load.AppendRequest(b, method, "/media/"+mediaID+"/like", token, nil)
}
