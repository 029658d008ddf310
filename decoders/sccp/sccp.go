package sccp

import (
	"errors"

	"sigtransit/decoders/telecom"
)

// Faults Decode reports. What was decoded stays valid with each of them.
var (
	// ErrTruncated: the message ends inside of its fixed part, its pointers or its
	// user data; Data holds what is there.
	ErrTruncated = errors.New("sccp: truncated")
	// ErrPointer: the pointer to the user data is zero or leads out of the message.
	ErrPointer = errors.New("sccp: bad pointer")
	// ErrAddress: a party address could not be read to its end. Data is set.
	ErrAddress = errors.New("sccp: bad address")
	// ErrOptional: the optional part is broken; the parameters before the fault are
	// set, and so is Data.
	ErrOptional = errors.New("sccp: bad optional part")
	// ErrConnectionOriented: a message of protocol class 2 or 3, which is no unit
	// data. Nothing is wrong with it, and all that it has is set. One that is broken
	// gives one of the errors above.
	ErrConnectionOriented = errors.New("sccp: connection-oriented")
	// ErrType: a message type that the standard does not have. Only Type is set.
	ErrType = errors.New("sccp: unknown message type")
)

// Message is one SCCP message. The zero value is ready for Decode.
type Message struct {
	Type          MessageType
	Variant       telecom.Variant // the form of its addresses, as DecodeVariant was told
	HasClass      bool
	Class         uint8 // protocol class, 0 to 3 (Q.713 3.6)
	ReturnOnError bool  // message handling: return message on error
	HasCause      bool
	// Cause is the return cause of UDTS, XUDTS and LUDTS (Q.713 3.12; see
	// ReturnCause), and the cause of CREF (3.15), RLSD (3.11), RSR (3.13) and ERR (3.14).
	Cause      uint8
	HopCounter uint8 // XUDT, LUDT and their services, CR (Q.713 3.18)

	Called, Calling Address

	// HasSegmentation: a segmentation parameter (Q.713 3.17) is present.
	HasSegmentation bool
	SegFirst        bool   // first segment
	SegRemaining    uint8  // segments that follow, 0 to 15
	SegReference    uint32 // local reference, 24 bits
	SegInSequence   bool   // protocol class of the whole message was 1

	// HasImportance: an importance parameter (Q.713 3.19) is present.
	HasImportance bool
	Importance    uint8 // 0 to 7

	// Connection is valid for message types of the connection-oriented classes.
	Connection Connection

	Data []byte // user data, or the first/next segment of it; aliases the input
}

// Optional parameters (Q.713 table 2) that are read. ISNI (0x13) and unknown ones
// are stepped over.
const (
	endOfOptional      = 0x00
	paramCalled        = 0x03
	paramCalling       = 0x04
	paramCredit        = 0x09
	paramData          = 0x0f
	paramSegmentation  = 0x10
	paramHopCounter    = 0x11
	paramImportance    = 0x12
	lengthSegmentation = 4
)

// Decode decodes one SCCP message, which begins with its message type (the octet
// after the routing label). It resets m. Data aliases b.
//
// With several faults the gravest is reported: one that touches the user data,
// then ErrAddress, then ErrOptional.
func (m *Message) Decode(b []byte) error { return m.DecodeVariant(b, telecom.ITU) }

// DecodeVariant is Decode for a message of a network of variant v.
func (m *Message) DecodeVariant(b []byte, v telecom.Variant) error {
	*m = Message{Variant: v}
	if len(b) == 0 {
		return ErrTruncated
	}
	b = b[:len(b):len(b)]
	m.Type = MessageType(b[0])
	switch m.Type {
	case UDT: // Q.713 4.10
		if len(b) < 5 {
			return m.short(b, 1)
		}
		m.setClass(b[1])
		return m.unitdata(b, 2)
	case UDTS: // Q.713 4.11
		if len(b) < 5 {
			return m.short(b, 1)
		}
		m.HasCause, m.Cause = true, b[1]
		return m.unitdata(b, 2)
	case XUDT: // Q.713 4.18
		if len(b) < 7 {
			return m.short(b, 2)
		}
		m.setClass(b[1])
		m.HopCounter = b[2]
		return m.extended(b)
	case XUDTS: // Q.713 4.19
		if len(b) < 7 {
			return m.short(b, 2)
		}
		m.HasCause, m.Cause = true, b[1]
		m.HopCounter = b[2]
		return m.extended(b)
	case LUDT: // Q.713 4.20
		if len(b) < 11 {
			return m.short(b, 2)
		}
		m.setClass(b[1])
		m.HopCounter = b[2]
		return m.long(b)
	case LUDTS: // Q.713 4.21
		if len(b) < 11 {
			return m.short(b, 2)
		}
		m.HasCause, m.Cause = true, b[1]
		m.HopCounter = b[2]
		return m.long(b)
	}
	if m.Type.ConnectionOriented() {
		return m.connection(b)
	}
	return ErrType
}

