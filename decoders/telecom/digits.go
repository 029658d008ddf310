package telecom

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// MaxDigits is the longest digit string a Digits holds. E.164, E.212 and E.214
// numbers have at most 15 digits (ITU-T E.164 6, E.212 4, E.214 4); SCCP and MAP
// let an encoder write more, and 30 is beyond anything seen in the field.
const MaxDigits = 30

// Digits is a string of up to MaxDigits address signals packed four bits each,
// most significant first: the first digit is the top nibble of hi. Values 0 to 9
// are the decimal digits, 10 to 14 the further codes of TBCD (3GPP TS 29.002
// 17.7.8: *, #, a, b, c) or of a global title (Q.713 3.4.2.3.1: code 11, code 12,
// ST); 15 is filler and never stored. Unused nibbles are zero, so equal strings
// are equal values. The zero value is the empty string.
//
// The lowest octet of lo holds the length and whether there was more, so that numbers,
// which are everywhere, travel in two registers.
type Digits struct{ hi, lo uint64 }

const (
	lenMask = 0x1f
	// overBit is set when the encoded string was longer than MaxDigits.
	overBit = 0x80
	tail    = ^uint64(0xff) // the digits in lo
)

// swapNibbles exchanges the two nibbles of each of the eight octets.
func swapNibbles(x uint64) uint64 {
	return x&0x0f0f0f0f0f0f0f0f<<4 | x>>4&0x0f0f0f0f0f0f0f0f
}

// load reads up to eight octets, the first one most significant, and fills up
// with zeros. Overlapping reads save the loop that a variable length would need.
func load(b []byte) uint64 {
	switch n := len(b); {
	case n >= 8:
		return binary.BigEndian.Uint64(b)
	case n >= 4:
		return uint64(binary.BigEndian.Uint32(b))<<32 | uint64(binary.BigEndian.Uint32(b[n-4:]))<<(64-8*n)
	case n >= 2:
		return uint64(binary.BigEndian.Uint16(b))<<48 | uint64(binary.BigEndian.Uint16(b[n-2:]))<<(64-8*n)
	case n == 1:
		return uint64(b[0]) << 56
	}
	return 0
}

// fillers has the lowest bit set of each nibble of x that is 1111.
func fillers(x uint64) uint64 {
	x &= x >> 1
	return x & (x >> 2) & 0x1111111111111111
}

// DigitsFromTBCD unpacks octets that hold two digits each, the first one in the
// low nibble (TBCD-STRING, 3GPP TS 29.002 17.7.8; address information of Q.713
// 3.4.2.3). It stops at the first filler (nibble 1111). Octets beyond MaxDigits
// are ignored and Overflow reports it.
func DigitsFromTBCD(b []byte) Digits {
	hi := swapNibbles(load(b))
	if f := fillers(hi); f != 0 {
		n := bits.LeadingZeros64(f) / 4
		return Digits{hi &^ (^uint64(0) >> (4 * n)), uint64(n)}
	}
	if len(b) <= 8 {
		return Digits{hi, uint64(2 * len(b))}
	}
	lo := swapNibbles(load(b[8:]))
	if f := fillers(lo); f != 0 {
		// A filler right behind the last digit ends the string in time.
		n := bits.LeadingZeros64(f) / 4
		if n <= MaxDigits-16 {
			return Digits{hi, lo&^(^uint64(0)>>(4*n)) | uint64(16+n)}
		}
	}
	if len(b) <= MaxDigits/2 {
		return Digits{hi, lo | uint64(2*len(b))}
	}
	return Digits{hi, lo&tail | MaxDigits | overBit}
}

// cut keeps the first n digits and clears the rest.
func (d Digits) cut(n int) Digits {
	over := d.lo & overBit
	switch {
	case n >= d.Len():
		return d
	case n == 0:
		return Digits{0, over}
	case n <= 16:
		return Digits{d.hi & (^uint64(0) << (4 * (16 - n))), uint64(n) | over}
	}
	return Digits{d.hi, d.lo&(^uint64(0)<<(4*(32-n))) | uint64(n) | over}
}

// DigitsFromASCII packs the decimal digits at the start of b and stops at the
// first other octet. ok is false when b has none, has something else after
// them, or holds more than MaxDigits. It never allocates.
func DigitsFromASCII(b []byte) (d Digits, ok bool) {
	var n int
	d.hi, n = pack(b[:min(len(b), 16)])
	if n == 16 {
		var m int
		d.lo, m = pack(b[16:min(len(b), MaxDigits)])
		n += m
	}
	d.lo |= uint64(n)
	if n == MaxDigits && len(b) > MaxDigits && b[MaxDigits]-'0' <= 9 {
		d.lo |= overBit
	}
	return d, n == len(b) && n > 0
}

