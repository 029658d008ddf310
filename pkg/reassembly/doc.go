// Package reassembly holds the state between octets: it puts IP fragments, SCTP
// DATA chunks, TCP segments and SCCP segments together again.
//
// It works for a passive observer: nothing is ever asked for again, packets come
// in any order, twice, or never, and a capture may begin anywhere. So whole
// messages are handed on at once, in the order they are captured, and only what
// is split waits. All waiting is bounded by count, octets and capture time; what
// is given up is counted. No order of pieces makes each of them cost a walk over
// what is held.
//
// Standards: RFC 791 3.2 and RFC 8200 4.5 (IP fragments), RFC 9260 6.9 and RFC
// 8260 (SCTP fragments), RFC 9293 3.4 (TCP sequence numbers), ITU-T Q.714 4.1.1.2
// (SCCP segmentation).
//
// Nothing here is safe for use by several goroutines: each worker owns its own.
package reassembly

// Counters says what a reassembler gave up or dropped. All only grow.
type Counters struct {
	Completed  uint64 // units put together from more than one piece
	Duplicates uint64 // pieces seen before, dropped
	Expired    uint64 // units whose missing pieces did not come in time
	Evicted    uint64 // units given up because a bound was reached
	Malformed  uint64 // pieces that contradict the others
	// Grown is octets that tables took for good, for whoever bounds all of them.
	Grown uint64
}

const second = int64(1e9)
