package ber

import "errors"

// Faults a Reader stops at.
var (
	// ErrTruncated: an identifier, a length or contents go past the end of the
	// input, or an indefinite length has no end-of-contents octets.
	ErrTruncated = errors.New("ber: truncated")
	// ErrLength: a length of more than four octets, the reserved length octet
	// 11111111, or an indefinite length of a primitive encoding (X.690 8.1.3).
	ErrLength = errors.New("ber: bad length")
	// ErrTag: an identifier of more octets than any tag in use needs.
	ErrTag = errors.New("ber: bad tag")
	// ErrDepth: indefinite lengths nested deeper than MaxDepth.
	ErrDepth = errors.New("ber: nested too deep")
)

// MaxDepth is how deep indefinite lengths may be nested inside one element. A MAP
// argument with nested extension containers under TCAP stays below 12. Whoever
// descends into an element searches its end again, so this also bounds the work
// on one message to MaxDepth times its length.
const MaxDepth = 16

// maxTagOctets bounds the octets of an identifier after the leading one. Tag
// numbers in the protocols of this project stay below 256; three octets carry 21
// bits.
const maxTagOctets = 5

// Tag is an identifier (X.690 8.1.2) in the form it has on the wire: the leading
// octet (class, constructed bit, number up to 30) for a one-octet identifier, else
// all its octets, most significant first. So 0x30 is a SEQUENCE, 0x80 is [0], 0xa0
// its constructed form, 0x9f32 is [50]. Identifiers with needless octets are
// brought to the shortest form first. Numbers above 2097151 are held at that.
type Tag uint32

// Universal tags in use (X.680 8.6).
const (
	EndOfContents Tag = 0x00
	Boolean       Tag = 0x01
	Integer       Tag = 0x02
	BitString     Tag = 0x03
	OctetString   Tag = 0x04
	Null          Tag = 0x05
	ObjectID      Tag = 0x06
	External      Tag = 0x28
	Enumerated    Tag = 0x0a
	Sequence      Tag = 0x30
	Set           Tag = 0x31
)

// Tag classes (X.690 table 1) as Class gives them.
const (
	Universal   = 0
	Application = 1
	Context     = 2
	Private     = 3
)

// lead is the leading identifier octet.
func (t Tag) lead() uint8 {
	switch {
	case t < 1<<8:
		return uint8(t)
	case t < 1<<16:
		return uint8(t >> 8)
	case t < 1<<24:
		return uint8(t >> 16)
	}
	return uint8(t >> 24)
}

// Class is the tag class, Universal to Private.
func (t Tag) Class() uint8 { return t.lead() >> 6 }

// Constructed reports whether the contents are elements themselves.
func (t Tag) Constructed() bool { return t.lead()&0x20 != 0 }

// Number is the tag number.
func (t Tag) Number() uint32 {
	switch {
	case t < 1<<8:
		return uint32(t & 0x1f)
	case t < 1<<16:
		return uint32(t & 0x7f)
	case t < 1<<24:
		return uint32(t>>8&0x7f<<7 | t&0x7f)
	}
	return uint32(t>>16&0x7f<<14 | t>>8&0x7f<<7 | t&0x7f)
}

// Primitive is the tag with the constructed bit cleared: some stacks set it
// wrongly, and some types may be encoded either way.
func (t Tag) Primitive() Tag {
	switch {
	case t < 1<<8:
		return t &^ 0x20
	case t < 1<<16:
		return t &^ 0x2000
	case t < 1<<24:
		return t &^ 0x200000
	}
	return t &^ 0x20000000
}

// TLV is one element.
type TLV struct {
	Tag   Tag
	Value []byte // contents octets, without end-of-contents
	Raw   []byte // the whole element: identifier, length, contents, end-of-contents
	// Indefinite: the length had the indefinite form.
	Indefinite bool
	// Truncated: the element goes on after the end of the input, or its end could
	// not be found; Value and Raw hold what is there.
	Truncated bool
}

