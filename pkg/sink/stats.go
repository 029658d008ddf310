package sink

import (
	"sync/atomic"
)

// Outcome is what became of an event. Accepted ones are written or dropped in the
// end; spilled ones went to disk on their way.
type Outcome uint8

// Outcomes.
const (
	Accepted Outcome = iota
	Written
	Spilled
	Recovered // from the spill of an earlier run
	Dropped
	NumOutcomes
)

var outcomeNames = [NumOutcomes]string{"accepted", "written", "spilled", "recovered", "dropped"}

func (o Outcome) String() string { return outcomeNames[min(o, NumOutcomes-1)] }

// Drop is why an event was dropped.
type Drop uint8

// Reasons to drop.
const (
	DropQueueFull Drop = iota // neither memory nor spill had room
	DropTooBig                // the line is longer than the whole queue
	DropRejected              // the receiver refuses it for good
	DropSpillFull             // the oldest of the spill gave way
	DropCorrupt               // a damaged or torn place in the spill
	DropShutdown              // not delivered before the end, and no spill
	DropClosed                // came after the end
	NumDrops
)

var dropNames = [NumDrops]string{"queue_full", "too_big", "rejected", "spill_full", "spill_corrupt", "shutdown", "closed"}

func (d Drop) String() string { return dropNames[min(d, NumDrops-1)] }

// Reason is why delivery failed.
type Reason uint8

// Reasons of failure.
const (
	ReasonOther     Reason = iota
	ReasonOpen             // a file cannot be opened
	ReasonWrite            // writing failed
	ReasonDiskFull         // no space, quota or size limit
	ReasonSync             // fsync failed
	ReasonRotate           // renaming, packing or removing an old file failed
	ReasonTorn             // a half line was found at the end of a file, and cut off
	ReasonConnect          // no connection
	ReasonTLS              // handshake or certificate
	ReasonTimeout          // no answer in time
	ReasonSecret           // a file with a secret cannot be read
	ReasonOversize         // a datagram had no room for the line: sent without it
	ReasonThrottled        // 429
	ReasonStatus4xx        // refused: 4xx
	ReasonStatus5xx        // 5xx, and what is no answer to a delivery (1xx, 3xx)
	ReasonSpill            // the spill cannot be written or read
	NumReasons
)

var reasonNames = [NumReasons]string{
	"other", "open", "write", "disk_full", "sync", "rotate", "torn_line", "connect", "tls", "timeout", "secret", "oversize",
	"throttled", "status_4xx", "status_5xx", "spill",
}

func (r Reason) String() string { return reasonNames[min(r, NumReasons-1)] }

// Snapshot is the state of a sink at a moment.
type Snapshot struct {
	Name         string
	QueueEvents  int   // in memory, those on their way included
	QueueOctets  int64 // of their lines
	SpilledBytes int64 // on disk
	Events       [NumOutcomes]uint64
	Drops        [NumDrops]uint64
	Errors       [NumReasons]uint64
	LastSuccess  int64 // nanoseconds since the epoch; 0: never
}

// counters are what a sink counts. They may be touched from any goroutine.
type counters struct {
	events      [NumOutcomes]atomic.Uint64
	drops       [NumDrops]atomic.Uint64
	errors      [NumReasons]atomic.Uint64
	lastSuccess atomic.Int64
}

func (c *counters) event(o Outcome, n int) { c.events[o].Add(uint64(n)) }

func (c *counters) drop(d Drop, n int) {
	if n > 0 {
		c.drops[d].Add(uint64(n))
		c.events[Dropped].Add(uint64(n))
	}
}

func (c *counters) failed(r Reason) { c.errors[r].Add(1) }

// snapshot copies the counters.
func (c *counters) snapshot(s *Snapshot) {
	for i := range s.Events {
		s.Events[i] = c.events[i].Load()
	}
	for i := range s.Drops {
		s.Drops[i] = c.drops[i].Load()
	}
	for i := range s.Errors {
		s.Errors[i] = c.errors[i].Load()
	}
	s.LastSuccess = c.lastSuccess.Load()
}
