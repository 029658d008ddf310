// Package rules holds the knowledge of the product and its engine: which
// identifiers name which interconnect carrier on the wire (carriers/*.yaml), what
// is worth a finding (detections/*.yaml), and the code that loads both, indexes
// them and evaluates one signaling.Message against them.
//
// Load reads and checks everything and returns a Set, which is immutable and may
// be shared by any number of workers. An Engine is a Set with the scratch memory
// of one worker: it is not safe for concurrent use. Evaluate allocates nothing,
// and a message in which no identifier is found costs some tens of nanoseconds
// whatever the length of the watchlist.
//
// README.md in this folder says how to write a carrier or a detection and how
// evidence follows from sightings.
package rules
