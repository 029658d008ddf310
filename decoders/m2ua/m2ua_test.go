package m2ua

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

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
		octets.Sigtran(ClassMAUP, TypeData, interfaceID, data1),
		octets.Sigtran(ClassMAUP, TypeData, interfaceText, data2),
		octets.Sigtran(ClassASPSM, 1),
	}
)

func TestDecode(t *testing.T) {
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
		{"two data", octets.Sigtran(6, 1, data1, data2), Message{Class: 6, Type: 1, Length: 28, HasData: true, Data: msu}, nil},
		{"empty data of TTC", octets.Sigtran(6, 1, []byte{3, 1, 0, 4}), Message{Class: 6, Type: 1, Length: 12, HasData: true, Data: []byte{}}, nil},
		{"padding not sent", whole[:27], Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"padding not counted", octets.With(whole, 7, 27), Message{Class: 6, Type: 1, Length: 27, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"octets behind", octets.Cat(whole, []byte{1, 2, 3}), Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu}, nil},
		{"cut", whole[:22], Message{Class: 6, Type: 1, Length: 28, HasInterface: true, Interface: 42, HasData: true, Data: msu[:2]}, ErrTruncated},
		{"half a parameter header", octets.Sigtran(6, 1, interfaceID, []byte{3, 0}), Message{Class: 6, Type: 1, Length: 18, HasInterface: true, Interface: 42}, ErrTruncated},
		{"parameter length 0", octets.Sigtran(6, 1, []byte{0, 0, 0, 0}, data1), Message{Class: 6, Type: 1, Length: 24}, ErrLength},
		{"message length 7", octets.With(whole, 7, 7), Message{Class: 6, Type: 1, Length: 7, HasInterface: true, Interface: 42, HasData: true, Data: msu}, ErrLength},
		{"message length of 4 GiB", octets.With(whole, 4, 0xff, 0xff, 0xff, 0xff), Message{Class: 6, Type: 1, Length: 0xffffffff, HasInterface: true, Interface: 42, HasData: true, Data: msu}, ErrTruncated},
		{"version 2", octets.With(whole, 0, 2), Message{}, ErrVersion},
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
	for _, b := range [][]byte{golden[2], golden[0][:7], golden[0][:20], octets.Sigtran(6, 0, data1), octets.Sigtran(6, 16, data1), octets.Sigtran(1, 1, data1), nil} {
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

func TestMutations(t *testing.T) { mutate.All(t, golden, touch) }

func FuzzDecode(f *testing.F) { mutate.Fuzz(f, golden, touch) }

func BenchmarkDecode(b *testing.B) {
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if m.Decode(golden[0]) != nil {
			b.Fatal()
		}
	}
}

func TestTypeName(t *testing.T) {
	for k, want := range map[[2]uint8]string{
		{0, 1}: "NTFY", {2, 1}: "", {3, 3}: "BEAT", {4, 1}: "ASPAC", {6, 1}: "DATA", {6, 2}: "ESTABLISH-REQ", {6, 9}: "STATE-IND",
		{6, 14}: "CONGESTION-IND", {6, 15}: "DATA-ACK", {6, 0}: "", {6, 16}: "", {10, 1}: "REG-REQ", {10, 9}: "",
	} {
		if got := TypeName(k[0], k[1]); got != want {
			t.Errorf("class %d, type %d: %q, want %q", k[0], k[1], got, want)
		}
	}
}

func TestState(t *testing.T) {
	for tag := byte(2); tag < 10; tag++ {
		b := octets.Sigtran(ClassMAUP, 9, interfaceID, []byte{0x03, tag, 0, 8, 0, 0, 0, 7})
		var m Message
		state := tag <= 4 || tag == 8
		if err := m.Decode(b); err != nil || m.HasState != state || (m.State == 7) != state {
			t.Errorf("tag 0x03%02x: %v %+v", tag, err, m)
		}
	}
}
