//go:build !race

package crashtest

var buildFlags []string
