package exposure

import (
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// What a dialogue's memory keeps for the ledger. Memory.Sights holds the last two
// messages that were counted: how far their path was known, so that a second copy can
// mend it. Memory.Subscriber is the key of its subscriber, and Memory.Named tells which one
// that is. Memory.Classes says for which classes the dialogue was counted in the totals, a bit each, and whether
// Memory.Carriers holds anything: five tags of seven bits of carriers and classes that
// the dialogue was counted for (an updateLocation has two classes, and may have a carrier
// that is seen and one that is declared), and above them three tags of eight bits of
// carriers that the messages were counted for. Of more the oldest are forgotten: then a
// dialogue counts once more.
const (
	classBits   = uint(signaling.NumClasses)
	hasCarriers = 1 << 15
	dialogueAt  = 0
	dialogueLen = 7
	dialogues   = 5
	carrierAt   = dialogueAt + dialogues*dialogueLen
	carrierLen  = 8
	carriers    = 3

	_ = uint(15 - classBits) // it fits
	_ = uint(64 - (carrierAt + carriers*carrierLen))
)

// firstOfClass reports that m is the first message of its class in its dialogue, and
// notes it.
func firstOfClass(m *signaling.Message) bool {
	y := m.Memory
	if y == nil {
		return true
	}
	bit := uint16(1) << (uint(m.Class) % classBits)
	if y.Classes&bit != 0 {
		return false
	}
	y.Classes |= bit
	return true
}

// firstOfCarrier reports that m is the first message of its class in its dialogue that
// passes a carrier, and notes it, and that m was counted for the carrier.
func firstOfCarrier(m *signaling.Message, c *rules.Carrier) bool {
	y := m.Memory
	if y == nil {
		return true
	}
	if y.Classes&hasCarriers == 0 {
		y.Classes |= hasCarriers
		y.Carriers = 0
	}
	push(&y.Carriers, carrierAt, carrierLen, carriers, carrierTag(m, c))
	tag := (uint64(c.Index)*uint64(classBits)+uint64(m.Class))%(1<<dialogueLen-1) + 1
	if has(y.Carriers, dialogueAt, dialogueLen, dialogues, tag) {
		return false
	}
	push(&y.Carriers, dialogueAt, dialogueLen, dialogues, tag)
	return true
}

// sawCarrier reports that the first copy of m was counted for a carrier.
func sawCarrier(m *signaling.Message, c *rules.Carrier) bool {
	y := m.Memory
	return y.Classes&hasCarriers != 0 && has(y.Carriers, carrierAt, carrierLen, carriers, carrierTag(m, c))
}

// has looks for a tag among n of a width.
func has(w uint64, at, width, n uint, tag uint64) bool {
	for i := range n {
		if w>>(at+i*width)&(1<<width-1) == tag {
			return true
		}
	}
	return false
}

// push puts a tag before n-1 others.
func push(w *uint64, at, width, n uint, tag uint64) {
	mask := uint64(1)<<(n*width) - 1
	tags := *w >> at & mask
	*w = *w&^(mask<<at) | (tags<<width|tag)&mask<<at
}

// signature tells m from other messages of its dialogue.
func signature(m *signaling.Message) uint64 {
	h := m.Memory.Signature ^ uint64(m.Kind)<<56
	if m.Component != nil && m.Component.HasInvokeID {
		h ^= uint64(uint16(m.Component.InvokeID)) << 40
	}
	return h * 0x9e3779b97f4a7c15
}

func carrierTag(m *signaling.Message, c *rules.Carrier) uint64 {
	return ((signature(m)^uint64(c.Index))*0x9e3779b97f4a7c15>>32)%(1<<carrierLen-1) + 1
}

// A sight is a tag of eight bits that is never 0, evidence of any and of a watched
// carrier of three bits each, and whether the dialogue was counted with it.
func sightTag(m *signaling.Message) uint16 { return max(uint16(signature(m)>>56), 1) }

// noteSight notes how far the path of m is known.
func noteSight(m *signaling.Message, best, watched signaling.Evidence, dialogue bool) {
	s := sightTag(m) | uint16(best&7)<<8 | uint16(watched&7)<<11
	if dialogue {
		s |= 1 << 14
	}
	m.Memory.Sights = m.Memory.Sights<<16 | uint32(s)
}

// improveSight looks what the first copy of m told of its path. ok is false when that is
// not known any more, or the second tells nothing more; else what it tells is noted.
func improveSight(m *signaling.Message, best, watched signaling.Evidence) (oldBest, oldWatched signaling.Evidence, dialogue, ok bool) {
	tag := sightTag(m)
	for shift := uint(0); shift < 32; shift += 16 {
		s := uint16(m.Memory.Sights >> shift)
		if s&0xff != tag&0xff || s == 0 {
			continue
		}
		oldBest, oldWatched = signaling.Evidence(s>>8&7), signaling.Evidence(s>>11&7)
		if rank(best) <= rank(oldBest) && rank(watched) <= rank(oldWatched) {
			return 0, 0, false, false
		}
		s = s&^(0x3f<<8) | uint16(stronger(best, oldBest)&7)<<8 | uint16(stronger(watched, oldWatched)&7)<<11
		m.Memory.Sights = m.Memory.Sights&^(0xffff<<shift) | uint32(s)<<shift
		return oldBest, oldWatched, s>>14&1 != 0, true
	}
	return 0, 0, false, false
}
