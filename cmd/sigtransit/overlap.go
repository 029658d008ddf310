package main

import (
	"fmt"

	"sigtransit/pkg/exposure"
)

// overlapping tells of captures that have frames of the same time: counted one after the
// other, what both have counts twice.
func (e *env) overlapping(list []exposure.Overlap, then string) {
	if len(list) == 0 {
		return
	}
	x := list[0]
	more := ""
	if n := len(list) - 1; n == 1 {
		more = ", and one more pair"
	} else if n > 1 {
		more = fmt.Sprintf(", and %d more pairs", n)
	}
	both := "both.pcapng"
	if x.A == both || x.B == both {
		both = "merged.pcapng"
	}
	fmt.Fprintf(e.stderr, "sigtransit: warning: captures overlap in time: %s and %s (%s)%s. Messages that two of them have count twice: make one of them (mergecap -w %s %s %s), and %s\n",
		x.A, x.B, x.Stretch, more, both, x.A, x.B, then)
}
