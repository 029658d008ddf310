package m2ua

import (
	"encoding/binary"
	"errors"
)

// Errors of this package. Decode returns them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: fewer octets than a length says.
	ErrTruncated = errors.New("m2ua: truncated")
	// ErrVersion: not version 1; nothing was decoded.
	ErrVersion = errors.New("m2ua: unknown version")
	// ErrLength: a length below that of its own header.
	ErrLength = errors.New("m2ua: bad length")
)

// Message classes (RFC 3331 3.1.2) and types of MAUP (3.1.3).
const (
	ClassManagement uint8 = 0
	ClassASPSM      uint8 = 3 // ASP state maintenance
	ClassASPTM      uint8 = 4 // ASP traffic maintenance
	ClassMAUP       uint8 = 6 // MTP2 user adaptation
	ClassIIM        uint8 = 10

	TypeData          uint8 = 1
	TypeRetrievalData uint8 = 12 // data retrieval indication
)

// Parameters read here (RFC 3331 3.1.5 and 3.3.1).
const (
	tagInterfaceID   = 0x0001
	tagInterfaceText = 0x0003
	tagData1         = 0x0300 // Q.703 message: SIO first
	tagData2         = 0x0301 // TTC message: length indicator first
)

const (
	headerLen      = 8
	paramHeaderLen = 4
)

// Message is one M2UA message.
type Message struct {
	Class, Type uint8
	Length      uint32 // from the wire, octets, header included

	HasInterface  bool
	Interface     uint32 // interface identifier; valid if HasInterface
	InterfaceText []byte // the textual form of it; nil when absent

	// HasData: a Protocol Data parameter stood in the message.
	HasData bool
	// Priority is the length indicator octet of a TTC message (Protocol Data 2),
	// which holds the message priority in its two highest bits; 0 else.
	Priority uint8
	// Data is an MTP3 message from its service information octet on. It may be
	// empty even if HasData. Aliases the input.
	Data []byte
}

// Decode reads the message at the start of b and resets m. Octets behind the
// message are ignored.
//
// ErrVersion and, for fewer than 8 octets, ErrTruncated: m is zero. All other
// errors come with what could be read: ErrTruncated for a message or parameter
// that is cut off, ErrLength for a length that does not make sense. Padding that
// is missing, or not counted in the message length, is accepted.
func (m *Message) Decode(b []byte) error {
	*m = Message{}
	if len(b) < headerLen {
		return ErrTruncated
	}
	if b[0] != 1 {
		return ErrVersion
	}
	m.Class, m.Type = b[2], b[3]
	m.Length = binary.BigEndian.Uint32(b[4:8])
	var err error
	switch n := uint64(m.Length); {
	case n < headerLen:
		err = ErrLength
	case n <= uint64(len(b)):
		b = b[:n]
	case n > uint64(len(b))+3:
		err = ErrTruncated
	}
	b = b[headerLen:len(b):len(b)]
	for len(b) >= paramHeaderLen {
		tag := binary.BigEndian.Uint16(b[0:2])
		n := int(binary.BigEndian.Uint16(b[2:4]))
		if n < paramHeaderLen {
			// A length of 0 would keep a careless walk in place for ever.
			if err == nil {
				err = ErrLength
			}
			return err
		}
		if n > len(b) {
			n = len(b)
			if err == nil {
				err = ErrTruncated
			}
		}
		v := b[paramHeaderLen:n:n]
		b = b[min((n+3)&^3, len(b)):]
		switch tag {
		case tagData1, tagData2:
			if m.HasData {
				break
			}
			m.HasData = true
			if tag == tagData2 && len(v) > 0 {
				m.Priority, v = v[0], v[1:]
			}
			m.Data = v
		case tagInterfaceID:
			if len(v) >= 4 && !m.HasInterface {
				m.HasInterface, m.Interface = true, binary.BigEndian.Uint32(v)
			}
		case tagInterfaceText:
			if m.InterfaceText == nil {
				m.InterfaceText = v
			}
		}
	}
	if len(b) > 0 && err == nil {
		err = ErrTruncated
	}
	return err
}

// LooksLike reports whether b begins like an M2UA message of the MAUP class, the
// only one that no other adaptation layer has: version 1, a zero reserved octet,
// a known type, and a length that fits the payload.
func LooksLike(b []byte) bool {
	if len(b) < headerLen || b[0] != 1 || b[1] != 0 || b[2] != ClassMAUP || b[3] < 1 || b[3] > 15 {
		return false
	}
	n := binary.BigEndian.Uint32(b[4:8])
	return n >= headerLen && uint64(n) <= uint64(len(b))+3
}
