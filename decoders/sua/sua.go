package sua

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"sigtransit/decoders/internal/sigtran"
	"sigtransit/decoders/telecom"
)

// Errors of this package. Decode returns them bare, so that they can be compared
// with == and counted.
var (
	// ErrTruncated: fewer octets than a length says.
	ErrTruncated = errors.New("sua: truncated")
	// ErrVersion: not version 1; nothing was decoded.
	ErrVersion = errors.New("sua: unknown version")
	// ErrLength: a length below that of its own header or fixed part.
	ErrLength = errors.New("sua: bad length")
	// ErrAddress: a party address could not be read to its end. All else is set.
	ErrAddress = errors.New("sua: bad address")
)

// faults are the errors for what the common header and the parameters may lack.
var faults = [sigtran.NumFaults]error{sigtran.Truncated: ErrTruncated, sigtran.Version: ErrVersion, sigtran.Length: ErrLength}

// Message classes (RFC 3868 3.1.2) and types of ClassCL (3.1.3).
const (
	ClassManagement uint8 = 0
	ClassSNM        uint8 = 2
	ClassASPSM      uint8 = 3
	ClassASPTM      uint8 = 4
	ClassCL         uint8 = 7 // connectionless
	ClassCO         uint8 = 8 // connection-oriented
	ClassRKM        uint8 = 9

	TypeCLDT uint8 = 1 // connectionless data transfer
	TypeCLDR uint8 = 2 // connectionless data response
)

// CauseReturn is the cause type of a CLDR (RFC 3868 3.10.6).
const CauseReturn uint8 = 1

// Parameters read here (RFC 3868 3.9 and 3.10).
const (
	tagRoutingContext    = 0x0006
	tagCorrelationID     = 0x0013
	tagHopCounter        = 0x0101
	tagSourceAddress     = 0x0102
	tagDestAddress       = 0x0103
	tagSourceReference   = 0x0104
	tagDestReference     = 0x0105
	tagCause             = 0x0106
	tagData              = 0x010b
	tagNetworkAppearance = 0x010d
	tagImportance        = 0x0113
	tagProtocolClass     = 0x0115
	tagSequenceControl   = 0x0116
	tagSegmentation      = 0x0117

	// Inside of addresses, RFC 3868 3.10.2.
	tagGlobalTitle = 0x8001
	tagPointCode   = 0x8002
	tagSSN         = 0x8003
	tagIPv4        = 0x8004
	tagHostname    = 0x8005
	tagIPv6        = 0x8006
)

// Message is one SUA message.
type Message struct {
	Class, Type uint8
	Length      uint32 // from the wire, octets, header included

	HasNetworkAppearance bool
	NetworkAppearance    uint32
	HasRoutingContext    bool
	RoutingContext       uint32 // the first one, when there is a list
	HasCorrelationID     bool
	CorrelationID        uint32

	HasProtocolClass bool
	ProtocolClass    uint8 // 0 to 3 (RFC 3868 3.10.14)
	ReturnOnError    bool
	HasCause         bool
	CauseType        uint8 // 1 return cause, 2 refusal, 3 release, 4 reset, 5 error (3.10.6)
	Cause            uint8 // the value of Q.713 for that type
	HopCounter       uint8
	SequenceControl  uint32
	HasImportance    bool
	Importance       uint8

	// HasSegmentation: a segmentation parameter (RFC 3868 3.10.23) is present.
	HasSegmentation bool
	SegFirst        bool   // first segment
	SegRemaining    uint8  // segments that follow
	SegReference    uint32 // 24 bits

	// References of a connection as its sender and as its receiver number it, of
	// the connection-oriented messages (RFC 3868 3.10.4, 3.10.5).
	SourceReference, DestinationReference uint32

	// Called is the destination address, Calling the source address.
	Called, Calling Party

	// HasData: a Data parameter stood in the message.
	HasData bool
	Data    []byte // user data of SCCP, or a segment of it; aliases the input
}

