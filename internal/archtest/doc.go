// Package archtest holds the rules of the source tree as a test: who may import
// whom, and what must never be in hand-written code. The table is in
// rules_test.go; a new package needs a row there.
package archtest
