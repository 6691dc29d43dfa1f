// Package safeguard names what keeps streams whole and to those who may see
// them, and work on media from being lost, so that tests can show that each of it
// is needed. In the program as it
// is shipped all of it is on: constants, so that there is neither a switch nor a
// cost. A program built with -tags faults leaves off what FAULTS_OFF names, a
// list with commas; the name is none of package config's, which knows nothing of
// it. Such a program also kills itself at the point that CRASH_AT names.
package safeguard
