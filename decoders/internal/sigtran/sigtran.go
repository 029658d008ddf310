// Package sigtran reads what the SIGTRAN user adaptation layers have in common:
// the header of eight octets and the walk over parameters. M3UA (RFC 4666 3.1 and
// 3.2), M2UA (RFC 3331 3.1), SUA (RFC 3868 3.1) and, without parameters, M2PA (RFC
// 4165 2.1) use it. What it hands out aliases the input, capped to its length.
package sigtran

import "encoding/binary"

// Lengths of the fixed parts, in octets.
const (
	HeaderLen      = 8
	ParamHeaderLen = 4
	// Padding is how many octets may follow a parameter to fill its last word.
	// Some senders leave them out of the message length, some do not send them.
	Padding = 3
)

// version is the only one there is, of every adaptation layer.
const version = 1

// Fault is what is wrong with a message. A decoder has an error of its own for
// each.
type Fault uint8

// Faults.
const (
	None      Fault = iota
	Truncated       // fewer octets than a length says
	Version         // not version 1; nothing was read
	Length          // a length below that of its own header
	NumFaults
)

// Header is the common header.
type Header struct {
	Class, Type uint8
	Length      uint32 // octets, header included
}

// ReadHeader reads the header at the start of b. The reserved octet may hold
// anything. A fault, Truncated or Version, comes with the zero Header.
func ReadHeader(b []byte) (h Header, f Fault) {
	if len(b) < HeaderLen {
		return h, Truncated
	}
	if b[0] != version {
		return h, Version
	}
	return Header{b[2], b[3], binary.BigEndian.Uint32(b[4:])}, None
}

// Body is what follows the first fixed octets of the message b, cut by the length
// of the header. b has at least fixed octets. A message may be short by up to
// padding octets without a fault. At Length, a length below fixed, which says
// nothing, and at Truncated it is all that is there.
func (h Header) Body(b []byte, fixed, padding int) ([]byte, Fault) {
	f := None
	switch n := uint64(h.Length); {
	case n < uint64(fixed):
		f = Length
	case n <= uint64(len(b)):
		b = b[:n]
	case n > uint64(len(b)+padding):
		f = Truncated
	}
	return b[fixed:len(b):len(b)], f
}

// Param splits the first parameter off b, which is not empty: its tag, its value
// without padding, and what follows it. At Truncated the value is what is there,
// and rest is empty; at Length, and where not even a header is there, both are
// empty and the tag is 0, which no adaptation layer uses. Every call consumes
// octets: a walk ends.
func Param(b []byte) (tag uint16, value, rest []byte, f Fault) {
	if len(b) < ParamHeaderLen {
		return 0, nil, nil, Truncated
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < ParamHeaderLen {
		// A length of 0 would keep a careless walk in place for ever.
		return 0, nil, nil, Length
	}
	if n > len(b) {
		n, f = len(b), Truncated
	}
	// An empty rest keeps its pointer inside b.
	return binary.BigEndian.Uint16(b), b[ParamHeaderLen:n:n], b[min((n+3)&^3, len(b)):], f
}

// LooksLike reads the header at the start of b and reports whether it could be
// one: version 1, a zero reserved octet, and a length of at least fixed that fits
// b, of which padding octets may be missing. What classes and types there are the
// decoders know.
func LooksLike(b []byte, fixed, padding int) (h Header, ok bool) {
	if len(b) < HeaderLen || b[0] != version || b[1] != 0 {
		return h, false
	}
	h = Header{b[2], b[3], binary.BigEndian.Uint32(b[4:])}
	return h, uint64(h.Length) >= uint64(fixed) && uint64(h.Length) <= uint64(len(b)+padding)
}

// names are the messages of the classes that adaptation layers share, by class and
// type (RFC 4666 3.1.2, RFC 3331 3.1.2, RFC 3868 3.1.2).
var names = [5][7]string{
	0: {0: "ERR", 1: "NTFY"},
	2: {1: "DUNA", 2: "DAVA", 3: "DAUD", 4: "SCON", 5: "DUPU", 6: "DRST"},
	3: {1: "ASPUP", 2: "ASPDN", 3: "BEAT", 4: "ASPUP-ACK", 5: "ASPDN-ACK", 6: "BEAT-ACK"},
	4: {1: "ASPAC", 2: "ASPIA", 3: "ASPAC-ACK", 4: "ASPIA-ACK"},
}

// Registrations are the messages of routing and link key management by type (RFC
// 4666 3.6, RFC 3331 3.3.3, RFC 3868 3.6), whose class differs.
var Registrations = [5]string{1: "REG-REQ", 2: "REG-RSP", 3: "DEREG-REQ", 4: "DEREG-RSP"}

// Name is the short name of a message of a class that adaptation layers share;
// empty for any other.
func Name(class, typ uint8) string {
	if int(class) >= len(names) || int(typ) >= len(names[0]) {
		return ""
	}
	return names[class][typ]
}