// pack packs the decimal digits at the start of b, at most 16 octets, and tells
// how many there are.
func pack(b []byte) (x uint64, n int) {
	for n < len(b) {
		c := b[n] - '0'
		if c > 9 {
			break
		}
		x = x<<4 | uint64(c)
		n++
	}
	return x << (64 - 4*n), n
}

func (d Digits) append(v byte) Digits {
	if n := d.Len(); n < 16 {
		d.hi |= uint64(v) << (60 - 4*n)
	} else {
		d.lo |= uint64(v) << (60 - 4*(n-16))
	}
	d.lo++
	return d
}

const signals = "0123456789ABCDE"

var errDigits = errors.New("want 1 to 30 digits (0-9, or A-E for the further codes of TBCD)")

// ParseDigits reads the text form that String writes. A leading "+" is allowed.
func ParseDigits(s string) (Digits, error) {
	var d Digits
	if len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > MaxDigits {
		return d, errDigits
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			d = d.append(c - '0')
		case c >= 'A' && c <= 'E':
			d = d.append(c - 'A' + 10)
		case c >= 'a' && c <= 'e':
			d = d.append(c - 'a' + 10)
		default:
			return Digits{}, errDigits
		}
	}
	return d, nil
}

// MustDigits is ParseDigits for constants of tests and tables: it panics on error.
func MustDigits(s string) Digits {
	d, err := ParseDigits(s)
	if err != nil {
		panic("telecom: " + s + ": " + err.Error())
	}
	return d
}

// Len is the number of digits, 0 to MaxDigits.
func (d Digits) Len() int { return int(d.lo & lenMask) }

// Overflow reports that the encoded string was longer than MaxDigits.
func (d Digits) Overflow() bool { return d.lo&overBit != 0 }

// At is digit i (0 is the first); 0 ≤ i < Len. Out of range gives 0.
func (d Digits) At(i int) byte {
	switch {
	case uint(i) < 16:
		return byte(d.hi>>(60-4*uint(i))) & 15
	case uint(i) < MaxDigits:
		return byte(d.lo>>(60-4*(uint(i)-16))) & 15
	}
	return 0
}

// Words is the packed form: 16 nibbles each, first digit in the top nibble of
// hi, unused nibbles zero. It is what prefix indexes walk.
func (d Digits) Words() (hi, lo uint64) { return d.hi, d.lo & tail }

// Truncate keeps the first n digits.
func (d Digits) Truncate(n int) Digits { return d.cut(max(n, 0)) }

// Drop removes the first n digits.
func (d Digits) Drop(n int) Digits {
	hi, lo := d.Words()
	over, left := d.lo&overBit, uint64(d.Len()-n)
	switch {
	case n <= 0:
		return d
	case n >= d.Len():
		return Digits{0, over}
	case n >= 16:
		return Digits{lo << (4 * (n - 16)), left | over}
	}
	return Digits{hi<<(4*n) | lo>>(64-4*n), lo<<(4*n) | left | over}
}

// FromLastOctet is d with an odd last digit removed: how an odd/even indicator
// (Q.713 3.4.2.3.1, bit 8) is applied to digits unpacked two to an octet.
func (d Digits) FromLastOctet(odd bool) Digits {
	if n := d.Len(); odd && n > 0 && n%2 == 0 {
		return d.cut(n - 1)
	}
	return d
}

// HasPrefix reports whether d begins with p.
func (d Digits) HasPrefix(p Digits) bool {
	n := p.Len()
	if n > d.Len() {
		return false
	}
	if n <= 16 {
		return (d.hi^p.hi)>>(64-4*uint(n)) == 0
	}
	return d.hi == p.hi && (d.lo^p.lo)>>(128-4*uint(n)) == 0
}

// Hash mixes the digits into 64 bits for tables of the caller's own.
func (d Digits) Hash() uint64 {
	h := d.hi * 0x9e3779b97f4a7c15
	h ^= h >> 32
	h = (h ^ d.lo&^overBit) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// AppendTo appends the text form to b: 0-9 and A-E.
func (d Digits) AppendTo(b []byte) []byte {
	for i := range d.Len() {
		b = append(b, signals[d.At(i)])
	}
	return b
}

// String is the text form: 0-9 and A-E. It allocates.
func (d Digits) String() string { return string(d.AppendTo(nil)) }
