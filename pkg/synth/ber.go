package synth

// Length is a way to write the length octets of a BER value (X.690 8.1.3).
type Length uint8

// Ways to write a length. Shortest is what DER asks for and what most stacks
// send. Long spends two octets on every length (82 hi lo), Indefinite writes 80
// and closes with end-of-contents octets (constructed values only): MAP allows
// all of them (TS 29.002 17.1.1, Q.773 4.1.2).
const (
	Shortest Length = iota
	Long
	Indefinite
)

// Tags are given as they stand on the wire: 0x30 is SEQUENCE, 0xa3 context 3
// constructed, 0xbf24 context 36 constructed (two octets).
func appendTag(b []byte, tag uint16) []byte {
	if tag > 0xff {
		b = append(b, byte(tag>>8))
	}
	return append(b, byte(tag))
}

func appendLength(b []byte, n int, form Length) []byte {
	switch {
	case form == Long && n <= 0xffff:
		return append(b, 0x82, byte(n>>8), byte(n))
	case n < 0x80:
		return append(b, byte(n))
	case n <= 0xff:
		return append(b, 0x81, byte(n))
	case n <= 0xffff:
		return append(b, 0x82, byte(n>>8), byte(n))
	}
	return append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
}

// AppendTLV appends a value with the shortest length. tag is one or two octets
// as on the wire.
func AppendTLV(b []byte, tag uint16, value []byte) []byte {
	return AppendTLVAs(b, tag, Shortest, value)
}

// AppendTLVAs appends a value with a chosen form of length. Indefinite is only
// right for constructed tags.
func AppendTLVAs(b []byte, tag uint16, form Length, value []byte) []byte {
	b = appendTag(b, tag)
	if form == Indefinite {
		return append(append(append(b, 0x80), value...), 0, 0)
	}
	return append(appendLength(b, len(value), form), value...)
}

// AppendInteger appends an INTEGER or ENUMERATED in its shortest two's
// complement form (X.690 8.3).
func AppendInteger(b []byte, tag uint16, v int64) []byte {
	n := 1
	for x := v; x < -128 || x > 127; x >>= 8 {
		n++
	}
	b = append(appendTag(b, tag), byte(n))
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}

// Open is a constructed value whose contents are still being appended.
type Open struct {
	contents int
	form     Length
}

// OpenTLV appends the tag and leaves room for the length. The caller appends the
// contents and calls Close:
//
//	b, seq := synth.OpenTLV(b, 0x30, synth.Shortest)
//	b = synth.AppendInteger(b, 0x02, 1)
//	b = seq.Close(b)
func OpenTLV(b []byte, tag uint16, form Length) ([]byte, Open) {
	b = appendTag(b, tag)
	switch form {
	case Long:
		b = append(b, 0x82, 0, 0)
	case Indefinite:
		b = append(b, 0x80)
	default:
		b = append(b, 0)
	}
	return b, Open{len(b), form}
}

// Close writes the length of what was appended to b since OpenTLV, moving the
// contents when the length needs more than one octet.
func (o Open) Close(b []byte) []byte {
	n := len(b) - o.contents
	switch {
	case o.form == Indefinite:
		return append(b, 0, 0)
	case o.form == Long:
		b[o.contents-2], b[o.contents-1] = byte(n>>8), byte(n)
		return b
	case n < 0x80:
		b[o.contents-1] = byte(n)
		return b
	}
	extra := 1
	if n > 0xff {
		extra = 2
	}
	b = append(b, 0, 0)[:len(b)+extra]
	copy(b[o.contents+extra:], b[o.contents:o.contents+n])
	b[o.contents-1] = 0x80 | byte(extra)
	b[o.contents+extra-1] = byte(n)
	if extra == 2 {
		b[o.contents] = byte(n >> 8)
	}
	return b
}
