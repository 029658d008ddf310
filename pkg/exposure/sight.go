package exposure

import (
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// What a dialogue's memory keeps for the ledger. Memory.Sights holds the last two
// messages that were counted: how far their path was known, so that a second copy can
// mend it, and Memory.SightRows in which rows they are. Memory.Subscriber is the key of its
// subscriber, and Memory.Named tells which one that is. Memory.Classes says for which classes
// the dialogue was counted in the totals, a bit each, and whether Memory.Carriers and
// Memory.Passages hold anything. Carriers are four tags of carriers and classes that the
// dialogue was counted for (an updateLocation has two classes, and may have a carrier that
// is seen and one that is declared). Of more the oldest are forgotten: then a dialogue
// counts once more.
//
// Passages are the last three: a passage is a carrier that a message was counted for, as a
// tag, by what evidence, and whether the dialogue was counted with it. Tags have sixteen
// bits: with eight, one second copy in a hundred was taken for a message counted before.
const (
	classBits   = uint(signaling.NumClasses)
	hasCarriers = 1 << 15
	dialogueLen = 16
	dialogues   = 4
	passageLen  = passageTag + 4
	passageTag  = 16
	passages    = 3

	_ = uint(15 - classBits) // it fits
	_ = uint(64 - dialogues*dialogueLen)
	_ = uint(64 - passages*passageLen)
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
func firstOfCarrier(m *signaling.Message, v *rules.Verdict) bool {
	y := m.Memory
	if y == nil {
		return !m.Undelivered()
	}
	if y.Classes&hasCarriers == 0 {
		y.Classes |= hasCarriers
		y.Carriers, y.Passages = 0, 0
	}
	tag := (uint64(v.Carrier.Index)*uint64(classBits)+uint64(m.Class))%(1<<dialogueLen-1) + 1
	first := !has(y.Carriers, tag)
	passage := carrierTag(m, v.Carrier) | uint64(v.Evidence&7)<<passageTag
	if first {
		push(&y.Carriers, dialogueLen, dialogues, tag)
		passage |= 1 << (passageTag + 3)
	}
	push(&y.Passages, passageLen, passages, passage)
	return first
}

// passed looks by what evidence the first copy of m was counted for a carrier, and whether
// the dialogue was with it. ok is false if it was not, or that is not known any more.
func passed(m *signaling.Message, c *rules.Carrier) (e signaling.Evidence, dialogue, ok bool) {
	y := m.Memory
	if y.Classes&hasCarriers == 0 {
		return 0, false, false
	}
	tag := carrierTag(m, c)
	for n := range uint(passages) {
		if p := y.Passages >> (n * passageLen); p&(1<<passageTag-1) == tag {
			return signaling.Evidence(p >> passageTag & 7), p>>(passageTag+3)&1 != 0, true
		}
	}
	return 0, false, false
}

// passesBy notes the evidence that m is counted by for a carrier that it passed.
func passesBy(m *signaling.Message, c *rules.Carrier, e signaling.Evidence) {
	y, tag := m.Memory, carrierTag(m, c)
	for n := range uint(passages) {
		at := n * passageLen
		if y.Passages>>at&(1<<passageTag-1) == tag {
			y.Passages = y.Passages&^(7<<(at+passageTag)) | uint64(e&7)<<(at+passageTag)
			return
		}
	}
}

// has looks for a tag of a dialogue.
func has(w, tag uint64) bool {
	for i := range uint(dialogues) {
		if w>>(i*dialogueLen)&(1<<dialogueLen-1) == tag {
			return true
		}
	}
	return false
}

// push puts a tag of a width before n-1 others.
func push(w *uint64, width, n uint, tag uint64) {
	*w = (*w<<width | tag) & (1<<(n*width) - 1)
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
	return ((signature(m)^uint64(c.Index))*0x9e3779b97f4a7c15>>32)%(1<<passageTag-1) + 1
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

// sight is what is known of the first copy of a message. All that was counted of it is in
// rows of one kind.
type sight struct {
	best, watched signaling.Evidence
	dialogue      bool // it was counted with it
	row           sightRow
	at            uint // its place among the sights
}

// firstSight looks what is known of the first copy of m. ok is false when that is nothing
// any more, or an hour began between them, for what was counted in an hour that is over stays
// there.
func firstSight(m *signaling.Message, hour uint32) (first sight, ok bool) {
	tag, y := sightTag(m), m.Memory
	for n := range uint(2) {
		s := uint16(y.Sights >> (16 * n))
		if s&0xff != tag&0xff || s == 0 {
			continue
		}
		first = sight{signaling.Evidence(s >> 8 & 7), signaling.Evidence(s >> 11 & 7), s>>14&1 != 0, sightRow(y.SightRows >> (8 * n)), n}
		return first, (rowOf(m, hour)^first.row)&rowOdd == 0
	}
	return first, false
}

// improved reports that a second copy tells more of the path than the first: better
// evidence for any carrier, for a watched one, or for one of them.
func (s *sight) improved(m *signaling.Message, v []rules.Verdict, best, watched signaling.Evidence) bool {
	if rank(best) > rank(s.best) || rank(watched) > rank(s.watched) {
		return true
	}
	for i := range v {
		if e, _, ok := passed(m, v[i].Carrier); !ok || rank(v[i].Evidence) > rank(e) {
			return true
		}
	}
	return false
}

// moveSight notes how far the path of m is known by now, and where it is counted.
func moveSight(m *signaling.Message, s *sight, best, watched signaling.Evidence, hour uint32) {
	y, n := m.Memory, s.at
	y.Sights = y.Sights&^(0x3f<<(16*n+8)) | uint32(best&7)<<(16*n+8) | uint32(watched&7)<<(16*n+11)
	y.SightRows = y.SightRows&^(0xff<<(8*n)) | uint16(rowOf(m, hour))<<(8*n)
}
