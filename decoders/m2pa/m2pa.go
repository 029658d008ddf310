package m2pa

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/internal/sigtran"
)

// Errors of this package. Decode returns them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: fewer octets than the headers or than the length says.
	ErrTruncated = errors.New("m2pa: truncated")
	// ErrVersion: not version 1; nothing was decoded.
	ErrVersion = errors.New("m2pa: unknown version")
	// ErrClass: not message class 11; nothing was decoded.
	ErrClass = errors.New("m2pa: unknown message class")
	// ErrLength: a length below that of the headers.
	ErrLength = errors.New("m2pa: bad length")
)

// faults are the errors for what the common header and the parameters may lack.
var faults = [sigtran.NumFaults]error{sigtran.Truncated: ErrTruncated, sigtran.Version: ErrVersion, sigtran.Length: ErrLength}

// Class is the message class, Type* the types (RFC 4165 2.1.2 and 2.1.3).
const (
	Class          uint8 = 11
	TypeUserData   uint8 = 1
	TypeLinkStatus uint8 = 2
)

// headerLen is the common header and that of M2PA (RFC 4165 2.1 and 2.2).
const headerLen = sigtran.HeaderLen + 8

// Message is one M2PA message.
//
//	+---------------+---------------+---------------+---------------+
//	|    version    |     spare     |   class 11    |     type      |
//	+---------------+---------------+---------------+---------------+
//	|                        message length                         |
//	+---------------+-----------------------------------------------+
//	|    unused     |           backward sequence number            |
//	+---------------+-----------------------------------------------+
//	|    unused     |            forward sequence number            |
//	+---------------+-----------------------------------------------+
//	|  priority     |  SIO, routing label, ...                      |
type Message struct {
	Type   uint8
	Length uint32 // from the wire, octets, headers included
	// BSN and FSN are the backward and forward sequence numbers, 24 bits: with
	// them a message that a link change repeats on another link is known again.
	BSN, FSN uint32
	State    uint32 // of TypeLinkStatus (RFC 4165 2.3.2)
	Priority uint8  // of user data, 0 to 3 (RFC 4165 2.3.1); meaningful in Japan
	// Data is an MTP3 message from its service information octet on; nil for link
	// status and for user data without content, which only acknowledges. Aliases
	// the input.
	Data []byte
}

// Decode reads the message at the start of b and resets m. Octets behind the
// message are ignored.
//
// ErrVersion, ErrClass and, for less than the two headers, ErrTruncated: m is
// zero. ErrTruncated and ErrLength else come with what could be read.
func (m *Message) Decode(b []byte) error {
	*m = Message{}
	h, fault := sigtran.ReadHeader(b)
	if fault != sigtran.None {
		return faults[fault]
	}
	if h.Class != Class {
		return ErrClass
	}
	if len(b) < headerLen {
		return ErrTruncated
	}
	m.Type, m.Length = h.Type, h.Length
	// The octet before each number is unused and may hold anything.
	m.BSN = binary.BigEndian.Uint32(b[8:12]) & 0xffffff
	m.FSN = binary.BigEndian.Uint32(b[12:16]) & 0xffffff
	b, fault = h.Body(b, headerLen, 0)
	err := faults[fault]
	switch m.Type {
	case TypeUserData:
		if len(b) > 0 {
			m.Priority = b[0] >> 6
			if len(b) > 1 {
				m.Data = b[1:]
			}
		}
	case TypeLinkStatus:
		if len(b) >= 4 {
			m.State = binary.BigEndian.Uint32(b)
		} else if err == nil {
			err = ErrTruncated
		}
	}
	return err
}

// states are the link states by number (RFC 4165 2.3.2).
var states = [10]string{
	1: "ALIGNMENT", 2: "PROVING-NORMAL", 3: "PROVING-EMERGENCY", 4: "READY", 5: "PROCESSOR-OUTAGE", 6: "PROCESSOR-RECOVERED",
	7: "BUSY", 8: "BUSY-ENDED", 9: "OUT-OF-SERVICE",
}

// StateName is the name of a link state, empty for one that RFC 4165 does not have.
func StateName(state uint32) string {
	if state >= uint32(len(states)) {
		return ""
	}
	return states[state]
}

// LooksLike reports whether b begins like an M2PA message: version 1, a zero spare
// octet, class 11, a known type, and a length that fits the payload.
func LooksLike(b []byte) bool {
	h, ok := sigtran.LooksLike(b, headerLen, 0)
	return ok && h.Class == Class && h.Type >= TypeUserData && h.Type <= TypeLinkStatus
}
