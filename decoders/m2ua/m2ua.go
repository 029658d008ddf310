package m2ua

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/internal/sigtran"
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

// faults are the errors for what the common header and the parameters may lack.
var faults = [sigtran.NumFaults]error{sigtran.Truncated: ErrTruncated, sigtran.Version: ErrVersion, sigtran.Length: ErrLength}

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

// maup are the messages of ClassMAUP by type (RFC 3331 3.1.3).
var maup = [16]string{
	1: "DATA", 2: "ESTABLISH-REQ", 3: "ESTABLISH-CONF", 4: "RELEASE-REQ", 5: "RELEASE-CONF", 6: "RELEASE-IND",
	7: "STATE-REQ", 8: "STATE-CONF", 9: "STATE-IND", 10: "RETRIEVAL-REQ", 11: "RETRIEVAL-CONF", 12: "RETRIEVAL-IND",
	13: "RETRIEVAL-COMPLETE", 14: "CONGESTION-IND", 15: "DATA-ACK",
}

// TypeName is a short name of a message, empty for one that RFC 3331 does not have.
func TypeName(class, typ uint8) string {
	switch {
	case class == ClassMAUP && int(typ) < len(maup):
		return maup[typ]
	case class == ClassIIM && int(typ) < len(sigtran.Registrations):
		return sigtran.Registrations[typ]
	case class == 2: // of M3UA and SUA
		return ""
	}
	return sigtran.Name(class, typ)
}

// Parameters read here (RFC 3331 3.1.5 and 3.3.1).
const (
	tagInterfaceID   = 0x0001
	tagInterfaceText = 0x0003
	tagData1         = 0x0300 // Q.703 message: SIO first
	tagData2         = 0x0301 // TTC message: length indicator first
	tagStateRequest  = 0x0302
	tagStateEvent    = 0x0303
	tagCongestion    = 0x0304
	tagResult        = 0x0308 // of a data retrieval
)

// Message is one M2UA message.
type Message struct {
	Class, Type uint8
	Length      uint32 // from the wire, octets, header included

	HasInterface  bool
	Interface     uint32 // interface identifier; valid if HasInterface
	InterfaceText []byte // the textual form of it; nil when absent

	// HasState: a message about the state of a link says what it is.
	HasState bool
	// State is the state request (RFC 3331 3.3.1.5), the event (3.3.1.7), the
	// congestion status (3.3.1.8) or the result of a retrieval (3.3.1.10), as the
	// type of the message tells.
	State uint32

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
	h, fault := sigtran.ReadHeader(b)
	if fault != sigtran.None {
		return faults[fault]
	}
	m.Class, m.Type, m.Length = h.Class, h.Type, h.Length
	b, fault = h.Body(b, sigtran.HeaderLen, sigtran.Padding)
	for len(b) > 0 {
		tag, v, rest, f := sigtran.Param(b)
		if f != sigtran.None && fault == sigtran.None {
			fault = f
		}
		b = rest
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
		case tagStateRequest, tagStateEvent, tagCongestion, tagResult:
			if len(v) >= 4 && !m.HasState {
				m.HasState, m.State = true, binary.BigEndian.Uint32(v)
			}
		case tagInterfaceText:
			if m.InterfaceText == nil {
				m.InterfaceText = v
			}
		}
	}
	return faults[fault]
}

// LooksLike reports whether b begins like an M2UA message of the MAUP class, the
// only one that no other adaptation layer has: version 1, a zero reserved octet,
// a known type, and a length that fits the payload.
func LooksLike(b []byte) bool {
	h, ok := sigtran.LooksLike(b, sigtran.HeaderLen, sigtran.Padding)
	return ok && h.Class == ClassMAUP && h.Type >= 1 && h.Type <= 15
}