// Party is a source or destination address (RFC 3868 3.10.2).
type Party struct {
	Address Address
	// RoutingIndicator: 1 global title, 2 SSN and point code, 3 host name, 4 SSN
	// and IP address.
	RoutingIndicator uint16
	Host             []byte     // host name; nil when absent; aliases the input
	IP               netip.Addr // zero when absent
}

// Address has the fields of the address of package sccp, in the same order.
type Address struct {
	Present    bool  // the parameter was there and not empty
	Indicator  uint8 // the indicator octet that Q.713 3.4.1 would give the address
	HasPC      bool
	HasSSN     bool
	RouteOnSSN bool  // not to be routed on the global title
	GTI        uint8 // global title indicator: 0 none, 1 to 4
	PC         telecom.PointCode
	SSN        telecom.SSN
	TT         uint8 // translation type
	NP         uint8 // numbering plan: 1 E.164, 6 E.212, 7 E.214
	ES         uint8 // 1 odd, 2 even number of digits; 0 without global title
	NAI        uint8 // nature of address
	GT         telecom.Digits
}

// Decode reads the message at the start of b and resets m. Octets behind the
// message are ignored.
//
// ErrVersion and, for fewer than 8 octets, ErrTruncated: m is zero. All other
// errors come with what could be read before and behind the fault. With several
// faults the first is reported. Padding that is missing, or not counted in the
// message length, is accepted.
func (m *Message) Decode(b []byte) error {
	*m = Message{}
	h, fault := sigtran.ReadHeader(b)
	if fault != sigtran.None {
		return faults[fault]
	}
	m.Class, m.Type, m.Length = h.Class, h.Type, h.Length
	b, fault = h.Body(b, sigtran.HeaderLen, sigtran.Padding)
	err := faults[fault]
	for len(b) > 0 {
		tag, v, rest, f := sigtran.Param(b)
		if err == nil {
			err = faults[f]
		}
		b = rest
		if e := m.param(tag, v); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// param stores a parameter. One that comes again is ignored.
func (m *Message) param(tag uint16, v []byte) error {
	switch tag {
	case tagData:
		if !m.HasData {
			m.HasData, m.Data = true, v
		}
		return nil
	case tagSourceAddress:
		if !m.Calling.Address.Present {
			return m.Calling.decode(v)
		}
		return nil
	case tagDestAddress:
		if !m.Called.Address.Present {
			return m.Called.decode(v)
		}
		return nil
	}
	if len(v) < 4 {
		return nil
	}
	// All others are one word.
	x := binary.BigEndian.Uint32(v)
	switch tag {
	case tagRoutingContext:
		if !m.HasRoutingContext {
			m.HasRoutingContext, m.RoutingContext = true, x
		}
	case tagNetworkAppearance:
		m.HasNetworkAppearance, m.NetworkAppearance = true, x
	case tagCorrelationID:
		m.HasCorrelationID, m.CorrelationID = true, x
	case tagProtocolClass:
		m.HasProtocolClass, m.ProtocolClass, m.ReturnOnError = true, uint8(x)&3, x&0x80 != 0
	case tagCause:
		m.HasCause, m.CauseType, m.Cause = true, uint8(x>>8), uint8(x)
	case tagSourceReference:
		m.SourceReference = x
	case tagDestReference:
		m.DestinationReference = x
	case tagHopCounter:
		m.HopCounter = uint8(x)
	case tagSequenceControl:
		m.SequenceControl = x
	case tagImportance:
		m.HasImportance, m.Importance = true, uint8(x)
	case tagSegmentation:
		m.HasSegmentation = true
		m.SegFirst, m.SegRemaining, m.SegReference = x>>31 != 0, uint8(x>>24)&0x7f, x&0xffffff
	}
	return nil
}

// Bits of the address indicator octet of Q.713 3.4.1.
const (
	indicatorPC         = 0x01
	indicatorSSN        = 0x02
	indicatorRouteOnSSN = 0x40
)

// decode reads the value of an address parameter:
//
//	| routing indicator 2 | address indicator 2 | parameters ... |
//
// The address indicator says what a gateway shall put into an SCCP address, not
// what is here: it is stepped over.
func (p *Party) decode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	a := &p.Address
	a.Present = true
	if len(b) < 4 {
		return ErrAddress
	}
	p.RoutingIndicator = binary.BigEndian.Uint16(b)
	if p.RoutingIndicator == 2 || p.RoutingIndicator == 4 {
		a.RouteOnSSN = true
		a.Indicator |= indicatorRouteOnSSN
	}
	var fault error
	for b = b[4:]; len(b) > 0; {
		tag, v, rest, f := sigtran.Param(b)
		if f != sigtran.None {
			fault = ErrAddress
		}
		b = rest
		switch {
		case tag == tagGlobalTitle && a.GTI == 0:
			if !a.globalTitle(v) {
				fault = ErrAddress
			}
		case tag == tagPointCode && len(v) >= 4:
			a.HasPC, a.PC = true, telecom.PointCode(binary.BigEndian.Uint32(v))
			a.Indicator |= indicatorPC
		case tag == tagSSN && len(v) >= 4:
			a.HasSSN, a.SSN = true, telecom.SSN(v[3])
			a.Indicator |= indicatorSSN
		case tag == tagIPv4 && len(v) == 4:
			p.IP = netip.AddrFrom4([4]byte(v))
		case tag == tagIPv6 && len(v) == 16:
			p.IP = netip.AddrFrom16([16]byte(v)).Unmap()
		case tag == tagHostname:
			for len(v) > 0 && v[len(v)-1] == 0 { // it ends with a zero octet, or more to fill up
				v = v[:len(v)-1]
			}
			if len(v) > 0 {
				p.Host = v[:len(v):len(v)]
			}
		}
	}
	return fault
}

// globalTitle reads the value of a Global Title parameter (RFC 3868 3.10.2.3):
//
//	| reserved 3 | GTI 1 | digits 1 | TT 1 | NP 1 | NAI 1 | two digits an octet ... |
func (a *Address) globalTitle(v []byte) bool {
	if len(v) < 8 {
		return false
	}
	a.GTI, a.TT, a.NP, a.NAI = v[3]&15, v[5], v[6], v[7]
	a.Indicator |= a.GTI << 2
	n, digits := int(v[4]), v[8:]
	whole := (n+1)/2 <= len(digits)
	if whole {
		digits = digits[:(n+1)/2]
	}
	a.GT = telecom.DigitsFromTBCD(digits).Truncate(n)
	a.ES = 2 - uint8(a.GT.Len()&1)
	return whole
}

// Messages of the classes that carry users by type (RFC 3868 3.1.3).
var (
	connectionless     = [3]string{1: "CLDT", 2: "CLDR"}
	connectionOriented = [12]string{
		1: "CORE", 2: "COAK", 3: "COREF", 4: "RELRE", 5: "RELCO", 6: "RESCO", 7: "RESRE", 8: "CODT", 9: "CODA", 10: "COERR", 11: "COIT",
	}
)

// TypeName is the short name of a message, empty for one that RFC 3868 does not
// have.
func TypeName(class, typ uint8) string {
	switch {
	case class == ClassCL && int(typ) < len(connectionless):
		return connectionless[typ]
	case class == ClassCO && int(typ) < len(connectionOriented):
		return connectionOriented[typ]
	case class == ClassRKM && int(typ) < len(sigtran.Registrations):
		return sigtran.Registrations[typ]
	}
	return sigtran.Name(class, typ)
}

// LooksLike reports whether b begins like an SUA message of the connectionless or
// connection-oriented class, which no other adaptation layer has: version 1, a
// zero reserved octet, a known type, and a length that fits the payload.
func LooksLike(b []byte) bool {
	h, ok := sigtran.LooksLike(b, sigtran.HeaderLen+1, sigtran.Padding)
	return ok && h.Type != 0 && (h.Class == ClassCL && h.Type <= TypeCLDR || h.Class == ClassCO && h.Type <= 11)
}
