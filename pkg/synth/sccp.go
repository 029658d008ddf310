package synth

import "sigtransit/decoders/telecom"

// GTI is a global title indicator (Q.713 3.4.2.3).
type GTI uint8

// Global title indicators of ITU-T networks.
const (
	GTNone       GTI = 0
	GTNature     GTI = 1 // nature of address only
	GTType       GTI = 2 // translation type only
	GTTypePlan   GTI = 3 // translation type, numbering plan, encoding scheme
	GTTypeNature GTI = 4 // the same and nature of address
)

// Address is a called or calling party address (Q.713 3.4).
type Address struct {
	PC         telecom.PointCode
	HasPC      bool
	SSN        telecom.SSN
	NoSSN      bool
	RouteOnSSN bool
	National   bool // bit 8 of the address indicator
	GTI        GTI
	TT         uint8
	NP         uint8 // 1 E.164, 6 E.212, 7 E.214
	NAI        uint8 // 4 international
	Digits     telecom.Digits
	Variant    telecom.Variant // form of the address; ITU unless said
}

// GT is what international signaling uses: GTI 4, translation type 0, E.164,
// international, route on global title.
func GT(d telecom.Digits, ssn telecom.SSN) Address {
	return Address{SSN: ssn, GTI: GTTypeNature, NP: 1, NAI: 4, Digits: d}
}

// MobileGT is an E.214 global title: how a VLR addresses the HLR of an IMSI.
func MobileGT(d telecom.Digits, ssn telecom.SSN) Address {
	a := GT(d, ssn)
	a.NP = 7
	return a
}

// AppendAddress appends an address without its length octet.
func AppendAddress(b []byte, a Address) []byte {
	if a.Variant != telecom.ITU {
		return appendNationalAddress(b, a)
	}
	ai := byte(a.GTI&15) << 2
	if a.HasPC {
		ai |= 0x01
	}
	if !a.NoSSN {
		ai |= 0x02
	}
	if a.RouteOnSSN {
		ai |= 0x40
	}
	if a.National {
		ai |= 0x80
	}
	b = append(b, ai)
	if a.HasPC {
		b = append(b, byte(a.PC), byte(a.PC>>8)&0x3f)
	}
	if !a.NoSSN {
		b = append(b, byte(a.SSN))
	}
	odd := a.Digits.Len()%2 == 1
	es := byte(2) // BCD, even number of digits
	if odd {
		es = 1
	}
	switch a.GTI {
	case GTNone:
		return b
	case GTNature:
		nai := a.NAI & 0x7f
		if odd {
			nai |= 0x80
		}
		b = append(b, nai)
	case GTType:
		b = append(b, a.TT)
	case GTTypePlan:
		b = append(b, a.TT, a.NP<<4|es)
	case GTTypeNature:
		b = append(b, a.TT, a.NP<<4|es, a.NAI&0x7f)
	}
	return appendBCD(b, a.Digits, 0)
}

// Unitdata is a connectionless SCCP message.
type Unitdata struct {
	Called, Calling Address
	Class           uint8 // 0, 1; with 0x80 "return message on error"
	Hops            uint8 // hop counter of XUDT and LUDT
	Data            []byte
	// Segmentation of an XUDT or LUDT (Q.713 3.17): absent unless Segmented.
	Segmented bool
	First     bool
	Remaining uint8  // segments that follow, 0 to 15
	LocalRef  uint32 // 24 bits
}

// appendVariableAddress appends an address as a variable part: with its length.
func appendVariableAddress(b []byte, a Address) []byte {
	at := len(b)
	b = AppendAddress(append(b, 0), a)
	b[at] = byte(len(b) - at - 1)
	return b
}

// AppendUDT appends a unitdata (Q.713 4.10). Data is at most 255 octets.
func AppendUDT(b []byte, u Unitdata) []byte {
	return appendUDT(append(b, 0x09, u.Class), u)
}

