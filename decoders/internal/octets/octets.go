// Package octets puts messages together for the tests of decoders.
package octets

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// Hex joins octets written as hexadecimal digits. Spaces are for reading only;
// anything else panics.
func Hex(parts ...string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(parts, ""), " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// Cat is parts one behind the other, as a copy without spare capacity.
func Cat(parts ...[]byte) []byte { return slices.Clip(slices.Concat(parts...)) }

// With is a copy of b with other octets at off. It does not grow: what does not
// fit is left out.
func With(b []byte, off int, octets ...byte) []byte {
	b = slices.Clone(b)
	copy(b[off:], octets)
	return b
}

// BER is an element with a tag of one octet and a definite length in the shortest
// form (X.690 8.1.3), for contents of less than 65536 octets.
func BER(tag byte, contents ...[]byte) []byte {
	v := Cat(contents...)
	switch n := len(v); {
	case n < 0x80:
		return Cat([]byte{tag, byte(n)}, v)
	case n < 0x100:
		return Cat([]byte{tag, 0x81, byte(n)}, v)
	default:
		return Cat([]byte{tag, 0x82, byte(n >> 8), byte(n)}, v)
	}
}

// Sigtran is a message of an adaptation layer: the common header (RFC 4666 3.1)
// with a right length before parameters, which bring their padding.
func Sigtran(class, typ uint8, params ...[]byte) []byte {
	b := []byte{
		0x01, 0x00, class, typ, // version 1, reserved, class, type
		0x00, 0x00, 0x00, 0x00, // length, filled in below
	}
	b = append(b, Cat(params...)...)
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)))
	return b
}
