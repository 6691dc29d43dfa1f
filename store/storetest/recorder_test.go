package storetest

import (
	"runtime"
	"testing"
)

// recorder is a testing.TB that counts failures and reports none.
type recorder struct {
	testing.TB
	faults int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.faults++ }
func (r *recorder) Error(...any)          { r.faults++ }

func (r *recorder) Fatalf(string, ...any) {
	r.faults++
	runtime.Goexit()
}
