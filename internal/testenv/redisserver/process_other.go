//go:build !linux

package redisserver

import "syscall"

// dieWithUs is known on Linux alone: elsewhere Close has to be called.
func dieWithUs() *syscall.SysProcAttr { return nil }
