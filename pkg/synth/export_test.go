package synth

import "io"

// WriteBenchInOrder is WriteBenchStats without overtaken packets: a reference
// that takes ordered SCTP messages as they come can read it without faults.
func WriteBenchInOrder(w io.Writer, messages int, seed int64) (BenchStats, error) {
	return writeBench(w, messages, seed, 0)
}
