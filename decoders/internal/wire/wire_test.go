package wire

import (
	"bytes"
	"testing"
)

func TestCursorReads(t *testing.T) {
	in := []byte{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10}
	c := New(in)
	if v := c.U8(); v != 0x01 {
		t.Errorf("U8 %#x", v)
	}
	if v := c.U16(); v != 0x0203 {
		t.Errorf("U16 %#x", v)
	}
	if v := c.U24(); v != 0x040506 {
		t.Errorf("U24 %#x", v)
	}
	if v := c.U32(); v != 0x0708090a {
		t.Errorf("U32 %#x", v)
	}
	if v := c.U16LE(); v != 0x0c0b {
		t.Errorf("U16LE %#x", v)
	}
	if c.Len() != 4 || c.Offset() != 12 {
		t.Errorf("len %d, offset %d", c.Len(), c.Offset())
	}
	if v := c.Bytes(2); !bytes.Equal(v, []byte{0x0d, 0x0e}) || cap(v) != 2 || &v[0] != &in[12] {
		t.Errorf("Bytes % x, cap %d", v, cap(v))
	}
	c.Skip(1)
	if v := c.Rest(); !bytes.Equal(v, []byte{0x10}) || c.Len() != 0 || c.Bad() {
		t.Errorf("Rest % x, len %d, bad %v", v, c.Len(), c.Bad())
	}
	if v := c.Rest(); v == nil || len(v) != 0 || c.Bad() {
		t.Errorf("an empty rest is no fault: %v", v)
	}
	if v := c.Bytes(0); v == nil || len(v) != 0 || c.Bad() {
		t.Errorf("no octets are no fault: %v", v)
	}
}

// Each read one octet past the end sets the fault, and nothing reads after it.
func TestCursorFault(t *testing.T) {
	in := []byte{0xff, 0xff, 0xff, 0xff, 0xff}
	reads := []struct {
		name string
		size int
		read func(c *Cursor) uint32
	}{
		{"U8", 1, func(c *Cursor) uint32 { return uint32(c.U8()) }},
		{"U16", 2, func(c *Cursor) uint32 { return uint32(c.U16()) }},
		{"U24", 3, func(c *Cursor) uint32 { return c.U24() }},
		{"U32", 4, func(c *Cursor) uint32 { return c.U32() }},
		{"U16LE", 2, func(c *Cursor) uint32 { return uint32(c.U16LE()) }},
		{"Bytes", 5, func(c *Cursor) uint32 { return uint32(len(c.Bytes(5))) }},
		{"Skip", 5, func(c *Cursor) uint32 { c.Skip(5); return 0 }},
		{"negative", 6, func(c *Cursor) uint32 { return uint32(len(c.Bytes(-1))) }},
	}
	for _, r := range reads {
		for left := range r.size {
			c := New(in)
			c.Skip(len(in) - min(left, len(in)))
			at := c.Offset()
			if v := r.read(&c); v != 0 || !c.Bad() {
				t.Errorf("%s with %d octets left: %#x, bad %v", r.name, left, v, c.Bad())
			}
			if c.Len() != 0 || c.Offset() != at {
				t.Errorf("%s: len %d, offset %d after a fault at %d", r.name, c.Len(), c.Offset(), at)
			}
			for _, again := range reads {
				if v := again.read(&c); v != 0 {
					t.Errorf("%s after the fault of %s: %#x", again.name, r.name, v)
				}
			}
			if len(c.Bytes(0)) != 0 || len(c.Rest()) != 0 || !c.Bad() {
				t.Errorf("the fault of %s does not stay", r.name)
			}
		}
	}
}

func TestCursorAllocations(t *testing.T) {
	in := make([]byte, 32)
	if n := testing.AllocsPerRun(100, func() {
		c := New(in)
		for c.Len() > 0 {
			c.U8()
			c.U16()
			c.U32()
			c.Bytes(3)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, []byte{0, 1, 2, 3, 4, 5, 6})
	f.Fuzz(func(t *testing.T, in, script []byte) {
		c := New(in)
		for _, op := range script {
			before := c.Offset()
			switch op & 7 {
			case 0:
				c.U8()
			case 1:
				c.U16()
			case 2:
				c.U24()
			case 3:
				c.U32()
			case 4:
				c.U16LE()
			case 5:
				c.Skip(int(op>>3) - 1)
			default:
				if b := c.Bytes(int(op>>3) - 1); len(b) != cap(b) {
					t.Fatal("spare capacity")
				}
			}
			if c.Offset() < before || c.Offset() > len(in) || c.Len() < 0 || c.Bad() && c.Len() != 0 {
				t.Fatalf("offset %d after %d, len %d", c.Offset(), before, c.Len())
			}
		}
	})
}

func BenchmarkCursor(b *testing.B) {
	in := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		c := New(in)
		for c.Len() >= 8 {
			c.U8()
			c.U24()
			c.U32()
		}
		if c.Bad() {
			b.Fatal()
		}
	}
}
