// Package model holds the Go types of the GraphQL API that are not the domain's:
// inputs, payloads and pages, which are generated, and the few below.
package model

import (
	"time"

	"keepsake/album"
)

// Session is what a sign-in gives; album.Session is the row behind it.
type Session struct {
	AccessToken           string
	AccessTokenExpiresAt  time.Time
	RefreshToken          string
	RefreshTokenExpiresAt time.Time
	User                  *album.User
}

// Node is anything with an identifier of its own: one of the domain's types.
type Node any

// FeedNode is what a row of the feed shows: *album.Media or *album.Comment.
type FeedNode any
