// Package daemon runs a live capture for years: it opens what a configuration
// names, hands the frames of the ports to workers, the findings to sinks and the
// totals to Prometheus, and swaps watchlist, rules and privacy when it is told to,
// between two frames.
//
// What it is not: it captures nothing itself (pkg/capture/live), judges nothing
// (rules) and delivers nothing (pkg/sink).
//
// # Life
//
// [New] reads the configuration and builds everything that can fail for a reason
// of the user's. [Daemon.Run] opens ports, sockets and files, says so to the
// service manager, and returns when its context ends: the workers are read to
// their end, the sinks drained within a few seconds, the state written. SIGHUP and
// POST /-/reload both end in [Daemon.Reload]: one at a time, and a configuration
// with a fault changes nothing.
package daemon
