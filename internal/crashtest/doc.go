// Package crashtest holds a test of the whole program: it kills the server in
// the middle of its work, again and again, and holds what is there afterwards
// against what was acknowledged.
//
//   - crash_test.go is the story; cluster_test.go is that of several nodes, of which
//     one is killed and one is drained, and whose Redis is killed;
//   - writers_test.go is what people do meanwhile, and writes down in the ledger
//     what they asked for and what was acknowledged;
//   - once_test.go is that of who asks again with the key of what was not answered;
//   - subscriber_test.go watches over all the crashes;
//   - state_test.go reads everything back;
//   - oracle_test.go compares, and shows that it can tell.
package crashtest
