package sccp

import "sigtransit/decoders/telecom"

// Address indicator of ANSI networks (T1.112.3 3.4.1), where it differs.
const (
	ansiIndicatorSSN = 0x01
	ansiIndicatorPC  = 0x02
)

// DecodeVariant is DecodeAddress for an address of a network of variant v.
func (a *Address) DecodeVariant(b []byte, v telecom.Variant) error {
	*a = Address{}
	if !a.decodeVariant(b, v) {
		return ErrAddress
	}
	return nil
}

// National reports bit 8 of the address indicator: set in ANSI national networks
// (T1.112.3 3.4.1), reserved elsewhere.
func (a *Address) National() bool { return a.Indicator&indicatorNational != 0 }

// decodeVariant is DecodeVariant for a zero Address.
func (a *Address) decodeVariant(b []byte, v telecom.Variant) bool {
	if v == telecom.ITU {
		return a.decode(b)
	}
	if len(b) == 0 {
		return true
	}
	b0 := b[0]
	a.Present, a.Indicator = true, b0
	a.RouteOnSSN = b0&indicatorRouteOnSSN != 0
	a.GTI = b0 >> 2 & 15
	hasPC, hasSSN := b0&indicatorPC != 0, b0&indicatorSSN != 0
	b = b[1:]
	width := 2
	if v.Bits() == 24 {
		width = 3
	}
	if v == telecom.ANSI {
		hasPC, hasSSN = b0&ansiIndicatorPC != 0, false
		var ok bool
		if b, ok = a.ssn(b, b0&ansiIndicatorSSN != 0); !ok {
			return false
		}
	}
	if hasPC {
		if len(b) < width {
			return false
		}
		a.HasPC = true
		for i, c := range b[:width] {
			a.PC |= telecom.PointCode(c) << (8 * i)
		}
		b = b[width:]
	}
	b, ok := a.ssn(b, hasSSN)
	if !ok {
		return false
	}
	if v == telecom.ANSI && a.GTI != 0 {
		switch a.GTI {
		case 1: // T1.112.3 3.4.2.3.1: TT, NP and ES
			a.GTI = 3
		case 2: // T1.112.3 3.4.2.3.2: TT
		default:
			return false
		}
	}
	return a.title(b)
}

// ssn takes the subsystem number off b, if there is one; ok is false when it is
// missing.
func (a *Address) ssn(b []byte, has bool) (rest []byte, ok bool) {
	if !has {
		return b, true
	}
	if len(b) < 1 {
		return b, false
	}
	a.HasSSN, a.SSN = true, telecom.SSN(b[0])
	return b[1:], true
}

// Fits tells how well b, which follows a routing label from opc to dpc, reads as
// a message of a network of variant v: 0 is not at all, and of two variants the
// one with more is more likely. It is strict where Decode is not: addresses have
// to end where their parts do, and digits to be digits. Nothing says that a message
// without an address or data is of one variant, so none fits.
func Fits(b []byte, v telecom.Variant, opc, dpc telecom.PointCode) int {
	var m Message
	if err := m.DecodeVariant(b, v); err != nil && err != ErrConnectionOriented || m.Data == nil && m.Type != CR {
		return 0
	}
	var called, calling []byte
	pointer := func(at int) []byte {
		a, _ := party(b, at+int(b[at]), at)
		return a
	}
	score := 1
	switch m.Type {
	case UDT, UDTS:
		called, calling = pointer(2), pointer(3)
	case XUDT, XUDTS:
		called, calling = pointer(3), pointer(4)
	case LUDT, LUDTS:
		called, _ = party(b, 4+int(b[3])+int(b[4])<<8, 4)
		calling, _ = party(b, 6+int(b[5])+int(b[6])<<8, 6)
	case CR:
		called = pointer(5)
	default:
		return score
	}
	if !m.Called.Present {
		return 0
	}
	for _, a := range [...]struct {
		at       *Address
		contents []byte
		label    telecom.PointCode
	}{{&m.Called, called, dpc}, {&m.Calling, calling, opc}} {
		if !a.at.Present || a.contents == nil {
			continue
		}
		n := a.at.fits(a.contents, v, a.label)
		if n == 0 {
			return 0
		}
		score += n
	}
	return score
}

// fits is Fits for an address, given its contents and the point code in the label.
func (a *Address) fits(b []byte, v telecom.Variant, label telecom.PointCode) int {
	size := 1
	if a.HasSSN {
		size++
	}
	if a.HasPC {
		size += 2
		if v.Bits() == 24 {
			size++
		}
	}
	switch {
	case a.GTI == 0 && size != len(b):
		return 0
	case a.HasPC && v == telecom.ITU && b[2]&0xc0 != 0: // the two spare bits
		return 0
	}
	for i := range a.GT.Len() {
		if a.GT.At(i) > 9 {
			return 0
		}
	}
	score := 1
	if a.National() == (v == telecom.ANSI) {
		score++
	}
	if a.HasPC && a.PC == label {
		score += 2
	}
	if a.HasSSN && a.SSN != telecom.SSNUnknown {
		score++
	}
	if a.GTI >= 3 && (a.ES == 1 || a.ES == 2) && a.GT.Len() > 0 { // BCD, as all there is
		score++
	}
	return score
}
