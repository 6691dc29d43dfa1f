// Package auth holds the cryptography of signing in: the service's key and its
// sub-keys, access tokens, password hashes, and the secrets behind refresh
// tokens and share links.
//
// It knows no store and no GraphQL. When a token is issued, rotated or refused
// is decided in package service.
package auth
