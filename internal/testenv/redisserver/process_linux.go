package redisserver

import "syscall"

// dieWithUs has a process killed when ours ends, however it ends.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
