// Package sqlitestore is the store.Store of a single machine: one SQLite file
// through modernc.org/sqlite, with no service beside it.
//
// Writes go through one goroutine that owns the writing connection. It takes
// all writes that wait, runs each in a savepoint of one transaction, and
// answers them after its COMMIT: with synchronous=FULL an acknowledged write is
// on disk, and many share the price of one flush (writer.go). Reads run on a
// pool of connections that cannot write; each method is one statement, so that
// it sees one state of the database, and statements stay prepared.
//
// The rows that pages are made of are kept encoded (cache.go, cachedread.go)
// until SQLite tells that one of them changes (changes.go): decision 10.
//
// All SQL stands in package-level constants: a test asks SQLite for the plan of
// each and fails on one that walks a table or sorts what has no bound. The
// tables are in migrations/, what the contract means is in package store.
package sqlitestore
