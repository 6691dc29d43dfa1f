//go:build !race

package launch

const race = false
