package tcap

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/ber"
)

// Faults. What was decoded stays valid with each of them.
var (
	// ErrTag: the first octet is not the tag of a TCAP message. Nothing is set.
	ErrTag = errors.New("tcap: unknown message tag")
	// ErrTruncated: the message is shorter than a length in it says. Everything up
	// to its end is set, the components that are there included.
	ErrTruncated = errors.New("tcap: truncated")
	// ErrLength: a length or an identifier cannot be read; what follows is lost.
	ErrLength = errors.New("tcap: bad length")
	// ErrTransactionID: a transaction id is missing where one is due, is empty, or
	// has more than four octets, of which the low eight are kept; in ANSI packages,
	// when there is not the number of ids that the package has.
	ErrTransactionID = errors.New("tcap: bad transaction id")
	// ErrRepeated: a dialogue or component portion stands twice. The first counts;
	// what a receiver would make of it nobody knows.
	ErrRepeated = errors.New("tcap: repeated portion")
	// ErrDialogue: the dialogue portion cannot be read to its end. The components
	// are not touched by it.
	ErrDialogue = errors.New("tcap: bad dialogue portion")
	// ErrComponent: a component cannot be read to its end (its Fault is set), or
	// there is something in the component portion that is none. Components.Err only.
	ErrComponent = errors.New("tcap: bad component")
)

// Message is one TCAP message (Q.773), or a package of ANSI TCAP (T1.114). The zero
// value is ready for Decode.
type Message struct {
	Type MessageType
	// ANSI: a package of T1.114, Type being what it does to the transaction;
	// Permission: one that permits the receiver to end it.
	ANSI, Permission bool

	OTID, DTID TransactionID

	Dialogue    DialogueKind
	ACN         ObjectID // application context name; zero when absent
	HasResult   bool
	Result      uint8  // AARE: 0 accepted, 1 reject-permanent
	UserInfo    []byte // contents of user-information; aliases the input; may be broken
	HasPAbort   bool
	PAbortCause uint8 // P-Abort cause (Q.773 3.3, see the type PAbortCause; T1.114.3 3.4)

	// HasContextID: an ANSI dialogue portion names its application context by number.
	HasContextID bool
	ContextID    int32

	// HasDiagnostic: an AARE carried a result source diagnostic (Q.773 4.2.3).
	HasDiagnostic bool
	// ByProvider: the diagnostic (AARE) or the abort (ABRT) comes from the service
	// provider, not from the user.
	ByProvider bool
	Diagnostic uint8 // user: 1 no reason, 2 context not supported; provider: 2 no common dialogue portion

	components []byte // contents of the component portion
}

// Tags of the transaction portion (Q.773 tables 8 to 13).
const (
	tagUnidirectional = 0x61
	tagBegin          = 0x62
	tagEnd            = 0x64
	tagContinue       = 0x65
	tagAbort          = 0x67

	tagOTID       = 0x48
	tagDTID       = 0x49
	tagPAbort     = 0x4a
	tagDialogue   = 0x6b
	tagComponents = 0x6c
)

// cut takes the first element off b when ber.Short did not. usable is false at a
// fault that leaves nothing; err is set for that, and for an element that is cut
// off, which is the last one.
func cut(b []byte) (tag ber.Tag, value, rest []byte, usable bool, err error) {
	// A length in one or two further octets is what long results have.
	if len(b) >= 4 && b[0]&0x1f != 0x1f && (b[1] == 0x81 || b[1] == 0x82) {
		start, n := 3, int(b[2])
		if b[1] == 0x82 {
			start, n = 4, n<<8|int(b[3])
		}
		if end := start + n; end <= len(b) {
			return ber.Tag(b[0]), b[start:end:end], b[end:], true, nil
		}
	}
	r := ber.NewReader(b)
	var t ber.TLV
	usable = r.Next(&t)
	switch r.Err() {
	case nil:
	case ber.ErrTruncated:
		err = ErrTruncated
	default:
		err = ErrLength
	}
	return t.Tag, t.Value, r.Rest(), usable, err
}

// first is the first element of b: its tag and contents, zero when there is none.
func first(b []byte) (tag ber.Tag, value []byte, whole bool) {
	if tag, n, ok := ber.Short(b); ok {
		return tag, b[2:n:n], true
	}
	tag, value, _, usable, err := cut(b)
	return tag, value, usable && err == nil
}

