package sigtran

import (
	"bytes"
	"testing"
)

func TestReadHeader(t *testing.T) {
	in := []byte{
		0x01, 0xff, 0x06, 0x0c, // version 1, reserved, class 6, type 12
		0x00, 0x01, 0x02, 0x03, // length
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want Header
		f    Fault
	}{
		{"whole", in, Header{6, 12, 0x10203}, None},
		{"cut", in[:7], Header{}, Truncated},
		{"nothing", nil, Header{}, Truncated},
		{"version 2", append([]byte{2}, in[1:]...), Header{}, Version},
	} {
		if h, f := ReadHeader(tt.b); h != tt.want || f != tt.f {
			t.Errorf("%s: %+v, fault %d", tt.name, h, f)
		}
	}
}

func TestBody(t *testing.T) {
	b := make([]byte, 20, 32)
	for _, tt := range []struct {
		length         uint32
		fixed, padding int
		want           int
		f              Fault
	}{
		{20, 8, 3, 12, None}, {12, 8, 3, 4, None}, {8, 8, 3, 0, None},
		{23, 8, 3, 12, None}, {24, 8, 3, 12, Truncated}, {0xffffffff, 8, 3, 12, Truncated}, {21, 8, 0, 12, Truncated},
		{7, 8, 3, 12, Length}, {0, 8, 3, 12, Length}, {15, 16, 0, 4, Length}, {16, 16, 0, 0, None},
	} {
		got, f := Header{Length: tt.length}.Body(b, tt.fixed, tt.padding)
		if len(got) != tt.want || cap(got) != tt.want || f != tt.f {
			t.Errorf("length %d behind %d: %d octets of %d, fault %d", tt.length, tt.fixed, len(got), cap(got), f)
		}
	}
}

func TestParam(t *testing.T) {
	for _, tt := range []struct {
		name        string
		b           []byte
		tag         uint16
		value, rest []byte
		f           Fault
	}{
		{"padded", []byte{1, 2, 0, 5, 9, 0, 0, 0, 7}, 0x102, []byte{9}, []byte{7}, None},
		{"padding not sent", []byte{1, 2, 0, 5, 9}, 0x102, []byte{9}, nil, None},
		{"empty", []byte{1, 2, 0, 4, 7}, 0x102, nil, []byte{7}, None},
		{"cut", []byte{1, 2, 0, 9, 9, 8}, 0x102, []byte{9, 8}, nil, Truncated},
		{"length 65535", []byte{1, 2, 0xff, 0xff}, 0x102, nil, nil, Truncated},
		{"length 3", []byte{1, 2, 0, 3, 9}, 0, nil, nil, Length},
		{"half a header", []byte{1, 2, 0}, 0, nil, nil, Truncated},
	} {
		tag, value, rest, f := Param(tt.b)
		if tag != tt.tag || !bytes.Equal(value, tt.value) || !bytes.Equal(rest, tt.rest) || f != tt.f || len(value) != cap(value) {
			t.Errorf("%s: tag %#x, value % x, rest % x, fault %d", tt.name, tag, value, rest, f)
		}
	}
}

func TestLooksLike(t *testing.T) {
	in := []byte{
		0x01, 0x00, 0x06, 0x01, // version 1, reserved, class 6, type 1
		0x00, 0x00, 0x00, 0x0c, // length 12
		0x00, 0x04, 0x00, 0x04, // a parameter without contents
	}
	if h, ok := LooksLike(in, 8, 3); !ok || h != (Header{6, 1, 12}) {
		t.Errorf("%+v, %v", h, ok)
	}
	if _, ok := LooksLike(in[:9], 8, 3); !ok {
		t.Error("missing padding")
	}
	for off, v := range map[int]byte{0: 2, 1: 1, 4: 1, 7: 7} {
		b := bytes.Clone(in)
		b[off] = v
		if _, ok := LooksLike(b, 8, 3); ok {
			t.Errorf("% x", b)
		}
	}
	for _, n := range []int{0, 7, 8} {
		if _, ok := LooksLike(in[:n], 8, 3); ok {
			t.Errorf("the first %d octets", n)
		}
	}
	if _, ok := LooksLike(in, 16, 3); ok {
		t.Error("shorter than its fixed part")
	}
}

// A walk over anything ends, inside the input and without an allocation.
func FuzzParam(f *testing.F) {
	f.Add([]byte{0, 1, 0, 8, 0, 0, 0, 1, 3, 0, 0, 5, 9, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := testing.AllocsPerRun(1, func() {
			total := 0
			for rest := b; len(rest) > 0; {
				_, v, next, fault := Param(rest)
				if total += len(v); len(next) >= len(rest) || fault != None && len(next) > 0 {
					t.Fatalf("% x, then % x", rest, next)
				}
				rest = next
			}
			if total > len(b) {
				t.Fatalf("%d octets of values in %d", total, len(b))
			}
		}); n != 0 {
			t.Fatalf("%v allocations", n)
		}
	})
}
