// Command sigtransit watches a mirror port, or reads captures of one, and tells
// which signaling of a mobile operator's subscribers passes, readable, through
// watchlisted interconnect carriers.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
