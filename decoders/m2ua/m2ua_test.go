package m2ua

import (
	"encoding/binary"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
)

// message puts a common header with a right length before parameters.
func message(class, typ uint8, params ...[]byte) []byte {
	b := []byte{
		0x01, 0x00, class, typ, // version 1, reserved, class, type
		0x00, 0x00, 0x00, 0x00, // length, filled in below
	}
	for _, p := range params {
		b = append(b, p...)
	}
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)))
	return b
}

var (
	interfaceID = []byte{
		0x00, 0x01, 0x00, 0x08, // Interface Identifier, length 8
		0x00, 0x00, 0x00, 0x2a, // 42
	}
	interfaceText = []byte{
		0x00, 0x03, 0x00, 0x06, // Interface Identifier as text, length 6
		'l', '1', 0x00, 0x00, // and its padding
	}
	data1 = []byte{
		0x03, 0x00, 0x00, 0x0b, // Protocol Data 1, length 11
		0x83,                   // SIO: NI 2, SI 3
		0x56, 0x63, 0x14, 0xf8, // routing label
		0x09, 0x00, // user data
		0x00, // padding
	}
	data2 = []byte{
		0x03, 0x01, 0x00, 0x08, // Protocol Data 2, length 8
		0x40,             // priority 1
		0x03, 0x34, 0x12, // SIO and the start of a label
	}
	golden = [][]byte{
		message(ClassMAUP, TypeData, interfaceID, data1),
		message(ClassMAUP, TypeData, interfaceText, data2),
		message(ClassASPSM, 1),
	}
)

func TestDecode(t *testing.T) {
	with := func(b []byte, off int, v ...byte) []byte {
		b = append([]byte(nil), b...)
		copy(b[off:], v)
		return b
	}
	whole := golden[0]
	msu := data1[4:11]
	tests := []struct {
		name string
		b    []byte
		want Message
		err  error
	}{
		{"data", whole, Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"data of TTC", golden[1], Message{Class: 6, Type: 1, Length: 24, InterfaceText: []byte("l1"), HasData: true, Priority: 0x40, Data: []byte{3, 0x34, 0x12}}, nil},
		{"ASP Up", golden[2], Message{Class: 3, Type: 1, Length: 8}, nil},
		{"two data", message(6, 1, data1, data2), Message{Class: 6, Type: 1, Length: 28, HasData: true, Data: msu}, nil},
		{"empty data of TTC", message(6, 1, []byte{3, 1, 0, 4}), Message{Class: 6, Type: 1, Length: 12, HasData: true, Data: []byte{}}, nil},
		{"padding not sent", whole[:27], Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"padding not counted", with(whole, 7, 27), Message{Class: 6, Type: 1, Length: 27, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"octets behind", append(append([]byte(nil), whole...), 1, 2, 3), Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"cut", whole[:22], Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu[:2]}, ErrTruncated},
		{"half a parameter header", message(6, 1, interfaceID, []byte{3, 0}), Message{Class: 6, Type: 1, Length: 18, HasInterface: true, Interface: 42}, ErrTruncated},
		{"parameter length 0", message(6, 1, []byte{0, 0, 0, 0}, data1), Message{Class: 6, Type: 1, Length: 24}, ErrLength},
		{"message length 7", with(whole, 7, 7), Message{Class: 6, Type: 1, Length: 7, HasInterface: true, Interface: 42, HasData: true, Data: msu}, ErrLength},
		{"message length of 4 GiB", with(whole, 4, 0xff, 0xff, 0xff, 0xff), Message{Class: 6, Type: 1, Length: 0xffffffff, HasInterface: true, Interface: 42, HasData: true, Data: msu}, ErrTruncated},
		{"version 2", with(whole, 0, 2), Message{}, ErrVersion},
		{"7 octets", whole[:7], Message{}, ErrTruncated},
	}
	var m Message
	for _, tt := range tests {
		_ = m.Decode(whole)
		if err := m.Decode(tt.b); err != tt.err || !reflect.DeepEqual(m, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, m, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { _ = m.Decode(tt.b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func TestLooksLike(t *testing.T) {
	if !LooksLike(golden[0]) || !LooksLike(golden[0][:len(golden[0])-1]) {
		t.Error("data is not recognised")
	}
	for _, b := range [][]byte{golden[2], golden[0][:7], golden[0][:20], message(6, 0, data1), message(6, 16, data1), message(1, 1, data1), nil} {
		if LooksLike(b) {
			t.Errorf("% x is taken for M2UA data", b)
		}
	}
}

func touch(b []byte) {
	var m Message
	_ = m.Decode(b)
	LooksLike(b)
}

func TestMutations(t *testing.T) {
	for _, b := range golden {
		mutate.Each(t, b, touch)
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range golden {
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, b []byte) { touch(b) })
}

func BenchmarkDecode(b *testing.B) {
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if m.Decode(golden[0]) != nil {
			b.Fatal()
		}
	}
}
