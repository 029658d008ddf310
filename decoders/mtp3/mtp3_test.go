package mtp3

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
)

var (
	itu = []byte{
		0x83,                   // SIO: NI 2, SI 3
		0x56, 0x63, 0x14, 0xf8, // DPC 4-106-6, OPC 4-010-1, SLS 15
		0x09, 0x00, // user data
	}
	ansi = []byte{
		0xb3,             // SIO: NI 2, priority 3, SI 3
		0x03, 0x02, 0x01, // DPC 1-2-3
		0x06, 0x05, 0x04, // OPC 4-5-6
		0xff,       // SLS
		0x09, 0x00, // user data
	}
	japan = []byte{
		0x03,       // SIO: NI 0, SI 3
		0x34, 0x12, // DPC 0x1234
		0x78, 0x56, // OPC 0x5678
		0xf5,       // spare bits, SLS 5
		0x09, 0x00, // user data
	}
	golden = [][]byte{itu, ansi, japan}
)

func TestDecode(t *testing.T) {
	user := []byte{9, 0}
	tests := []struct {
		name string
		b    []byte
		v    Variant
		want Message
		err  error
	}{
		{"itu", itu, ITU, Message{DPC: 0x2356, OPC: 0x2051, SI: 3, NI: 2, SLS: 15, UserData: user}, nil},
		{"ansi", ansi, ANSI, Message{DPC: 0x010203, OPC: 0x040506, SI: 3, NI: 2, MP: 3, SLS: 255, UserData: user}, nil},
		{"china", ansi, China, Message{DPC: 0x010203, OPC: 0x040506, SI: 3, NI: 2, MP: 3, SLS: 15, UserData: user}, nil},
		{"japan", japan, Japan, Message{DPC: 0x1234, OPC: 0x5678, SI: 3, SLS: 5, UserData: user}, nil},
		{"no user data", itu[:5], ITU, Message{DPC: 0x2356, OPC: 0x2051, SI: 3, NI: 2, SLS: 15, UserData: []byte{}}, nil},
		{"itu cut", itu[:4], ITU, Message{SI: 3, NI: 2}, ErrTruncated},
		{"ansi cut", ansi[:7], ANSI, Message{SI: 3, NI: 2, MP: 3}, ErrTruncated},
		{"japan cut", japan[:5], Japan, Message{SI: 3}, ErrTruncated},
		{"unknown variant", itu, 9, Message{SI: 3, NI: 2}, ErrTruncated},
		{"nothing", nil, ITU, Message{}, ErrTruncated},
	}
	var m Message
	for _, tt := range tests {
		if err := m.Decode(ansi, ANSI); err != nil {
			t.Fatal(err)
		}
		if err := m.Decode(tt.b, tt.v); err != tt.err || !reflect.DeepEqual(m, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, m, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { _ = m.Decode(tt.b, tt.v) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func TestLooksLikeTest(t *testing.T) {
	for _, tt := range []struct {
		name string
		user []byte
		want bool
	}{
		{"SLTM", []byte{0x11, 0x20, 0xaa, 0x55}, true},
		{"SLTA", []byte{0x21, 0x10, 0xaa}, true},
		{"another heading", []byte{0x31, 0x20, 0xaa, 0x55}, false},
		{"longer", []byte{0x11, 0x20, 0xaa, 0x55, 0}, false},
		{"spare bits", []byte{0x11, 0x21, 0xaa, 0x55}, false},
		{"no pattern", []byte{0x11, 0x00}, false},
		{"nothing", nil, false},
	} {
		if got := LooksLikeTest(tt.user); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func touch(b []byte) {
	_ = LooksLikeTest(b)
	var m Message
	for v := range Variant(5) {
		_ = m.Decode(b, v)
		_ = v.String()
	}
}

func TestMutations(t *testing.T) { mutate.All(t, golden, touch) }

func FuzzDecode(f *testing.F) { mutate.Fuzz(f, golden, touch) }

func BenchmarkDecode(b *testing.B) {
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if m.Decode(itu, ITU) != nil {
			b.Fatal()
		}
	}
}
