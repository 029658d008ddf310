package m2pa

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

var (
	userData = []byte{
		0x01, 0x00, 0x0b, 0x01, // version 1, spare, class 11, user data
		0x00, 0x00, 0x00, 0x18, // length 24
		0xff, 0x00, 0x00, 0x07, // unused, BSN 7
		0x00, 0xff, 0xff, 0xff, // unused, FSN 16777215
		0x40,                   // priority 1
		0x83,                   // SIO: NI 2, SI 3
		0x56, 0x63, 0x14, 0xf8, // routing label
		0x09, 0x00, // user data
	}
	acknowledgement = []byte{
		0x01, 0x00, 0x0b, 0x01, // version 1, spare, class 11, user data
		0x00, 0x00, 0x00, 0x10, // length 16
		0x00, 0x00, 0x00, 0x08, // BSN 8
		0x00, 0x00, 0x00, 0x07, // FSN 7
	}
	linkStatus = []byte{
		0x01, 0x00, 0x0b, 0x02, // version 1, spare, class 11, link status
		0x00, 0x00, 0x00, 0x14, // length 20
		0x00, 0xff, 0xff, 0xff, // BSN
		0x00, 0xff, 0xff, 0xff, // FSN
		0x00, 0x00, 0x00, 0x04, // ready
	}
	golden = [][]byte{userData, acknowledgement, linkStatus}
)

func TestDecode(t *testing.T) {
	msu := userData[17:]
	tests := []struct {
		name string
		b    []byte
		want Message
		err  error
	}{
		{"user data", userData, Message{Type: 1, Length: 24, BSN: 7, FSN: 0xffffff, Priority: 1, Data: msu}, nil},
		{"acknowledgement", acknowledgement, Message{Type: 1, Length: 16, BSN: 8, FSN: 7}, nil},
		{"link status", linkStatus, Message{Type: 2, Length: 20, BSN: 0xffffff, FSN: 0xffffff, State: 4}, nil},
		{"octets behind", octets.Cat(userData, []byte{1, 2}), Message{Type: 1, Length: 24, BSN: 7, FSN: 0xffffff, Priority: 1, Data: msu}, nil},
		{"priority alone", octets.With(userData[:17], 7, 17), Message{Type: 1, Length: 17, BSN: 7, FSN: 0xffffff, Priority: 1}, nil},
		{"cut", userData[:19], Message{Type: 1, Length: 24, BSN: 7, FSN: 0xffffff, Priority: 1, Data: msu[:2]}, ErrTruncated},
		{"link status cut", octets.With(linkStatus[:18], 7, 18), Message{Type: 2, Length: 18, BSN: 0xffffff, FSN: 0xffffff}, ErrTruncated},
		{"length 15", octets.With(userData, 7, 15), Message{Type: 1, Length: 15, BSN: 7, FSN: 0xffffff, Priority: 1, Data: msu}, ErrLength},
		{"length of 4 GiB", octets.With(userData, 4, 0xff, 0xff, 0xff, 0xff), Message{Type: 1, Length: 0xffffffff, BSN: 7, FSN: 0xffffff, Priority: 1, Data: msu}, ErrTruncated},
		{"unknown type", octets.With(userData, 3, 9), Message{Type: 9, Length: 24, BSN: 7, FSN: 0xffffff}, nil},
		{"version 2", octets.With(userData, 0, 2), Message{}, ErrVersion},
		{"class 1", octets.With(userData, 2, 1), Message{}, ErrClass},
		{"15 octets", userData[:15], Message{}, ErrTruncated},
		{"7 octets", userData[:7], Message{}, ErrTruncated},
	}
	var m Message
	for _, tt := range tests {
		_ = m.Decode(userData)
		if err := m.Decode(tt.b); err != tt.err || !reflect.DeepEqual(m, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, m, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { _ = m.Decode(tt.b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func TestLooksLike(t *testing.T) {
	for _, b := range golden {
		if !LooksLike(b) {
			t.Errorf("% x is not recognised", b)
		}
		if LooksLike(b[:len(b)-1]) {
			t.Errorf("% x is recognised although cut", b)
		}
		for off, v := range []byte{2, 1, 1, 3} {
			if bad := octets.With(b, off, v); LooksLike(bad) {
				t.Errorf("% x is taken for M2PA", bad)
			}
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
		if m.Decode(userData) != nil {
			b.Fatal()
		}
	}
}

func TestStateName(t *testing.T) {
	for state, want := range map[uint32]string{0: "", 1: "ALIGNMENT", 4: "READY", 9: "OUT-OF-SERVICE", 10: "", 1 << 31: ""} {
		if got := StateName(state); got != want {
			t.Errorf("state %d: %q, want %q", state, got, want)
		}
	}
}
