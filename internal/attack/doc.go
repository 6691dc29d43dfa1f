// Package attack holds the suite of hostile clients: the built server runs as a
// process of its own at its default settings, each attack is made on it over the
// loopback, and held to the answer that it has to get; meanwhile honest people read
// pages, whose times are measured with and without the attack, and so is the
// server's memory.
//
//   - attack_test.go is what an attack is, and the tests; storm_test.go makes one over
//     and over beside the honest; report_test.go writes down what was seen;
//   - arena_test.go makes the people and what they have; honest_test.go is how they
//     read; wire_test.go speaks HTTP by hand, as attackers do;
//   - documents_test.go, requests_test.go, slow_test.go, smuggling_test.go,
//     sockets_test.go, tokens_test.go, forging_test.go, guessing_test.go and
//     utf8_test.go have the attacks;
//   - lists_test.go has those of graphql-cop and graphql-armor by their names.
//
// The size of `go test ./...` makes each attack once, and then all of them together
// beside the honest. `make attack` makes each by itself at full size, and holds the
// honest to twice their quiet time.
package attack
