package exposure

import (
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// What a dialogue's memory keeps for the ledger. Memory.Sights holds the last two
// messages that were counted: how far their path was known, so that a second copy can
// mend it, and Memory.SightRows in which rows they are. Memory.Subscriber is the key of its subscriber, and Memory.Named tells which one
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
// notes it. One that SCCP returned belongs to the dialogue that it was sent in, and
// remembers nothing of it.
func firstOfClass(m *signaling.Message) bool {
	y := m.Memory
	if y == nil {
		return !m.Undelivered()
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
		return !m.Undelivered()
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

// sightRow is what the row of a first copy may have in other words than that of the second,
// which comes over another link and is told more of its ends: its protection, whether
// direction, subscriber and partner were unknown, and whether its hour is an odd one.
type sightRow uint8

const (
	rowOdd sightRow = 1 << iota
	rowNoDirection
	rowNoSubscriber
	rowNoPartner
	rowProtection = 4 // bits behind
)

func rowOf(m *signaling.Message, hour uint32) sightRow {
	w := sightRow(hour&1) | sightRow(m.Protection&7)<<rowProtection
	if m.Roaming.Direction == signaling.DirectionUnknown {
		w |= rowNoDirection
	}
	if m.Roaming.Subscriber == signaling.WhoseUnknown {
		w |= rowNoSubscriber
	}
	if m.Roaming.Partner == 0 {
		w |= rowNoPartner
	}
	return w
}

// key is that of the first copy, made of the second's.
func (w sightRow) key(k uint64) uint64 {
	k = k&^(7<<shiftProtection) | uint64(w>>rowProtection&7)<<shiftProtection
	if w&rowNoDirection != 0 {
		k &^= 7 << shiftDirection
	}
	if w&rowNoSubscriber != 0 {
		k &^= 3 << shiftSubscriber
	}
	if w&rowNoPartner != 0 {
		k &^= maxPartner << shiftPartner
	}
	return k
}

// noteSight notes how far the path of m is known, and where m is counted.
func noteSight(m *signaling.Message, best, watched signaling.Evidence, dialogue bool, hour uint32) {
	s := sightTag(m) | uint16(best&7)<<8 | uint16(watched&7)<<11
	if dialogue {
		s |= 1 << 14
	}
	y := m.Memory
	y.Sights, y.SightRows = y.Sights<<16|uint32(s), y.SightRows<<8|uint16(rowOf(m, hour))
}

// sight is what is known of the first copy of a message.
type sight struct {
	best, watched signaling.Evidence
	dialogue      bool // it was counted with it
	row           sightRow
}

// improveSight looks what the first copy of m told of its path. ok is false when that is
// not known any more, the second tells nothing more, or an hour began between them, for what
// was counted in an hour that is over stays there; else what the second tells is noted.
func improveSight(m *signaling.Message, best, watched signaling.Evidence, hour uint32) (first sight, ok bool) {
	tag, y := sightTag(m), m.Memory
	for n := range uint(2) {
		s := uint16(y.Sights >> (16 * n))
		if s&0xff != tag&0xff || s == 0 {
			continue
		}
		first = sight{signaling.Evidence(s >> 8 & 7), signaling.Evidence(s >> 11 & 7), s>>14&1 != 0, sightRow(y.SightRows >> (8 * n))}
		now := rowOf(m, hour)
		if rank(best) <= rank(first.best) && rank(watched) <= rank(first.watched) || (now^first.row)&rowOdd != 0 {
			return first, false
		}
		s = s&^(0x3f<<8) | uint16(stronger(best, first.best)&7)<<8 | uint16(stronger(watched, first.watched)&7)<<11
		y.Sights = y.Sights&^(0xffff<<(16*n)) | uint32(s)<<(16*n)
		y.SightRows = y.SightRows&^(0xff<<(8*n)) | uint16(now)<<(8*n)
		return first, true
	}
	return first, false
}
