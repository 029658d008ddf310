package reassembly

// maxStreams is how many streams of a direction have their numbers followed;
// signaling uses one for each signaling link selection value or so.
const maxStreams = 256

// Numbers further apart are not a gap but another numbering.
const ssnJump = 4096

// streams counts user messages that are missing, by the stream sequence numbers
// (RFC 9260 3.3.1): consecutive in each stream, one a message. Messages that are sent
// unordered have none.
type streams struct {
	slot []stream
	// known: the association was seen from its beginning, so streams begin with 0.
	known   bool
	lacking int64 // at this moment, in all streams
	// Messages counts user messages of which the capture lacks all or a part, by
	// holes in stream sequence numbers.
	Messages uint64
	before   uint64 // of numberings that are over
}

type stream struct {
	first, last uint16
	lacks       uint16
	on, young   bool // young: messages before first may still come
}

func (t *streams) renumber() {
	t.settle()
	t.before = t.Messages
	t.lacking, t.known = 0, false
	clear(t.slot)
}

// settle makes the present number final.
func (t *streams) settle() {
	if t.lacking > 0 {
		t.Messages = max(t.Messages, t.before+uint64(t.lacking))
	}
}

// Whole notes a whole message that is seen for the first time.
func (s *SCTP) Whole(id uint16, ssn uint32) {
	if t := &s.streams; int(id) < len(t.slot) {
		if p := &t.slot[id]; p.on && uint16(ssn) == p.last+1 {
			p.last++
			return
		}
	}
	s.streams.note(id, uint16(ssn), true, false)
}

// part notes a piece of a message, complete the message it was put together to.
func (t *streams) part(id uint16, ssn uint32)     { t.note(id, uint16(ssn), false, false) }
func (t *streams) complete(id uint16, ssn uint32) { t.note(id, uint16(ssn), true, true) }

func (t *streams) note(id, ssn uint16, whole, known bool) {
	if id >= maxStreams {
		return
	}
	if int(id) >= len(t.slot) {
		size := max(16, len(t.slot))
		for size <= int(id) {
			size *= 2
		}
		t.slot = append(t.slot, make([]stream, size-len(t.slot))...)
	}
	p := &t.slot[id]
	if !p.on {
		*p = stream{first: ssn, last: ssn - 1, on: true, young: true}
		if t.known && ssn < ssnJump {
			p.first, p.last, p.young = 0, 0xffff, false
		}
	}
	d := int16(ssn - p.last)
	switch {
	case d > 0 && d <= ssnJump:
		p.lack(t, int(d)-1)
		if !whole {
			p.lack(t, 1)
		}
		p.last = ssn
		if p.young && p.last-p.first > joinSlack {
			p.young = false
		}
	case d <= 0 && p.young && int16(ssn-p.first) < 0 && int16(ssn-p.first) >= -joinSlack:
		p.lack(t, int(p.first-ssn)-1)
		if !whole {
			p.lack(t, 1)
		}
		p.first = ssn
	case d <= 0 && d >= -ssnJump && (p.lacks > 0 || known || !whole):
		if whole {
			p.lack(t, -1)
		}
	default: // the stream was reset (RFC 6525), or another numbering began unseen
		*p = stream{first: ssn, last: ssn, on: true, young: true}
		if !whole {
			p.lack(t, 1)
		}
	}
}

// lack adds to what is missing. Forged numbers can make it neither wrap nor negative.
func (p *stream) lack(t *streams, n int) {
	n = max(n, -int(p.lacks))
	n = min(n, 0xffff-int(p.lacks))
	p.lacks = uint16(int(p.lacks) + n)
	t.lacking += int64(n)
}
