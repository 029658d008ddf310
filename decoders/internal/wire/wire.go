// Package wire is the bounds-checked cursor that decoders read octets with. All
// values are in network byte order unless the name says otherwise.
package wire

import "encoding/binary"

// Cursor reads a byte slice from its start. The first read past the end sets a
// sticky fault: from then on every read gives zero values and Bad reports true,
// so a decoder may read a whole fixed part and check once. Len is zero then too,
// so a loop over what is left ends, and Offset stays where the fault was. Slices
// it hands out alias the input, capped to their length.
type Cursor struct {
	b   []byte // cut at off by a fault
	off int
	bad bool
}

// New is a cursor over b.
func New(b []byte) Cursor { return Cursor{b: b} }

// Len is the number of octets left.
func (c *Cursor) Len() int { return len(c.b) - c.off }

// Offset is the number of octets read so far.
func (c *Cursor) Offset() int { return c.off }

// Bad reports that a read went past the end.
func (c *Cursor) Bad() bool { return c.bad }

// take is written to be inlined: a call per field would cost more than the field.
func (c *Cursor) take(n int) []byte {
	if uint(n) > uint(len(c.b)-c.off) { // a negative n is a large one
		c.b, c.bad = c.b[:c.off], true
		return nil
	}
	s := c.b[c.off : c.off+n : c.off+n]
	c.off += n
	return s
}

// U8 reads one octet.
func (c *Cursor) U8() uint8 {
	if s := c.take(1); s != nil {
		return s[0]
	}
	return 0
}

// U16 reads two octets.
func (c *Cursor) U16() uint16 {
	if s := c.take(2); s != nil {
		return binary.BigEndian.Uint16(s)
	}
	return 0
}

// U24 reads three octets.
func (c *Cursor) U24() uint32 {
	if s := c.take(3); s != nil {
		return uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2])
	}
	return 0
}

// U32 reads four octets.
func (c *Cursor) U32() uint32 {
	if s := c.take(4); s != nil {
		return binary.BigEndian.Uint32(s)
	}
	return 0
}

// U16LE reads two octets, least significant first.
func (c *Cursor) U16LE() uint16 {
	if s := c.take(2); s != nil {
		return binary.LittleEndian.Uint16(s)
	}
	return 0
}

// Bytes reads n octets; nil when fewer are left.
func (c *Cursor) Bytes(n int) []byte { return c.take(n) }

// Skip passes over n octets.
func (c *Cursor) Skip(n int) { c.take(n) }

// Rest reads all that is left.
func (c *Cursor) Rest() []byte { return c.take(c.Len()) }
