// Command sigtransit watches a mirror port, or reads captures of one, and tells
// which signaling of a mobile operator's subscribers passes, readable, through
// watchlisted interconnect carriers.
package main

import (
	"os"
	"runtime/debug"
)

// gcPercent: what lives on the heap is a few megabytes, and next to nothing is
// allocated once it is there. Collecting at each doubling of so little, as Go does by
// default, would cost a short replay more than it frees.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
