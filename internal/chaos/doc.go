// Package chaos holds the oracle of live streams: many clients over real sockets
// on a cluster of nodes, from which the network, the nodes, Redis and the database
// are taken away while people write, join and are removed. In the end each client
// has been given what it was allowed to see, once and in order, and nothing else.
//
//   - chaos_test.go has the sizes of the story, which play_test.go tells; it is told
//     once more with each safeguard off, and has to end badly then;
//   - people_test.go makes accounts and albums; writers_test.go is what people do
//     meanwhile, and moves_test.go how they are removed and come back;
//   - viewers_test.go are the clients, which come back as graphql-ws does, and
//     straw_test.go what makes one of them slow;
//   - trouble_test.go is what goes wrong;
//   - records_test.go is what is written down of it all;
//   - oracle_test.go judges the records; oracle_self_test.go shows that it can tell.
//
// The size of `go test ./...` is small. `make chaos` runs the full one; its flags
// are -full, -rate and -seed. With -artifacts, a flag of go test, what nodes and
// clients logged stays, and after faults all records.
package chaos
