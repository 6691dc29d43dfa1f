// Package mongostore keeps Keepsake's data in MongoDB, a replica set or a
// sharded cluster. It implements store.Store; what is promised is written
// there, and docs/decisions/0006 holds the design of the documents, the index
// of each query and the shard keys.
//
// A change that the album's log records is one transaction, committed by a
// majority: the album's document is moved on by it (record), so that of two
// transactions in one album one has to wait or to be tried again. Likes never
// touch the album's document. What counts in a person's storage moves their
// document on in the same way (quota.go). The locks of this process (locks.go)
// only keep its own transactions from colliding; what is right across processes
// is right by the transactions alone.
package mongostore