// AppendUDTS appends a unitdata service (Q.713 4.11): a UDT that came back,
// with the cause of Q.713 3.12 (0 no translation, 1 no translation for this
// address, 4 unequipped user, …). Called and calling are those of the returned
// message as it travels: the called party is who sent the UDT.
func AppendUDTS(b []byte, u Unitdata, cause uint8) []byte {
	return appendUDT(append(b, 0x0a, cause), u)
}

func appendUDT(b []byte, u Unitdata) []byte {
	p := len(b)
	b = append(b, 3, 0, 0)
	b = appendVariableAddress(b, u.Called)
	b[p+1] = byte(len(b) - (p + 1))
	b = appendVariableAddress(b, u.Calling)
	b[p+2] = byte(len(b) - (p + 2))
	b = append(b, byte(len(u.Data)))
	return append(b, u.Data...)
}

// AppendXUDT appends an extended unitdata (Q.713 4.18). Data is at most 255
// octets.
func AppendXUDT(b []byte, u Unitdata) []byte {
	return appendXUDT(append(b, 0x11, u.Class, u.Hops), u)
}

// AppendXUDTS appends an extended unitdata service (Q.713 4.19).
func AppendXUDTS(b []byte, u Unitdata, cause uint8) []byte {
	return appendXUDT(append(b, 0x12, cause, u.Hops), u)
}

func appendXUDT(b []byte, u Unitdata) []byte {
	p := len(b)
	b = append(b, 4, 0, 0, 0)
	b = appendVariableAddress(b, u.Called)
	b[p+1] = byte(len(b) - (p + 1))
	b = appendVariableAddress(b, u.Calling)
	b[p+2] = byte(len(b) - (p + 2))
	b = append(b, byte(len(u.Data)))
	b = append(b, u.Data...)
	if u.Segmented {
		b[p+3] = byte(len(b) - (p + 3))
		b = append(appendSegmentation(b, u), 0)
	}
	return b
}

// appendSegmentation writes the optional parameter of Q.713 3.17: first segment,
// class, segments left, local reference.
func appendSegmentation(b []byte, u Unitdata) []byte {
	f := u.Remaining & 15
	if u.First {
		f |= 0x80
	}
	if u.Class&1 != 0 {
		f |= 0x40
	}
	return append(b, 0x10, 4, f, byte(u.LocalRef), byte(u.LocalRef>>8), byte(u.LocalRef>>16))
}

// AppendLUDT appends a long unitdata (Q.713 4.20). Its pointers and the length
// of its data have two octets, least significant first; a pointer counts from
// its own most significant octet (Q.713 2.3).
func AppendLUDT(b []byte, u Unitdata) []byte {
	b = append(b, 0x13, u.Class, u.Hops)
	p := len(b)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	set := func(i int) { n := len(b) - (p + 2*i + 1); b[p+2*i], b[p+2*i+1] = byte(n), byte(n>>8) }
	set(0)
	b = appendVariableAddress(b, u.Called)
	set(1)
	b = appendVariableAddress(b, u.Calling)
	set(2)
	b = append(b, byte(len(u.Data)), byte(len(u.Data)>>8))
	b = append(b, u.Data...)
	if u.Segmented {
		set(3)
		b = append(appendSegmentation(b, u), 0)
	}
	return b
}

// SegmentData splits data into pieces of at most size octets for XUDTs and calls
// each with a message that has its segmentation set. More than 16 pieces cannot
// be numbered: the rest is left out.
func SegmentData(u Unitdata, data []byte, size int, ref uint32, each func(Unitdata)) {
	n := min((len(data)+size-1)/size, 16)
	for i := 0; i < n; i++ {
		s := u
		s.Data = data[i*size : min((i+1)*size, len(data))]
		s.Segmented, s.First = true, i == 0
		s.Remaining, s.LocalRef = uint8(n-1-i), ref
		each(s)
	}
}
