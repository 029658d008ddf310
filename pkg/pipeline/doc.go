// Package pipeline runs a worker: frames from a source go through a dissector to
// the rules engine, and what they find goes to a sink and is counted. Replay and
// live capture differ in the source only.
package pipeline
