package rules

import (
	"sync/atomic"

	"sigtransit/pkg/signaling"
)

// reported keeps which findings were made of the last messages, for all engines of a set:
// the copy of a message that an STP's mirror shows on another link may be another worker's.
// It is a hash table of lines of the processor's cache, in which the oldest tag makes room.
// A copy comes within moments; until it does, its tags are safe from some hundred thousand
// others.
type reported struct {
	lines   atomic.Pointer[[reportedLines]reportedLine] // nil until something is reported
	serials atomic.Uint32
}

const reportedLines = 1 << 14

type reportedLine struct {
	count atomic.Uint64 // of tags that were put here
	tags  [7]atomic.Uint64
}

// first notes that a carrier and rule are reported for a message. It is false when the
// message is a copy, and they were for the first.
func (r *reported) first(m *signaling.Message, c *Carrier, d *Detection) bool {
	mem := m.Memory
	if mem.Serial == 0 {
		if mem.Serial = r.serials.Add(1); mem.Serial == 0 {
			mem.Serial = r.serials.Add(1)
		}
	}
	tag := mem.Signature ^ uint64(m.Kind)<<56 ^ uint64(mem.Serial)<<24
	if m.Component != nil && m.Component.HasInvokeID {
		tag ^= uint64(uint16(m.Component.InvokeID)) << 40
	}
	tag = scatter(scatter(tag) ^ uint64(uint32(c.Index))<<32 ^ uint64(d.Index))
	lines := r.lines.Load()
	if lines == nil {
		r.lines.CompareAndSwap(nil, new([reportedLines]reportedLine))
		lines = r.lines.Load()
	}
	l := &lines[tag%reportedLines]
	if m.Duplicate {
		for i := range l.tags {
			if l.tags[i].Load() == tag {
				return false
			}
		}
	}
	l.tags[l.count.Add(1)%uint64(len(l.tags))].Store(tag)
	return true
}

// scatter makes all bits depend on all others.
func scatter(h uint64) uint64 {
	h *= 0x9e3779b97f4a7c15
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}
