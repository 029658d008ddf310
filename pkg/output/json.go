package output

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"sigtransit/decoders/telecom"
)

// Octets of a string by what writing them needs.
const (
	octetPlain  = iota // printable ASCII that stands for itself
	octetDigit         // plain too, but may belong to a subscriber's number
	octetEscape        // quote, backslash, control, or part of a UTF-8 sequence
)

var octetClass = func() (t [256]uint8) {
	for i := range t {
		switch {
		case i >= '0' && i <= '9':
			t[i] = octetDigit
		case i < 0x20 || i == '"' || i == '\\' || i >= 0x7f:
			t[i] = octetEscape
		}
	}
	return t
}()

const hexDigits = "0123456789abcdef"

// key appends a comma unless the object was just opened, and the name. Names are
// constants of this package and need no escaping. An event has some seventy of
// them: room is made once and filled by hand.
func key(b []byte, name string) []byte {
	n := len(b)
	comma := b[n-1] != '{'
	b = slices.Grow(b, len(name)+4)[:n+len(name)+4]
	if comma {
		b[n] = ','
		n++
	}
	b[n] = '"'
	n += 1 + copy(b[n+1:], name)
	b[n], b[n+1] = '"', ':'
	return b[:n+2]
}

// appendWord appends a string field whose value is a word of a closed set.
func appendWord(b []byte, name, word string) []byte {
	b = key(b, name)
	n := len(b)
	b = slices.Grow(b, len(word)+2)[:n+len(word)+2]
	b[n] = '"'
	n += 1 + copy(b[n+1:], word)
	b[n] = '"'
	return b
}

func appendUint(b []byte, name string, v uint64) []byte {
	return strconv.AppendUint(key(b, name), v, 10)
}

func appendInt(b []byte, name string, v int64) []byte {
	return strconv.AppendInt(key(b, name), v, 10)
}

func appendBool(b []byte, name string, v bool) []byte {
	return strconv.AppendBool(key(b, name), v)
}

func appendText(b []byte, name, s string) []byte {
	b = append(key(b, name), '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

// appendEscaped appends s as the inside of a JSON string. Octets that are not
// UTF-8 become \ufffd; control characters, and format characters that reorder or
// hide text on a screen, are escaped, so that a line can be shown as it is.
func appendEscaped[S ~string | ~[]byte](b []byte, s S) []byte {
	start := 0
	for i := 0; i < len(s); {
		if octetClass[s[i]] != octetEscape {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		b, i = appendEscape(b, s, i)
		start = i
	}
	return append(b, s[start:]...)
}

// appendEscape appends the character of s at i, which is of octetEscape, and
// gives the offset behind it.
func appendEscape[S ~string | ~[]byte](b []byte, s S, i int) ([]byte, int) {
	c := s[i]
	if c < utf8.RuneSelf {
		switch c {
		case '"', '\\':
			return append(b, '\\', c), i + 1
		case '\n':
			return append(b, '\\', 'n'), i + 1
		case '\r':
			return append(b, '\\', 'r'), i + 1
		case '\t':
			return append(b, '\\', 't'), i + 1
		}
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15]), i + 1
	}
	var tail [utf8.UTFMax]byte
	n := copy(tail[:], s[i:])
	r, size := utf8.DecodeRune(tail[:n])
	if r == utf8.RuneError && size == 1 {
		return append(b, `\ufffd`...), i + 1
	}
	if unprintable(r) {
		return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15]), i + size
	}
	return append(b, tail[:size]...), i + size
}

// unprintable reports characters of the basic plane that a terminal would obey
// or that reorder or hide text: C1 controls, zero-width and bidirectional marks,
// line separators.
func unprintable(r rune) bool {
	switch {
	case r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x61c, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xfff9 && r <= 0xfffb:
		return true
	}
	return false
}

// appendHex appends v as digits hexadecimal digits.
func appendHex(b []byte, v uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, hexDigits[v>>(4*i)&15])
	}
	return b
}

func appendHexBytes(b, v []byte) []byte {
	for _, c := range v {
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

// appendDigits is d.AppendTo, eight digits at a time.
func appendDigits(b []byte, d telecom.Digits) []byte {
	var buf [32]byte // both words
	hi, lo := d.Words()
	binary.BigEndian.PutUint64(buf[0:], signals(hi>>32))
	binary.BigEndian.PutUint64(buf[8:], signals(hi&0xffffffff))
	if lo != 0 {
		binary.BigEndian.PutUint64(buf[16:], signals(lo>>32))
		binary.BigEndian.PutUint64(buf[24:], signals(lo&0xffffffff))
	} else {
		copy(buf[16:], "0000000000000000")
	}
	return append(b, buf[:d.Len()]...)
}

// signals spreads eight nibbles over eight octets and turns each into '0' to '9'
// or 'A' to 'E'.
func signals(v uint64) uint64 {
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	letters := (v + 0x0606060606060606) >> 4 & 0x0101010101010101
	return v + 0x3030303030303030 + letters*7
}

func appendAddrPort(b []byte, addrName, portName string, a netip.AddrPort) []byte {
	if !a.Addr().IsValid() {
		return b
	}
	b = append(key(b, addrName), '"')
	b = a.Addr().AppendTo(b)
	b = append(b, '"')
	if a.Port() != 0 {
		b = appendUint(b, portName, uint64(a.Port()))
	}
	return b
}

// clock writes times and remembers the second it wrote last: messages of one
// second share all but the fraction.
type clock struct {
	second int64
	valid  bool
	text   [19]byte // 2006-01-02T15:04:05
}

func (c *clock) set(second int64) {
	if c.valid && second == c.second {
		return
	}
	c.second, c.valid = second, true
	var buf [40]byte
	copy(c.text[:], time.Unix(second, 0).UTC().AppendFormat(buf[:0], "2006-01-02T15:04:05"))
}

// split cuts nanoseconds since the epoch, rounding towards the past.
func split(ns int64) (second, nanos int64) {
	second, nanos = ns/1e9, ns%1e9
	if nanos < 0 {
		second, nanos = second-1, nanos+1e9
	}
	return second, nanos
}

// append appends ns as RFC 3339 in UTC with six digits of fraction, with nine
// when the capture is finer than a microsecond.
func (c *clock) append(b []byte, ns int64) []byte {
	second, nanos := split(ns)
	c.set(second)
	b = append(b, c.text[:]...)
	b = append(b, '.')
	if nanos%1000 == 0 {
		b = appendPadded(b, uint64(nanos/1000), 6)
	} else {
		b = appendPadded(b, uint64(nanos), 9)
	}
	return append(b, 'Z')
}

// appendPadded appends the last width decimal digits of v, with leading zeros.
func appendPadded(b []byte, v uint64, width int) []byte {
	var buf [20]byte
	for i := width - 1; i >= 0; i-- {
		buf[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, buf[:width]...)
}
