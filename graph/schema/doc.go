// Package schema holds the API as it is written, one file a noun, and the tests of
// it: that it follows the rules of docs/SCHEMA.md, and that no change of it breaks
// a client unless that is written down there. graph/schema.golden.graphql is the
// API as clients were last given it.
package schema
