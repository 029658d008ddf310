package sccp

import (
	"strconv"

	"sigtransit/decoders/telecom"
)

// Address is a called or calling party address (Q.713 3.4). Fields are valid when
// HasPC, HasSSN or the global title indicator says that they are there.
//
//	      8    7    6    5    4    3    2    1
//	1   | nat. | RI |     GTI      | SSN | PC  |  address indicator
//	      PC, least significant octet first (2 octets)
//	      SSN
//	      global title
//
// In ANSI networks (T1.112.3 3.4) the bits of SSN and PC change places, the SSN
// stands before a PC of three octets, and there are two forms of global titles: 1
// is form 3 of Q.713, and GTI says 3; 2 is form 2. Chinese networks have a PC of
// three octets, Japanese ones use all bits of two.
type Address struct {
	Present    bool  // the parameter was there and not empty
	Indicator  uint8 // address indicator octet
	HasPC      bool
	HasSSN     bool
	RouteOnSSN bool  // routing indicator bit: route on DPC+SSN, not on GT
	GTI        uint8 // global title indicator: 0 none, 1 to 4
	PC         telecom.PointCode
	SSN        telecom.SSN
	TT         uint8 // translation type; GTI 2, 3, 4
	NP         uint8 // numbering plan: 1 E.164, 6 E.212, 7 E.214; GTI 3, 4
	ES         uint8 // encoding scheme: 1 odd, 2 even number of BCD digits; GTI 3, 4
	NAI        uint8 // nature of address; GTI 1, 4
	GT         telecom.Digits
}

// Address indicator (Q.713 3.4.1) and encoding schemes (3.4.2.3.3).
const (
	indicatorPC         = 0x01
	indicatorSSN        = 0x02
	indicatorRouteOnSSN = 0x40
	indicatorNational   = 0x80 // reserved for national use

	encodingOdd = 1
)

// DecodeAddress decodes the contents of a party address parameter, for protocols
// that carry one outside of SCCP. It resets a. What is there is decoded even when
// the parameter is too short or has a global title of an unknown form: the error
// is ErrAddress then. No error and Present unset: b is empty.
func (a *Address) DecodeAddress(b []byte) error {
	*a = Address{}
	if !a.decode(b) {
		return ErrAddress
	}
	return nil
}

// decode is DecodeAddress for a zero Address.
func (a *Address) decode(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	a.Present = true
	ind := b[0]
	a.Indicator = ind
	a.RouteOnSSN = ind&indicatorRouteOnSSN != 0
	a.GTI = ind >> 2 & 15
	if len(b) >= 5 && ind&^(indicatorRouteOnSSN|indicatorNational) == indicatorSSN|4<<2 {
		// SSN and a global title of form 4: nearly all there is on international links.
		a.HasSSN = true
		a.SSN = telecom.SSN(b[1])
		a.TT, a.NP, a.ES, a.NAI = b[2], b[3]>>4, b[3]&15, b[4]&0x7f
		a.GT = telecom.DigitsFromTBCD(b[5:])
		if a.ES == encodingOdd && !a.GT.Overflow() {
			a.GT = a.GT.FromLastOctet(true)
		}
		return true
	}
	b = b[1:]
	if ind&indicatorPC != 0 {
		if len(b) < 2 {
			return false
		}
		a.HasPC = true
		a.PC = telecom.PointCode(b[0]) | telecom.PointCode(b[1]&0x3f)<<8
		b = b[2:]
	}
	if ind&indicatorSSN != 0 {
		if len(b) < 1 {
			return false
		}
		a.HasSSN = true
		a.SSN = telecom.SSN(b[0])
		b = b[1:]
	}
	return a.title(b)
}

// title decodes the global title of form a.GTI in b.
func (a *Address) title(b []byte) bool {
	odd := false
	switch a.GTI {
	case 0:
		return true
	case 4: // 3.4.2.3.4: TT, NP and ES, NAI
		if len(b) < 3 {
			return false
		}
		a.TT, a.NP, a.ES, a.NAI = b[0], b[1]>>4, b[1]&15, b[2]&0x7f
		odd = a.ES == encodingOdd
		b = b[3:]
	case 1: // 3.4.2.3.1: odd/even indicator and NAI
		if len(b) < 1 {
			return false
		}
		odd, a.NAI = b[0]&0x80 != 0, b[0]&0x7f
		b = b[1:]
	case 2: // 3.4.2.3.2: TT; it implies the encoding, BCD in practice
		if len(b) < 1 {
			return false
		}
		a.TT = b[0]
		b = b[1:]
	case 3: // 3.4.2.3.3: TT, NP and ES
		if len(b) < 2 {
			return false
		}
		a.TT, a.NP, a.ES = b[0], b[1]>>4, b[1]&15
		odd = a.ES == encodingOdd
		b = b[2:]
	default: // reserved
		return false
	}
	a.GT = telecom.DigitsFromTBCD(b)
	// The filler of an odd number is 0000 by the standard; some write 1111, which
	// the digits end at by themselves.
	if odd && !a.GT.Overflow() {
		a.GT = a.GT.FromLastOctet(true)
	}
	return true
}

// AppendTo appends a form for people: "999010001 np 1 nai 4 tt 0 ssn 6 pc 1-002-3",
// each part where the address has it; "ssn!" where it is routed on the subsystem
// number.
func (a Address) AppendTo(b []byte) []byte {
	from := len(b)
	number := func(b []byte, name string, v uint8) []byte {
		if len(b) > from {
			b = append(b, ' ')
		}
		return strconv.AppendUint(append(b, name...), uint64(v), 10)
	}
	if a.GTI != 0 {
		b = a.GT.AppendTo(b)
	}
	if a.GTI == 3 || a.GTI == 4 {
		b = number(b, "np ", a.NP)
	}
	if a.GTI == 1 || a.GTI == 4 {
		b = number(b, "nai ", a.NAI)
	}
	if a.GTI >= 2 && a.GTI <= 4 {
		b = number(b, "tt ", a.TT)
	}
	if a.HasSSN {
		name := "ssn "
		if a.RouteOnSSN {
			name = "ssn! "
		}
		b = number(b, name, uint8(a.SSN))
	}
	if a.HasPC {
		if len(b) > from {
			b = append(b, ' ')
		}
		b = a.PC.AppendTo(append(b, "pc "...))
	}
	return b
}

// String is the form of AppendTo. It allocates.
func (a Address) String() string { return string(a.AppendTo(nil)) }