// Children is a Reader over the contents. The contents of a primitive element
// read as whatever they look like: check Tag first.
func (t *TLV) Children() Reader { return Reader{b: t.Value} }

// fault is an error in one octet, so that a Reader stays small.
type fault uint8

const (
	noFault fault = iota
	truncated
	badLength
	badTag
	tooDeep
)

var faults = [...]error{noFault: nil, truncated: ErrTruncated, badLength: ErrLength, badTag: ErrTag, tooDeep: ErrDepth}

// Reader is a cursor over elements that stand one after another. It is a value:
// copy it to remember a place. The zero value is at the end of nothing.
type Reader struct {
	b     []byte
	off   int
	fault fault
}

// NewReader is a Reader at the start of b.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Err is the fault that stopped the Reader, nil at a clean end: one of the
// sentinel errors of this package.
func (r *Reader) Err() error { return faults[r.fault] }

// Offset is the number of octets read: after a fault, where the faulty element
// begins or, when it was handed out truncated, the end of the input.
func (r *Reader) Offset() int { return r.off }

// Rest is what has not been read.
func (r *Reader) Rest() []byte { return r.b[r.off:] }

// Next reads the next element into t and reports whether there was one. At the
// end and after a fault it reports false and leaves t as it is. An element whose
// end is missing is handed out with Truncated set, and is the last: Err then says
// why. End-of-contents octets where none are due are handed out as an element
// with the tag EndOfContents.
func (r *Reader) Next(t *TLV) bool {
	b, off := r.b, r.off
	if off+1 < len(b) {
		tag, n := b[off], int(b[off+1])
		if end := off + 2 + n; tag&0x1f != 0x1f && n < 0x80 && end <= len(b) {
			t.Tag = Tag(tag)
			t.Value = b[off+2 : end : end]
			t.Raw = b[off:end:end]
			t.Indefinite, t.Truncated = false, false
			r.off = end
			return true
		}
	}
	return r.next(t)
}

// Short recognises an element with a one-octet identifier and a short length that
// is wholly there, which nearly all are. n is its size: b[2:n] are the contents,
// b[n:] is what follows. ok is false for every other element, good or bad, and a
// Reader has to look. It is for loops where each nanosecond counts: the compiler
// puts it in line.
func Short(b []byte) (tag Tag, n int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	n = int(b[1]) + 2
	return Tag(b[0]), n, n < 0x82 && n <= len(b) && b[0]&0x1f != 0x1f
}

// next is Next without the short cut.
func (r *Reader) next(t *TLV) bool {
	b, off := r.b, r.off
	if r.fault != noFault || off >= len(b) {
		return false
	}
	h := readHeader(b, off)
	if h.fault != noFault {
		r.fault = h.fault
		return false
	}
	end := len(b)
	t.Tag = h.tag
	t.Indefinite, t.Truncated = h.indefinite, false
	switch {
	case h.indefinite:
		contents, all, f := findEnd(b, h.value)
		if f != noFault {
			r.fault, t.Truncated = f, true
		}
		end = all
		t.Value = b[h.value:contents:contents]
	case h.length > uint64(len(b)-h.value):
		r.fault, t.Truncated = truncated, true
		t.Value = b[h.value:]
	default:
		end = h.value + int(h.length)
		t.Value = b[h.value:end:end]
	}
	t.Raw = b[off:end:end]
	r.off = end
	return true
}

// header is an identifier and a length.
type header struct {
	tag        Tag
	value      int    // offset of the contents
	length     uint64 // of the contents; 0 when indefinite
	indefinite bool
	fault      fault
}

// readHeader reads the identifier and the length at off, off < len(b).
func readHeader(b []byte, off int) (h header) {
	lead := b[off]
	off++
	h.tag = Tag(lead)
	if lead&0x1f == 0x1f {
		if h.tag, off, h.fault = readHighTag(lead, b, off); h.fault != noFault {
			return h
		}
	}
	if off >= len(b) {
		h.fault = truncated
		return h
	}
	l := b[off]
	off++
	switch {
	case l < 0x80:
		h.length = uint64(l)
	case l == 0x80:
		if lead&0x20 == 0 { // X.690 8.1.3.2 a): only a constructed encoding
			h.fault = badLength
			return h
		}
		h.indefinite = true
	case l > 0x84:
		h.fault = badLength
		return h
	default:
		n := int(l & 0x7f)
		if n > len(b)-off {
			h.fault = truncated
			return h
		}
		for _, c := range b[off : off+n] {
			h.length = h.length<<8 | uint64(c)
		}
		off += n
	}
	h.value = off
	return h
}

