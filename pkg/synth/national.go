package synth

import (
	"encoding/binary"

	"sigtransit/decoders/telecom"
)

// appendCode appends a point code as SCCP addresses and routing labels of 24 and 16
// bits have it: least significant octet first.
func appendCode(b []byte, v telecom.Variant, pc telecom.PointCode) []byte {
	b = append(b, byte(pc), byte(pc>>8))
	if v == telecom.ANSI || v == telecom.China {
		b = append(b, byte(pc>>16))
	}
	return b
}

// appendNationalAddress is AppendAddress for the variants other than ITU. ANSI
// networks (T1.112.3 3.4) have the subsystem number first, its bit and that of the
// point code exchanged, and forms 1 and 2 of global titles for GTTypePlan and GTType.
func appendNationalAddress(b []byte, a Address) []byte {
	if a.Variant != telecom.ANSI {
		code := appendCode(nil, a.Variant, a.PC)
		itu := a
		itu.Variant, itu.HasPC = telecom.ITU, false
		at := len(b)
		b = AppendAddress(b, itu)
		if a.HasPC {
			b[at] |= 0x01
			b = append(b[:at+1], append(code, b[at+1:]...)...)
		}
		return b
	}
	ai := byte(0)
	switch a.GTI {
	case GTTypePlan:
		ai = 1 << 2
	case GTType:
		ai = 2 << 2
	}
	if !a.NoSSN {
		ai |= 0x01
	}
	if a.HasPC {
		ai |= 0x02
	}
	if a.RouteOnSSN {
		ai |= 0x40
	}
	if a.National {
		ai |= 0x80
	}
	b = append(b, ai)
	if !a.NoSSN {
		b = append(b, byte(a.SSN))
	}
	if a.HasPC {
		b = appendCode(b, a.Variant, a.PC)
	}
	switch a.GTI {
	case GTNone:
		return b
	case GTType:
		b = append(b, a.TT)
	default:
		b = append(b, a.TT, a.NP<<4|2-byte(a.Digits.Len()&1))
	}
	return appendBCD(b, a.Digits, 0)
}

// AppendMTP3 appends an MTP3 message of a variant (Q.704 14.2 and 2.2, T1.111.4,
// JT-Q704): service information octet, routing label, user part.
func AppendMTP3(b []byte, v telecom.Variant, t Transfer, user []byte) []byte {
	b = append(b, t.NI<<6|t.MP&3<<4|t.SI&15)
	if v == telecom.ITU {
		b = binary.LittleEndian.AppendUint32(b, uint32(t.DPC&0x3fff)|uint32(t.OPC&0x3fff)<<14|uint32(t.SLS)<<28)
	} else {
		b = append(appendCode(appendCode(b, v, t.DPC), v, t.OPC), t.SLS)
	}
	return append(b, user...)
}

// AppendSigtran appends a message of an adaptation layer with the common header
// (RFC 3331 3.1, RFC 3868 3.1, RFC 4666 3.1) around whole parameters.
func AppendSigtran(b []byte, class, typ uint8, params ...[]byte) []byte {
	b, at := OpenM3UA(b, uint16(class)<<8|uint16(typ))
	for _, p := range params {
		b = append(b, p...)
	}
	return CloseM3UA(b, at)
}

// Parameter is one parameter with its padding.
func Parameter(tag uint16, value ...byte) []byte { return AppendM3UAParameter(nil, tag, value) }

// Parameter32 is one parameter of a word.
func Parameter32(tag uint16, v uint32) []byte { return appendM3UA32(nil, tag, v) }

// AppendM2PA appends a message of M2PA (RFC 4165 2): typ 1 is user data, behind its
// priority octet; 2 is link status, a word.
func AppendM2PA(b []byte, typ uint8, bsn, fsn uint32, data []byte) []byte {
	b, at := OpenM3UA(b, 11<<8|uint16(typ))
	b = binary.BigEndian.AppendUint32(b, bsn&0xffffff)
	b = binary.BigEndian.AppendUint32(b, fsn&0xffffff)
	return CloseM3UA(append(b, data...), at)
}

// SUAAddress appends the value of a source or destination address of SUA (RFC 3868
// 3.10.2): routing indicator 1 global title, 2 SSN and point code, 3 host name, 4
// SSN and IP address; then whole parameters.
func SUAAddress(tag uint16, routing uint16, params ...[]byte) []byte {
	v := []byte{byte(routing >> 8), byte(routing), 0, 7}
	for _, p := range params {
		v = append(v, p...)
	}
	return AppendM3UAParameter(nil, tag, v)
}

