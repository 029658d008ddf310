//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakOf is the peak resident set of a child that has ended, octets.
//
// The kernel carries the peak of the program that forked into the child, so
// nothing below this program's own peak can be told: what needs memory here is
// done in children.
func peakOf(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}