// readHighTag reads the octets of an identifier after a leading octet with the
// number 31 (X.690 8.1.2.4).
func readHighTag(lead uint8, b []byte, off int) (Tag, int, fault) {
	const most = 1<<21 - 1
	var n uint32
	for i := 0; ; i++ {
		if off >= len(b) {
			return 0, off, truncated
		}
		if i == maxTagOctets {
			return 0, off, badTag
		}
		c := b[off]
		off++
		n = min(n<<7|uint32(c&0x7f), most)
		if c&0x80 == 0 {
			break
		}
	}
	switch {
	case n < 0x1f: // the high form is not for these; a receiver may take it all the same
		return Tag(lead&^0x1f) | Tag(n), off, noFault
	case n < 1<<7:
		return Tag(lead)<<8 | Tag(n), off, noFault
	case n < 1<<14:
		return Tag(lead)<<16 | Tag(n>>7|0x80)<<8 | Tag(n&0x7f), off, noFault
	}
	return Tag(lead)<<24 | Tag(n>>14|0x80)<<16 | Tag(n>>7&0x7f|0x80)<<8 | Tag(n&0x7f), off, noFault
}

// findEnd finds the end-of-contents octets that belong to the indefinite length
// before off (X.690 8.1.5). It gives the end of the contents and the end of the
// element, both the end of b with a fault when there is none. It counts levels
// and steps over definite lengths, so every octet is looked at once at most.
func findEnd(b []byte, off int) (contents, end int, f fault) {
	depth := 1
	for off < len(b) {
		if off+1 < len(b) {
			tag, n := b[off], b[off+1]
			if tag|n == 0 {
				depth--
				if depth == 0 {
					return off, off + 2, noFault
				}
				off += 2
				continue
			}
			if tag&0x1f != 0x1f && n < 0x80 {
				if off += 2 + int(n); off > len(b) {
					return len(b), len(b), truncated
				}
				continue
			}
			if tag&0x1f != 0x1f && tag&0x20 != 0 && n == 0x80 {
				if depth++; depth > MaxDepth {
					return len(b), len(b), tooDeep
				}
				off += 2
				continue
			}
		}
		h := readHeader(b, off)
		switch {
		case h.fault != noFault:
			return len(b), len(b), h.fault
		case h.indefinite:
			if depth++; depth > MaxDepth {
				return len(b), len(b), tooDeep
			}
			off = h.value
		case h.length > uint64(len(b)-h.value):
			return len(b), len(b), truncated
		default:
			off = h.value + int(h.length)
		}
	}
	return len(b), len(b), truncated
}

// Int reads the contents of an INTEGER or ENUMERATED (X.690 8.3, 8.4): two's
// complement, most significant octet first, of any length. A value outside of
// int32 is held at its nearest end. ok is false for that, and for empty contents,
// which read as 0.
func Int(v []byte) (n int32, ok bool) {
	if len(v) == 1 {
		return int32(int8(v[0])), true
	}
	return intSlow(v)
}

func intSlow(v []byte) (n int32, ok bool) {
	if len(v) == 0 {
		return 0, false
	}
	sign := int32(int8(v[0])) >> 7 // 0 or -1
	for len(v) > 4 {
		if v[0] != uint8(sign) {
			return sign ^ 0x7fffffff, false
		}
		v = v[1:]
	}
	n = sign
	for _, c := range v {
		n = n<<8 | int32(c)
	}
	if n>>31 != sign {
		return sign ^ 0x7fffffff, false
	}
	return n, true
}