// setClass reads a protocol class octet (Q.713 3.6).
func (m *Message) setClass(c uint8) {
	m.HasClass = true
	m.Class = c & 15
	m.ReturnOnError = c&0x80 != 0
}

// short keeps what a message has that ends before the last pointer: n octets of
// fixed part would follow the type.
func (m *Message) short(b []byte, n int) error {
	if len(b) > 1 {
		if m.Type.Service() {
			m.HasCause, m.Cause = true, b[1]
		} else {
			m.setClass(b[1])
		}
	}
	if n > 1 && len(b) > 2 {
		m.HopCounter = b[2]
	}
	return ErrTruncated
}

// unitdata reads what the three one-octet pointers at `at` lead to. A pointer
// counts from its own octet (Q.713 2.3).
func (m *Message) unitdata(b []byte, at int) error {
	// Data first: an address that cannot be read must not lose it.
	var err error
	p := at + 2 + int(b[at+2])
	switch {
	case p == at+2 || p >= len(b):
		err = ErrPointer
	case int(b[p]) > len(b)-p-1:
		m.Data, err = b[p+1:], ErrTruncated
	default:
		end := p + 1 + int(b[p])
		m.Data = b[p+1 : end : end]
	}
	called, whole1 := party(b, at+int(b[at]), at)
	calling, whole2 := party(b, at+1+int(b[at+1]), at+1)
	return m.parties(called, calling, whole1 && whole2, err)
}

// party is the contents of the address whose length octet is at p; p equal to the
// place of its pointer is a pointer of zero. It reports whether they are whole.
func party(b []byte, p, pointer int) ([]byte, bool) {
	if p == pointer || p >= len(b) {
		return nil, false
	}
	if n := p + 1 + int(b[p]); n <= len(b) {
		return b[p+1 : n], true
	}
	return b[p+1:], false
}

// parties decodes both addresses. err is what was found so far, and stays when
// there is a fault in an address too.
func (m *Message) parties(called, calling []byte, whole bool, err error) error {
	var a, b bool
	if m.Variant == telecom.ITU {
		a, b = m.Called.decode(called), m.Calling.decode(calling)
	} else {
		a, b = m.Called.decodeVariant(called, m.Variant), m.Calling.decodeVariant(calling, m.Variant)
	}
	if err == nil && !(a && b && whole) {
		return ErrAddress
	}
	return err
}

// extended is unitdata for XUDT and XUDTS, which have a fourth pointer.
func (m *Message) extended(b []byte) error {
	err := m.unitdata(b, 3)
	if b[6] == 0 { // no optional part
		return err
	}
	if !m.optional(b, 6+int(b[6])) && err == nil {
		err = ErrOptional
	}
	return err
}

// long reads what the four pointers of LUDT and LUDTS lead to. They have two
// octets, the least significant one first, and count from their most significant
// one (Q.713 2.3); so has the length of long data (3.20) two octets.
func (m *Message) long(b []byte) error {
	pointer := func(at int) int { return at + 1 + int(b[at]) + int(b[at+1])<<8 }
	var err error
	switch p := pointer(7); {
	case p == 8 || p >= len(b):
		err = ErrPointer
	case p+2 > len(b):
		err = ErrTruncated
	default:
		n := int(b[p]) | int(b[p+1])<<8
		p += 2
		if n > len(b)-p {
			m.Data, err = b[p:], ErrTruncated
		} else {
			m.Data = b[p : p+n : p+n]
		}
	}
	called, whole1 := party(b, pointer(3), 4)
	calling, whole2 := party(b, pointer(5), 6)
	err = m.parties(called, calling, whole1 && whole2, err)
	if p := pointer(9); p != 10 && !m.optional(b, p) && err == nil {
		err = ErrOptional
	}
	return err
}

// optional reads the optional part, which begins at p. A missing end of optional
// parameters octet (Q.713 3.1) is let pass.
func (m *Message) optional(b []byte, p int) bool {
	if p >= len(b) {
		return false
	}
	for p < len(b) && b[p] != endOfOptional {
		if len(b)-p < 2 || int(b[p+1]) > len(b)-p-2 {
			return false
		}
		name, v := b[p], b[p+2:p+2+int(b[p+1])]
		p += 2 + len(v)
		switch name {
		case paramSegmentation:
			if len(v) < lengthSegmentation {
				return false
			}
			// 3.17: F, C, two spare bits, remaining segments; then the reference.
			m.HasSegmentation = true
			m.SegFirst = v[0]&0x80 != 0
			m.SegInSequence = v[0]&0x40 != 0
			m.SegRemaining = v[0] & 15
			m.SegReference = uint32(v[1]) | uint32(v[2])<<8 | uint32(v[3])<<16
		case paramImportance:
			if len(v) < 1 {
				return false
			}
			m.HasImportance = true
			m.Importance = v[0] & 7
		default:
			if m.Type.ConnectionOriented() && !m.connectionOption(name, v) {
				return false
			}
		}
	}
	return true
}
