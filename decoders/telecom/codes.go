package telecom

import (
	"errors"
	"strconv"
	"strings"
)

// PointCode is a signalling point code as a number: 14 bits in ITU-T networks
// (Q.704 2.2), 24 in ANSI and Chinese national ones, 16 in Japan. Which of them
// it is, the network indicator and the configuration tell, not the number.
type PointCode uint32

// AppendTo appends the 3-8-3 form of an international point code (Q.708 2), or
// the decimal number when it has more than 14 bits.
func (p PointCode) AppendTo(b []byte) []byte {
	if p >= 1<<14 {
		return strconv.AppendUint(b, uint64(p), 10)
	}
	b = strconv.AppendUint(b, uint64(p>>11), 10)
	b = append(b, '-')
	if n := p >> 3 & 0xff; n < 10 {
		b = append(b, '0', '0')
	} else if n < 100 {
		b = append(b, '0')
	}
	b = strconv.AppendUint(b, uint64(p>>3&0xff), 10)
	b = append(b, '-')
	return strconv.AppendUint(b, uint64(p&7), 10)
}

// String is the form of AppendTo. It allocates.
func (p PointCode) String() string { return string(p.AppendTo(nil)) }

var errPointCode = errors.New("want a point code as zone-network-point (0-7, 0-255, 0-7), decimal, or 0x hex")

// ParsePointCode reads 3-8-3 ("4-106-6"), decimal ("9046") or hex ("0x2356").
func ParsePointCode(s string) (PointCode, error) {
	if parts := strings.Split(s, "-"); len(parts) == 3 {
		var v [3]uint64
		for i, limit := range [3]uint64{7, 255, 7} {
			n, err := strconv.ParseUint(parts[i], 10, 16)
			if err != nil || n > limit {
				return 0, errPointCode
			}
			v[i] = n
		}
		return PointCode(v[0]<<11 | v[1]<<3 | v[2]), nil
	}
	base, digits := 10, s
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		base, digits = 16, s[2:]
	}
	n, err := strconv.ParseUint(digits, base, 24)
	if err != nil {
		return 0, errPointCode
	}
	return PointCode(n), nil
}

// SSN is an SCCP subsystem number (Q.713 3.4.2.2; 3GPP TS 23.003 8).
type SSN uint8

// Subsystem numbers of 3GPP TS 23.003 8.1 and 8.2 that this product meets.
const (
	SSNUnknown SSN = 0
	SSNSCMG    SSN = 1
	SSNMAP     SSN = 5
	SSNHLR     SSN = 6
	SSNVLR     SSN = 7
	SSNMSC     SSN = 8
	SSNEIR     SSN = 9
	SSNAuC     SSN = 10
	SSNRANAP   SSN = 142
	SSNCSS     SSN = 143
	SSNSMLC    SSN = 144
	SSNGMLC    SSN = 145
	SSNCAP     SSN = 146
	SSNGsmSCF  SSN = 147
	SSNSIWF    SSN = 148
	SSNSGSN    SSN = 149
	SSNGGSN    SSN = 150
	SSNBSSAP   SSN = 254
)

// PLMN is a mobile country and network code (ITU-T E.212). MNC digits count: 01
// and 001 are different networks. The zero value is "no PLMN".
type PLMN struct {
	MCC    uint16 // 0 to 999
	MNC    uint16 // 0 to 999
	Digits uint8  // digits of the MNC: 2 or 3; 0 in the zero value
}

// PLMNFromTBCD unpacks the three octets of 3GPP TS 24.008 10.5.1.13 and TS 29.272
// 7.3.9 (Visited-PLMN-Id): MCC2|MCC1, MNC3|MCC3, MNC2|MNC1. ok is false when a
// digit is not decimal.
func PLMNFromTBCD(b [3]byte) (p PLMN, ok bool) {
	d := [6]uint16{uint16(b[0] & 15), uint16(b[0] >> 4), uint16(b[1] & 15), uint16(b[2] & 15), uint16(b[2] >> 4), uint16(b[1] >> 4)}
	for i, v := range d {
		if v > 9 && !(i == 5 && v == 15) {
			return PLMN{}, false
		}
	}
	p = PLMN{MCC: d[0]*100 + d[1]*10 + d[2], MNC: d[3]*10 + d[4], Digits: 2}
	if d[5] != 15 {
		p.MNC, p.Digits = p.MNC*10+d[5], 3
	}
	return p, true
}