// Decode decodes one TCAP message. It resets m. UserInfo and what Components gives
// alias b. Octets behind the message are ignored. What Components has to say about
// the components is not part of the error.
//
// With several faults the gravest is reported: ErrTruncated or ErrLength, then
// ErrTransactionID, ErrRepeated, ErrDialogue.
func (m *Message) Decode(b []byte) error {
	*m = Message{}
	if len(b) == 0 {
		return ErrTruncated
	}
	switch b[0] {
	case tagBegin:
		m.Type = Begin
	case tagEnd:
		m.Type = End
	case tagContinue:
		m.Type = Continue
	case tagAbort:
		m.Type = Abort
	case tagUnidirectional:
		m.Type = Unidirectional
	default:
		if b[0]&privateClass == privateClass {
			return m.decodeANSI(b)
		}
		return ErrTag
	}
	var fault, minor error
	_, n, ok := ber.Short(b)
	if ok {
		b = b[2:n:n]
	} else {
		_, b, _, ok, fault = cut(b)
		if !ok {
			return fault
		}
	}
	// Transaction ids of four octets at their place, as nearly all stacks write
	// them: without the loop, whose turns are hard to foretell.
	off := 0
	if len(b) >= 6 && b[0] == tagOTID && b[1] == 4 {
		m.OTID = TransactionID{Value: binary.BigEndian.Uint32(b[2:]), Len: 4}
		off = 6
	}
	if p := b[off:]; len(p) >= 6 && p[0] == tagDTID && p[1] == 4 {
		m.DTID = TransactionID{Value: binary.BigEndian.Uint32(p[2:]), Len: 4}
		off += 6
	}
	if p := b[off:]; len(p) >= 2 && p[0] == tagDialogue && p[1] < 0x80 && int(p[1]) <= len(p)-2 {
		n := int(p[1]) + 2
		if !m.dialogue(p[2:n:n]) {
			minor = ErrDialogue
		}
		off += n
	}
	for off < len(b) {
		var tag ber.Tag
		var v []byte
		if t, n, ok := ber.Short(b[off:]); ok {
			tag, v = t, b[off+2:off+n:off+n]
			off += n
		} else {
			var err error
			var rest []byte
			tag, v, rest, ok, err = cut(b[off:])
			off = len(b) - len(rest)
			if err != nil {
				// A missing end of the whole message is a missing end of its last part.
				if fault == nil {
					fault = err
				}
				if !ok {
					break
				}
			}
		}
		switch tag {
		case tagOTID:
			if !m.OTID.set(v) {
				minor = ErrTransactionID
			}
		case tagDTID:
			if !m.DTID.set(v) {
				minor = ErrTransactionID
			}
		case tagComponents:
			if m.components == nil {
				m.components = v
			} else {
				minor = graver(minor, ErrRepeated)
			}
		case tagDialogue:
			if m.Dialogue != DialogueNone {
				minor = graver(minor, ErrRepeated)
			} else if !m.dialogue(v) {
				minor = graver(minor, ErrDialogue)
			}
		case tagPAbort:
			if len(v) > 0 {
				m.HasPAbort, m.PAbortCause = true, v[len(v)-1]
			}
		}
	}
	if fault != nil {
		return fault
	}
	if needs := needed[m.Type]; needs&needOTID != 0 && m.OTID.Len == 0 || needs&needDTID != 0 && m.DTID.Len == 0 {
		return ErrTransactionID
	}
	return minor
}

// graver is the one of two minor faults that Decode reports.
func graver(a, b error) error {
	if a == nil || a == ErrDialogue && b == ErrRepeated {
		return b
	}
	return a
}

// Which transaction ids a message must have (Q.773 tables 2 to 6).
const (
	needOTID = 1 << iota
	needDTID
)

var needed = [Abort + 1]uint8{Begin: needOTID, Continue: needOTID | needDTID, End: needDTID, Abort: needDTID}

// set takes the contents of a transaction id. The first one in a message counts.
func (id *TransactionID) set(v []byte) bool {
	if id.Len != 0 {
		return false
	}
	whole := len(v) > 0 && len(v) <= 4
	if len(v) > maxTransactionID {
		v = v[len(v)-maxTransactionID:]
	}
	for _, c := range v {
		id.High = id.High<<8 | id.Value>>24
		id.Value = id.Value<<8 | uint32(c)
	}
	id.Len = uint8(len(v))
	return whole
}

// Tags of the dialogue portion (Q.773 4.2.3; EXTERNAL: X.690 8.18).
const (
	tagSingleASN1   = 0xa0 // the PDU stands in here, as elements
	tagOctetAligned = 0x81 // the same as octets
	tagAARQ         = 0x60 // AUDT as well
	tagAARE         = 0x61
	tagABRT         = 0x64

	tagVersion     = 0x80 // AARQ, AARE, AUDT
	tagAbortSource = 0x80 // ABRT
	tagACN         = 0xa1
	tagResult      = 0xa2
	tagDiagnostic  = 0xa3
	tagUserInfo    = 0xbe

	tagDiagnosticUser     = 0xa1
	tagDiagnosticProvider = 0xa2
)

// The usual head of a dialogue portion, without its lengths: EXTERNAL with
// 0.0.17.773.1.1.1, and the tag that the PDU stands in.
const (
	head1 = 0x06070011_86050101 // octets 2 to 9
	head2 = 0x01a0              // octets 10 and 11
)

