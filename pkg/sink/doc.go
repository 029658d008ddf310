// Package sink takes findings and other events to where they are kept: files,
// standard output, syslog receivers and webhooks.
//
// A Sink is a bounded queue and a goroutine that empties it. Enqueue copies a
// line and returns: it waits for no disk and no network, so a receiver that is
// slow, dead or hangs holds up neither capture nor the other sinks. What does
// not fit into memory goes to disk (spill), what does not fit there is dropped,
// lowest severity first, and counted by reason. Delivery is at least once and in
// order: a receiver may see an event again after a fault, never a half line.
//
// A Set holds the sinks of a configuration. A worker's Emitter renders each event
// once a format and hands it to the sinks that want it. The package renders
// nothing itself (pkg/output does) and decides nothing about events.
package sink
