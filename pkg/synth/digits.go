package synth

import "sigtransit/decoders/telecom"

// AppendTBCD appends digits two to an octet, the first one in the low nibble; an
// odd number is filled with 1111 (TBCD-STRING, TS 29.002 17.7.8).
func AppendTBCD(b []byte, d telecom.Digits) []byte { return appendBCD(b, d, 0xf0) }

// appendBCD is AppendTBCD with the filler in the upper nibble of fill: SCCP
// global titles are filled with zero (Q.713 3.4.2.3.1).
func appendBCD(b []byte, d telecom.Digits, fill byte) []byte {
	n := d.Len()
	hi, lo := d.Words()
	for i := 0; i < n; i += 2 {
		w := hi
		if i >= 16 {
			w = lo
		}
		pair := byte(w >> (56 - 4*uint(i&15)))
		o := pair<<4 | pair>>4
		if i+1 == n {
			o = o&0x0f | fill
		}
		b = append(b, o)
	}
	return b
}

// Number is a number with its nature and plan: an AddressString (TS 29.002
// 17.7.8). The zero value is "absent" wherever an argument may omit it.
type Number struct {
	Digits telecom.Digits
	NAI    uint8 // nature of address, 3 bits: 0 unknown, 1 international, 2 national
	NPI    uint8 // numbering plan, 4 bits: 1 E.164, 6 land mobile (E.212)
}

// International is an international E.164 number: most of what MAP carries.
func International(d telecom.Digits) Number { return Number{d, 1, 1} }

func (n Number) absent() bool { return n.Digits.Len() == 0 }

// AppendNumber appends an AddressString or ISDN-AddressString with its tag.
func AppendNumber(b []byte, tag uint16, n Number) []byte {
	b = appendTag(b, tag)
	b = append(b, byte(1+(n.Digits.Len()+1)/2), 0x80|n.NAI&7<<4|n.NPI&15)
	return AppendTBCD(b, n.Digits)
}

// AppendDigits appends an IMSI, IMEI or other TBCD-STRING with its tag.
func AppendDigits(b []byte, tag uint16, d telecom.Digits) []byte {
	b = appendTag(b, tag)
	b = append(b, byte((d.Len()+1)/2))
	return AppendTBCD(b, d)
}

// AppendPLMN appends the three octets of a PLMN (TS 24.008 10.5.1.13, TS 29.272
// 7.3.9), without tag or length.
func AppendPLMN(b []byte, p telecom.PLMN) []byte {
	d := p.Prefix()
	mnc1, mnc2, mnc3 := d.At(3), d.At(4), byte(15)
	if p.Digits == 3 {
		mnc3 = d.At(5)
	}
	return append(b, d.At(1)<<4|d.At(0), mnc3<<4|d.At(2), mnc2<<4|mnc1)
}