// PLMNFromIMSI takes the PLMN from the head of an IMSI. The length of an MNC is
// not coded in an IMSI: it follows from the country, and three digits are the
// rule in the countries of ThreeDigitMNC only. ok is false when there are too
// few digits.
func PLMNFromIMSI(imsi Digits) (p PLMN, ok bool) {
	if imsi.Len() < 6 {
		return PLMN{}, false
	}
	// Six nibbles; adding 6 to one above 9 carries out of it.
	head := uint32(imsi.hi >> 40)
	if (head+0x666666^head^0x666666)&0x1111110 != 0 {
		return PLMN{}, false
	}
	digit := func(i uint) uint16 { return uint16(head >> (20 - 4*i) & 15) }
	p = PLMN{MCC: digit(0)*100 + digit(1)*10 + digit(2), MNC: digit(3)*10 + digit(4), Digits: 2}
	if ThreeDigitMNC(p.MCC) {
		p.MNC, p.Digits = p.MNC*10+digit(5), 3
	}
	return p, true
}

// ThreeDigitMNC reports whether three digits are the rule for MNCs of an MCC
// (ITU-T E.212 annex, list of mobile network codes). Some countries mix both.
func ThreeDigitMNC(mcc uint16) bool {
	switch {
	case mcc >= 310 && mcc <= 316: // United States
		return true
	}
	switch mcc {
	case 302, 330, 334, 338, 342, 344, 346, 348, 352, 354, 356, 358, 360, 365, 366, 376, // Canada, Puerto Rico, Mexico, Caribbean
		405, 708, 722, 732, 750: // India (405), Honduras, Argentina, Colombia, Falklands
		return true
	}
	return false
}

var errPLMN = errors.New("want a PLMN as MCC-MNC, for example 001-01 or 310-410")

// ParsePLMN reads "MCC-MNC" with a 2- or 3-digit MNC.
func ParsePLMN(s string) (PLMN, error) {
	mcc, mnc, ok := strings.Cut(s, "-")
	if !ok || len(mcc) != 3 || len(mnc) < 2 || len(mnc) > 3 {
		return PLMN{}, errPLMN
	}
	a, err1 := strconv.ParseUint(mcc, 10, 16)
	b, err2 := strconv.ParseUint(mnc, 10, 16)
	if err1 != nil || err2 != nil {
		return PLMN{}, errPLMN
	}
	return PLMN{MCC: uint16(a), MNC: uint16(b), Digits: uint8(len(mnc))}, nil
}

// IsZero reports the zero value.
func (p PLMN) IsZero() bool { return p.Digits == 0 }

// Prefix is the PLMN as the digits an IMSI of it begins with.
func (p PLMN) Prefix() Digits {
	var d Digits
	if p.Digits == 0 {
		return d
	}
	d = d.append(byte(p.MCC / 100 % 10)).append(byte(p.MCC / 10 % 10)).append(byte(p.MCC % 10))
	if p.Digits == 3 {
		d = d.append(byte(p.MNC / 100 % 10))
	}
	return d.append(byte(p.MNC / 10 % 10)).append(byte(p.MNC % 10))
}

// AppendTo appends "MCC-MNC"; the zero value appends nothing.
func (p PLMN) AppendTo(b []byte) []byte {
	d := p.Prefix()
	if d.Len() == 0 {
		return b
	}
	b = d.cut(3).AppendTo(b)
	return d.Drop(3).AppendTo(append(b, '-'))
}

// String is the form of AppendTo. It allocates.
func (p PLMN) String() string { return string(p.AppendTo(nil)) }