// The usual contents of AARQ and AARE: protocol version 1 and an application
// context of 7 octets; in AARE, the result and its diagnostic.
const (
	headACN      = 0x80020780_a1090607
	headResult   = 0xa2030201
	headUser     = 0xa305a103 // then headCode and the diagnostic
	headProvider = 0xa305a203
	headCode     = 0x0201
)

// dialogue reads the contents of a dialogue portion and reports whether it was
// whole.
func (m *Message) dialogue(v []byte) bool {
	m.Dialogue = DialogueUnknown
	if len(v) >= 13 && len(v) < 0x82 && v[0] == uint8(ber.External) && int(v[1]) == len(v)-2 &&
		binary.BigEndian.Uint64(v[2:]) == head1 && binary.BigEndian.Uint16(v[10:]) == head2 && int(v[12]) == len(v)-13 {
		return m.dialoguePDU(v[13:])
	}
	tag, v, whole := first(v)
	if tag != ber.External {
		return false
	}
	// Object identifier of the dialogue syntax, perhaps a descriptor, then the PDU.
	for {
		if len(v) == 0 {
			return false
		}
		tag, n, ok := ber.Short(v)
		var value []byte
		if ok {
			value, v = v[2:n:n], v[n:]
		} else {
			var err error
			if tag, value, v, ok, err = cut(v); err != nil {
				whole = false
				if !ok {
					return false
				}
			}
		}
		if tag == tagSingleASN1 || tag == tagOctetAligned {
			return m.dialoguePDU(value) && whole
		}
	}
}

// dialoguePDU reads what stands in the EXTERNAL.
func (m *Message) dialoguePDU(v []byte) bool {
	tag, v, whole := first(v)
	switch tag {
	case tagAARQ:
		// Both have this tag, told apart by the syntax; only a unidirectional
		// message can carry an AUDT.
		m.Dialogue = AARQ
		if m.Type == Unidirectional {
			m.Dialogue = AUDT
		}
	case tagAARE:
		m.Dialogue = AARE
	case tagABRT:
		m.Dialogue = ABRT
	default: // another syntax than that of Q.773
		return whole
	}
	off := 0
	if len(v) >= 15 && m.Dialogue != ABRT && binary.BigEndian.Uint64(v) == headACN {
		m.ACN = ObjectID{n: 7}
		copy(m.ACN.b[:7], v[8:15])
		off = 15
		if r := v[off:]; len(r) >= 12 && binary.BigEndian.Uint32(r) == headResult && binary.BigEndian.Uint16(r[9:]) == headCode &&
			(binary.BigEndian.Uint32(r[5:]) == headUser || binary.BigEndian.Uint32(r[5:]) == headProvider) {
			m.HasResult, m.Result = true, r[4]
			m.ByProvider = r[7] == tagDiagnosticProvider
			m.HasDiagnostic, m.Diagnostic = true, r[11]
			off += 12
		}
	}
	for off < len(v) {
		var tag ber.Tag
		var value []byte
		if t, n, ok := ber.Short(v[off:]); ok {
			tag, value = t, v[off+2:off+n:off+n]
			off += n
		} else {
			var err error
			var rest []byte
			tag, value, rest, ok, err = cut(v[off:])
			off = len(v) - len(rest)
			if err != nil {
				whole = false
				if !ok {
					return false
				}
			}
		}
		switch tag {
		case tagACN:
			if len(value) == 9 && value[0] == uint8(ber.ObjectID) && value[1] == 7 {
				m.ACN = ObjectID{n: 7} // the usual length, in a copy without a call
				copy(m.ACN.b[:7], value[2:9])
				continue
			}
			tag, oid, ok := first(value)
			if tag != ber.ObjectID || !ok || len(oid) == 0 || len(oid) > maxObjectID {
				whole = false
				continue
			}
			m.ACN, _ = ObjectIDFromContents(oid)
		case tagUserInfo:
			m.UserInfo = value
		case tagResult:
			if tag, n, _ := first(value); tag == ber.Integer && len(n) > 0 {
				m.HasResult, m.Result = true, n[len(n)-1]
			} else {
				whole = false
			}
		case tagDiagnostic:
			tag, choice, _ := first(value)
			m.ByProvider = tag == tagDiagnosticProvider
			if tag != tagDiagnosticUser && tag != tagDiagnosticProvider {
				whole = false
			} else if tag, n, _ := first(choice); tag == ber.Integer && len(n) > 0 {
				m.HasDiagnostic, m.Diagnostic = true, n[len(n)-1]
			} else {
				whole = false
			}
		case tagAbortSource:
			if m.Dialogue == ABRT && len(value) > 0 {
				m.ByProvider = value[len(value)-1] != 0
			}
		}
	}
	return whole
}

// Components is a cursor at the first component. It is valid as long as the input
// of Decode.
func (m *Message) Components() Components { return Components{b: m.components} }

// HasComponents reports a component portion with something in it.
func (m *Message) HasComponents() bool { return len(m.components) > 0 }
