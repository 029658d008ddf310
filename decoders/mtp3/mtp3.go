package mtp3

import (
	"encoding/binary"
	"errors"

	"sigtransit/decoders/telecom"
)

// ErrTruncated says that the message ends inside of its routing label. Decode
// returns it bare, so that it can be compared with == and counted.
var ErrTruncated = errors.New("mtp3: truncated")

// Variant is the form of the routing label.
type Variant = telecom.Variant

// Variants.
const (
	ITU   = telecom.ITU   // 14-bit point codes, 4-bit SLS (Q.704 2.2)
	ANSI  = telecom.ANSI  // 24-bit point codes, 8-bit SLS (T1.111.4)
	China = telecom.China // 24-bit point codes, 4-bit SLS
	Japan = telecom.Japan // 16-bit point codes, 4-bit SLS (JT-Q704)
)

// Message is one MTP3 message. Its fields are those of the Protocol Data of M3UA,
// in the same order, so that a value of one type converts to the other.
type Message struct {
	OPC, DPC telecom.PointCode
	SI       uint8  // service indicator: 3 SCCP, 5 ISUP, ... (Q.704 14.2.1)
	NI       uint8  // network indicator (Q.704 14.2.2)
	MP       uint8  // the two spare bits of the octet: message priority in ANSI and Japan
	SLS      uint8  // signalling link selection
	UserData []byte // aliases the input
}

// Decode reads a message that begins with its service information octet and
// resets m. The only error is ErrTruncated: what stands before the fault is set.
//
//	SIO    | NI 2 | MP 2 | SI 4 |
//	ITU    | DPC 14 bits, OPC 14 bits, SLS 4 bits, least significant first |
//	ANSI   | DPC 3 octets | OPC 3 octets | SLS 1 octet |    least significant octet first
//	China  | DPC 3 octets | OPC 3 octets | SLS 4 bits, spare 4 bits |
//	Japan  | DPC 2 octets | OPC 2 octets | SLS 4 bits, spare 4 bits |
func (m *Message) Decode(b []byte, v Variant) error {
	if len(b) == 0 {
		*m = Message{}
		return ErrTruncated
	}
	m.SI, m.NI, m.MP = b[0]&0x0f, b[0]>>6, b[0]>>4&3
	b = b[1:len(b):len(b)]
	switch {
	case v == ITU && len(b) >= 4:
		label := binary.LittleEndian.Uint32(b)
		m.DPC = telecom.PointCode(label & 0x3fff)
		m.OPC = telecom.PointCode(label >> 14 & 0x3fff)
		m.SLS = uint8(label >> 28)
		m.UserData = b[4:]
	case (v == ANSI || v == China) && len(b) >= 7:
		m.DPC = telecom.PointCode(b[0]) | telecom.PointCode(b[1])<<8 | telecom.PointCode(b[2])<<16
		m.OPC = telecom.PointCode(b[3]) | telecom.PointCode(b[4])<<8 | telecom.PointCode(b[5])<<16
		m.SLS = b[6]
		if v == China {
			m.SLS &= 0x0f
		}
		m.UserData = b[7:]
	case v == Japan && len(b) >= 5:
		m.DPC = telecom.PointCode(binary.LittleEndian.Uint16(b[0:2]))
		m.OPC = telecom.PointCode(binary.LittleEndian.Uint16(b[2:4]))
		m.SLS = b[4] & 0x0f
		m.UserData = b[5:]
	default:
		m.OPC, m.DPC, m.SLS, m.UserData = 0, 0, 0, nil
		return ErrTruncated
	}
	return nil
}

// Test messages of SI 1 and 2 (Q.707 2.2, T1.111.7): the heading octet, and a
// length in the upper half of the next one.
const (
	headingSLTM = 0x11
	headingSLTA = 0x21
)

// LooksLikeTest reports that user data of SI 1 or 2 is a signalling link test
// message or its acknowledgement, to its very end: behind a label of another
// width it would not be.
func LooksLikeTest(user []byte) bool {
	return len(user) > 2 && (user[0] == headingSLTM || user[0] == headingSLTA) && user[1]&0x0f == 0 && int(user[1]>>4) == len(user)-2
}
