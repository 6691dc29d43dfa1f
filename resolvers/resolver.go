// Package resolvers joins the GraphQL API to package service: each resolver is
// one call, and what lists need is loaded in batches. Rules of who may see what
// live in package service, the schema in graph/schema.
package resolvers

import "keepsake/service"

// Resolver is the root of all resolvers.
type Resolver struct {
	Service *service.Service
}
