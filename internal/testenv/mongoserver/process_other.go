//go:build !linux

package mongoserver

import "syscall"

// dieWithUs is known on Linux alone: elsewhere Close has to be called.
func dieWithUs() *syscall.SysProcAttr { return nil }
