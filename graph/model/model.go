// Package model holds the Go types of the GraphQL API that are not the domain's:
// inputs, payloads and pages, which are generated, and the few below.
package model

// Node is anything with an identifier of its own: one of the domain's types.
type Node any

// FeedNode is what a row of the feed shows: *album.Media or *album.Comment.
type FeedNode any