// SUATitle is the global title parameter of SUA (RFC 3868 3.10.2.3).
func SUATitle(d telecom.Digits) []byte {
	v := appendBCD([]byte{0, 0, 0, byte(GTTypeNature), byte(d.Len()), 0, 1, 4}, d, 0)
	return AppendM3UAParameter(nil, 0x8001, v)
}

// ConnectionMessage is an SCCP message of the connection-oriented classes (Q.713 4):
// its type, its fixed part, and the parts that pointers lead to. Nil parts that the
// type has get a pointer of zero.
type ConnectionMessage struct {
	Type  uint8
	Fixed []byte
	// Variable are mandatory variable parts; a message type has none or one.
	Variable [][]byte
	// Optional are whole optional parameters; nil: the message type has no optional
	// part, empty: none is there.
	Optional []byte
}

// Reference is a local reference of a connection as it stands on the wire.
func Reference(n uint32) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }

// AppendConnection appends a connection-oriented message.
func AppendConnection(b []byte, m ConnectionMessage) []byte {
	b = append(append(b, m.Type), m.Fixed...)
	p := len(b)
	b = append(b, make([]byte, len(m.Variable))...)
	if m.Optional != nil {
		b = append(b, 0)
	}
	for i, v := range m.Variable {
		b[p+i] = byte(len(b) - (p + i))
		b = append(append(b, byte(len(v))), v...)
	}
	if len(m.Optional) > 0 {
		at := p + len(m.Variable)
		b[at] = byte(len(b) - at)
		b = append(append(b, m.Optional...), 0)
	}
	return b
}

// PackageType is a package type of ANSI TCAP by its tag (T1.114.3 3.1).
type PackageType uint8

// Package types.
const (
	ANSIUnidirectional PackageType = 0xe1
	QueryPermission    PackageType = 0xe2
	Query              PackageType = 0xe3
	Response           PackageType = 0xe4
	ConvPermission     PackageType = 0xe5
	Conv               PackageType = 0xe6
	ANSIAbort          PackageType = 0xf6
)

// Package is one message of ANSI TCAP. IDs are its transaction ids, none, one or two
// of four octets: of a conversation the sender's first.
type Package struct {
	Type       PackageType
	IDs        []uint32
	Dialogue   []byte // contents of the dialogue portion; nil when absent
	Components []byte
	Cause      uint8 // P-Abort cause of an abort; 0: absent
}

// AppendPackage appends a message of ANSI TCAP.
func AppendPackage(b []byte, p Package) []byte {
	b, message := OpenTLV(b, uint16(p.Type), Shortest)
	b = append(b, 0xc7, byte(4*len(p.IDs)))
	for _, id := range p.IDs {
		b = binary.BigEndian.AppendUint32(b, id)
	}
	if p.Dialogue != nil {
		b = AppendTLVAs(b, 0xf9, Shortest, p.Dialogue)
	}
	if p.Cause != 0 {
		b = append(b, 0xd7, 1, p.Cause)
	}
	if p.Components != nil {
		b = AppendTLVAs(b, 0xe8, Shortest, p.Components)
	}
	return message.Close(b)
}

// Component tags of ANSI TCAP (T1.114.3 5).
const (
	ANSIInvokeLast    uint8 = 0xe9
	ANSIResultLast    uint8 = 0xea
	ANSIError         uint8 = 0xeb
	ANSIReject        uint8 = 0xec
	ANSIInvokeNotLast uint8 = 0xed
	ANSIResultNotLast uint8 = 0xee
)

// Code tags of ANSI TCAP.
const (
	NationalCode  uint8 = 0xd0
	PrivateCode   uint8 = 0xd1
	NationalError uint8 = 0xd3
	PrivateError  uint8 = 0xd4
	ANSIProblem   uint8 = 0xd5
)

// AppendANSIComponent appends a component: its ids (invoke, then correlation), a code
// or problem under its tag (0: none), and the contents of its parameter set.
func AppendANSIComponent(b []byte, tag uint8, ids []byte, codeTag uint8, code []byte, params []byte) []byte {
	b, c := OpenTLV(b, uint16(tag), Shortest)
	b = append(append(b, 0xcf, byte(len(ids))), ids...)
	if codeTag != 0 {
		b = append(append(b, codeTag, byte(len(code))), code...)
	}
	return c.Close(AppendTLVAs(b, 0xf2, Shortest, params))
}
