package sink

import (
	"sigtransit/pkg/signaling"
)

// Type is the type of an event, as event_type says it.
type Type uint8

// Types.
const (
	Finding Type = iota
	Warning
	Flow
	Stats
	Message
	NumTypes
)

var typeNames = [NumTypes]string{"finding", "warning", "flow", "stats", "message"}

func (t Type) String() string { return typeNames[min(t, NumTypes-1)] }

// ParseType is the inverse of Type.String.
func ParseType(s string) (Type, bool) {
	for i, n := range typeNames {
		if n == s {
			return Type(i), true
		}
	}
	return 0, false
}

// Meta is what delivery knows of an event beside its line.
type Meta struct {
	Time     int64 // capture time, nanoseconds since the epoch; 0: none
	Type     Type
	Severity signaling.Severity // of a finding; of other types info
	Rule     string             // of a finding: the detection's id
	Carrier  string             // of a finding: the carrier's id
}

// rank orders events by what their loss would cost. When room is short the lowest
// rank gives way first.
type rank uint8

const (
	rankMessage  rank = iota // every decoded message: a flood by nature
	rankInfo                 // findings of severity info, flows
	rankLow                  // findings
	rankMedium               // findings; warnings and stats, which are few
	rankHigh                 // findings
	rankCritical             // findings
	numRanks
)

func (m *Meta) rank() rank {
	switch m.Type {
	case Finding:
		return rankInfo + rank(min(m.Severity, signaling.SeverityCritical))
	case Warning, Stats:
		return rankMedium
	case Flow:
		return rankInfo
	}
	return rankMessage
}

// urgent events have a part of the spill to themselves.
func (m *Meta) urgent() bool { return m.rank() >= rankHigh }

// record is an event on its way.
type record struct {
	Meta
	seq  uint64 // order of arrival
	line []byte // with its line feed
	pos  position
}
