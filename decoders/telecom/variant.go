package telecom

import (
	"errors"
	"strconv"
	"strings"
)

// Variant is the national form of MTP3 and SCCP that a network speaks: how wide
// its point codes are, how the routing label and the addresses of SCCP are laid
// out. It is not on the wire.
type Variant uint8

// Variants. The zero value is that of international networks.
const (
	ITU   Variant = iota // 14-bit point codes (Q.704 2.2)
	ANSI                 // 24 bits (T1.111.4), addresses of T1.112.3
	China                // 24 bits (YD/T 1144), all else as in ITU networks
	Japan                // 16 bits (JT-Q704), all else as in ITU networks
	NumVariants
)

var variantNames = [NumVariants]string{"itu", "ansi", "china", "japan"}

// String is the word that configuration and events have.
func (v Variant) String() string {
	if v < NumVariants {
		return variantNames[v]
	}
	return "unknown"
}

// ParseVariant is the inverse of String.
func ParseVariant(s string) (Variant, bool) {
	for i, n := range variantNames {
		if n == s {
			return Variant(i), true
		}
	}
	return 0, false
}

// Bits is the width of a point code.
func (v Variant) Bits() uint {
	switch v {
	case ANSI, China:
		return 24
	case Japan:
		return 16
	}
	return 14
}

// fields are the widths of the parts of a point code as people write it, from the
// left: zone-network-point, network-cluster-member, and 7-4-5 in Japan.
func (v Variant) fields() [3]uint {
	switch v {
	case ANSI, China:
		return [3]uint{8, 8, 8}
	case Japan:
		return [3]uint{7, 4, 5}
	}
	return [3]uint{3, 8, 3}
}

// AppendPointCode appends a point code in the form its network has for it: 3-8-3
// as PointCode.AppendTo, 8-8-8, or 7-4-5. One that is too wide is a number.
func (v Variant) AppendPointCode(b []byte, p PointCode) []byte {
	if v == ITU {
		return p.AppendTo(b)
	}
	if p>>v.Bits() != 0 {
		return strconv.AppendUint(b, uint64(p), 10)
	}
	f := v.fields()
	b = strconv.AppendUint(b, uint64(p>>(f[1]+f[2])), 10)
	b = strconv.AppendUint(append(b, '-'), uint64(p>>f[2]&(1<<f[1]-1)), 10)
	return strconv.AppendUint(append(b, '-'), uint64(p&(1<<f[2]-1)), 10)
}

var errVariantCode = [NumVariants]error{
	ITU:   errPointCode,
	ANSI:  errors.New("want a point code as network-cluster-member (0-255 each), decimal, or 0x hex, of at most 24 bits"),
	China: errors.New("want a point code as main area-sub-area-point (0-255 each), decimal, or 0x hex, of at most 24 bits"),
	Japan: errors.New("want a point code as 7-4-5 bits (0-127, 0-15, 0-31), decimal, or 0x hex, of at most 16 bits"),
}

// ParsePointCode reads what AppendPointCode writes, decimal ("66051") or hex
// ("0x010203").
func (v Variant) ParsePointCode(s string) (PointCode, error) {
	if v >= NumVariants {
		return 0, errPointCode
	}
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		p, err := ParsePointCode(s)
		if err != nil || p>>v.Bits() != 0 {
			return 0, errVariantCode[v]
		}
		return p, nil
	}
	var p PointCode
	for i, bits := range v.fields() {
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil || n>>bits != 0 {
			return 0, errVariantCode[v]
		}
		p = p<<bits | PointCode(n)
	}
	return p, nil
}
