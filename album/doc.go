// Package album is the domain of Keepsake: its nouns, their typed identifiers,
// the entries of an album's log, the error codes, and the one table that says
// which role may do what.
//
// It imports the standard library alone. Rules that need storage or a clock
// live in package service; how a noun is stored lives in each store backend;
// how it is shown over GraphQL lives in packages graph and resolvers.
package album
