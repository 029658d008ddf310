package sua

import (
	"net/netip"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

var (
	routingContext    = []byte{0x00, 0x06, 0x00, 0x08, 0x00, 0x00, 0x00, 0x64} // 100
	networkAppearance = []byte{0x01, 0x0d, 0x00, 0x08, 0x00, 0x00, 0x00, 0x08} // 8
	correlationID     = []byte{0x00, 0x13, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05} // 5
	protocolClass     = []byte{0x01, 0x15, 0x00, 0x08, 0x00, 0x00, 0x00, 0x81} // 1, return on error
	sequenceControl   = []byte{0x01, 0x16, 0x00, 0x08, 0x00, 0x00, 0x00, 0x07} // 7
	hopCounter        = []byte{0x01, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x0f} // 15
	importance        = []byte{0x01, 0x13, 0x00, 0x08, 0x00, 0x00, 0x00, 0x03} // 3
	cause             = []byte{0x01, 0x06, 0x00, 0x08, 0x00, 0x00, 0x01, 0x07} // return cause 7
	segmentation      = []byte{0x01, 0x17, 0x00, 0x08, 0x82, 0x01, 0x02, 0x03} // first, 2 remain
	source            = []byte{
		0x01, 0x02, 0x00, 0x20, // Source Address, length 32
		0x00, 0x02, 0x00, 0x07, // route on SSN and PC; include SSN, PC, GT
		0x80, 0x02, 0x00, 0x08, // point code
		0x00, 0x00, 0x23, 0x56, // 4-106-6
		0x80, 0x03, 0x00, 0x08, // SSN
		0x00, 0x00, 0x00, 0x07, // 7
		0x80, 0x04, 0x00, 0x08, // IPv4 address
		192, 0, 2, 1,
	}
	destination = []byte{
		0x01, 0x03, 0x00, 0x34, // Destination Address, length 52
		0x00, 0x01, 0x00, 0x05, // route on global title; include SSN, GT
		0x80, 0x01, 0x00, 0x12, // global title, length 18
		0x00, 0x00, 0x00, 0x04, // GTI 4
		0x0b, 0x00, 0x01, 0x04, // 11 digits, TT 0, E.164, international
		0x99, 0x19, 0x32, 0x54, 0x76, 0x08, // 99912345678
		0x00, 0x00, // padding
		0x80, 0x03, 0x00, 0x08, // SSN
		0x00, 0x00, 0x00, 0x06, // 6
		0x80, 0x05, 0x00, 0x0f, // host name, length 15
		'h', 'l', 'r', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0x00, // and its padding
	}
	data = []byte{
		0x01, 0x0b, 0x00, 0x09, // Data, length 9
		0x62, 0x03, 0x48, 0x01, 0x00, // user data
		0x00, 0x00, 0x00, // padding
	}
	cldt   = octets.Sigtran(ClassCL, TypeCLDT, networkAppearance, routingContext, protocolClass, source, destination, sequenceControl, hopCounter, importance, correlationID, segmentation, data)
	cldr   = octets.Sigtran(ClassCL, TypeCLDR, routingContext, cause, source, destination, data)
	golden = [][]byte{cldt, cldr, octets.Sigtran(ClassASPTM, 1, routingContext)}
)

var (
	userData    = []byte{0x62, 3, 0x48, 1, 0}
	wantCalling = Party{RoutingIndicator: 2, IP: netip.MustParseAddr("192.0.2.1"),
		Address: Address{Present: true, Indicator: 0x43, HasPC: true, HasSSN: true, RouteOnSSN: true, PC: 0x2356, SSN: 7}}
	wantCalled = Party{RoutingIndicator: 1, Host: []byte("hlr.example"),
		Address: Address{Present: true, Indicator: 0x12, HasSSN: true, GTI: 4, SSN: 6, NP: 1, ES: 1, NAI: 4, GT: telecom.MustDigits("99912345678")}}
)

func TestDecode(t *testing.T) {
	small := octets.Sigtran(ClassCL, TypeCLDT, routingContext, data)
	smallWant := Message{Class: 7, Type: 1, Length: 28, HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: userData}
	edit := func(f func(m *Message)) Message {
		m := smallWant
		f(&m)
		return m
	}
	tests := []struct {
		name string
		b    []byte
		want Message
		err  error
	}{
		{"CLDT", cldt, Message{Class: 7, Type: 1, Length: uint32(len(cldt)),
			HasNetworkAppearance: true, NetworkAppearance: 8, HasRoutingContext: true, RoutingContext: 100, HasCorrelationID: true, CorrelationID: 5,
			HasProtocolClass: true, ProtocolClass: 1, ReturnOnError: true, HopCounter: 15, SequenceControl: 7, HasImportance: true, Importance: 3,
			HasSegmentation: true, SegFirst: true, SegRemaining: 2, SegReference: 0x010203,
			Called: wantCalled, Calling: wantCalling, HasData: true, Data: userData}, nil},
		{"CLDR", cldr, Message{Class: 7, Type: 2, Length: uint32(len(cldr)), HasRoutingContext: true, RoutingContext: 100,
			HasCause: true, CauseType: 1, Cause: 7, Called: wantCalled, Calling: wantCalling, HasData: true, Data: userData}, nil},
		{"what comes again is ignored", octets.Sigtran(7, 1, routingContext, octets.With(routingContext, 7, 9), source, octets.With(source, 15, 9), destination, octets.With(destination, 5, 2), data, octets.With(data, 4, 9)),
			Message{Class: 7, Type: 1, Length: 216, HasRoutingContext: true, RoutingContext: 100, Called: wantCalled, Calling: wantCalling, HasData: true, Data: userData}, nil},
		{"IPv6 address, parameters too short", octets.Sigtran(7, 1, []byte{0, 6, 0, 4, 1, 2, 0, 0x1c, 0, 4, 0, 0, 0x80, 6, 0, 0x14, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
			Message{Class: 7, Type: 1, Length: 40, Calling: Party{RoutingIndicator: 4, IP: netip.MustParseAddr("2001:db8::1"),
				Address: Address{Present: true, RouteOnSSN: true, Indicator: 0x40}}}, nil},
		{"padding not sent", small[:25], smallWant, nil},
		{"padding not counted", octets.With(small, 7, 25), edit(func(m *Message) { m.Length = 25 }), nil},
		{"octets behind", octets.Cat(small, []byte{9, 9}), smallWant, nil},
		{"empty address", octets.Sigtran(7, 1, []byte{1, 2, 0, 4}), Message{Class: 7, Type: 1, Length: 12}, nil},

		{"user data cut", small[:23], edit(func(m *Message) { m.Data = userData[:3] }), ErrTruncated},
		{"message length 7", octets.With(small, 7, 7), edit(func(m *Message) { m.Length = 7 }), ErrLength},
		{"message length of 4 GiB", octets.With(small, 4, 0xff, 0xff, 0xff, 0xff), edit(func(m *Message) { m.Length = 0xffffffff }), ErrTruncated},
		{"parameter length 0", octets.Sigtran(7, 1, routingContext, []byte{0, 0, 0, 0}, data), Message{Class: 7, Type: 1, Length: 32, HasRoutingContext: true, RoutingContext: 100}, ErrLength},
		{"half a parameter header", octets.Sigtran(7, 1, routingContext, []byte{1, 0x0b}), Message{Class: 7, Type: 1, Length: 18, HasRoutingContext: true, RoutingContext: 100}, ErrTruncated},
		{"address without indicators", octets.Sigtran(7, 1, []byte{1, 3, 0, 6, 0, 1, 0, 0}, data),
			Message{Class: 7, Type: 1, Length: 28, Called: Party{Address: Address{Present: true}}, HasData: true, Data: userData}, ErrAddress},
		{"global title too short", octets.Sigtran(7, 1, []byte{1, 3, 0, 0x10, 0, 1, 0, 4, 0x80, 1, 0, 8, 0, 0, 0, 4}, data),
			Message{Class: 7, Type: 1, Length: 36, Called: Party{RoutingIndicator: 1, Address: Address{Present: true}}, HasData: true, Data: userData}, ErrAddress},
		{"fewer digits than counted", octets.Sigtran(7, 1, []byte{1, 3, 0, 0x18, 0, 1, 0, 4, 0x80, 1, 0, 0xe, 0, 0, 0, 4, 0xff, 0, 1, 4, 0x99, 0x19, 0, 0}, data),
			Message{Class: 7, Type: 1, Length: 44, Called: Party{RoutingIndicator: 1, Address: Address{Present: true, Indicator: 0x10, GTI: 4, NP: 1, ES: 2, NAI: 4, GT: telecom.MustDigits("9991")}}, HasData: true, Data: userData}, ErrAddress},
		{"parameter in address of length 0", octets.Sigtran(7, 1, []byte{1, 3, 0, 0xc, 0, 1, 0, 4, 0, 0, 0, 0}, data),
			Message{Class: 7, Type: 1, Length: 32, Called: Party{RoutingIndicator: 1, Address: Address{Present: true}}, HasData: true, Data: userData}, ErrAddress},
		{"version 2", octets.With(small, 0, 2), Message{}, ErrVersion},
		{"7 octets", small[:7], Message{}, ErrTruncated},
	}
	var m Message
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_ = m.Decode(cldt)
			if err := m.Decode(tt.b); err != tt.err {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if !reflect.DeepEqual(m, tt.want) {
				t.Errorf("got  %+v\nwant %+v", m, tt.want)
			}
			if n := testing.AllocsPerRun(100, func() { touch(tt.b) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestLooksLike(t *testing.T) {
	for _, b := range [][]byte{cldt, cldr, octets.Sigtran(ClassCO, 11, routingContext), cldt[:len(cldt)-3]} {
		if !LooksLike(b) {
			t.Errorf("% x is not recognised", b)
		}
	}
	for _, b := range [][]byte{nil, cldt[:7], cldt[:40], golden[2], octets.Sigtran(7, 0, data), octets.Sigtran(7, 3, data), octets.Sigtran(8, 12, data), octets.Sigtran(1, 1, data), octets.Sigtran(7, 1)} {
		if LooksLike(b) {
			t.Errorf("% x is taken for SUA", b)
		}
	}
}

func touch(b []byte) {
	var m Message
	_ = m.Decode(b)
	TypeName(m.Class, m.Type)
	LooksLike(b)
}

func TestMutations(t *testing.T) {
	mutate.All(t, golden, touch)
}

func TestTypeName(t *testing.T) {
	for k, want := range map[[2]uint8]string{
		{0, 0}: "ERR", {2, 6}: "DRST", {3, 1}: "ASPUP", {4, 4}: "ASPIA-ACK", {7, 1}: "CLDT", {7, 2}: "CLDR", {7, 3}: "",
		{8, 1}: "CORE", {8, 2}: "COAK", {8, 3}: "COREF", {8, 4}: "RELRE", {8, 5}: "RELCO", {8, 6}: "RESCO", {8, 7}: "RESRE",
		{8, 8}: "CODT", {8, 9}: "CODA", {8, 10}: "COERR", {8, 11}: "COIT", {8, 0}: "", {8, 12}: "", {9, 4}: "DEREG-RSP", {9, 5}: "", {1, 1}: "", {99, 1}: "", {3, 99}: "",
	} {
		if got := TypeName(k[0], k[1]); got != want {
			t.Errorf("class %d, type %d: %q, want %q", k[0], k[1], got, want)
		}
	}
}

// TestHostName: the zero octets that end a name are no part of it.
func TestHostName(t *testing.T) {
	for name, want := range map[string]string{"a.b\x00": "a.b", "a.b": "a.b", "a\x00\x00\x00": "a", "\x00": ""} {
		v := append([]byte{0, 3, 0, 0, 0x80, 0x05, 0, byte(4 + len(name))}, name...)
		var m Message
		if err := m.Decode(octets.Sigtran(ClassCL, TypeCLDT, append([]byte{0x01, 0x02, 0, byte(4 + len(v))}, v...))); err != nil || string(m.Calling.Host) != want {
			t.Errorf("%q: %q, %v", name, m.Calling.Host, err)
		}
	}
}

// TestConnection: a request for a connection has addresses and a reference.
func TestConnection(t *testing.T) {
	core := octets.Sigtran(ClassCO, 1,
		[]byte{0x01, 0x15, 0, 8, 0, 0, 0, 2},                                    // protocol class 2
		[]byte{0x01, 0x04, 0, 8, 0, 0, 3, 0xe9},                                 // source reference 1001
		[]byte{0x01, 0x03, 0, 0x10, 0, 2, 0, 3, 0x80, 0x03, 0, 8, 0, 0, 0, 142}) // destination: route on SSN; SSN 142
	var m Message
	if err := m.Decode(core); err != nil || m.SourceReference != 1001 || m.ProtocolClass != 2 || m.Called.Address.SSN != 142 || !m.Called.Address.RouteOnSSN {
		t.Errorf("%v %+v", err, m)
	}
	refused := octets.Sigtran(ClassCO, 3, []byte{0x01, 0x05, 0, 8, 0, 0, 3, 0xe9}, []byte{0x01, 0x06, 0, 8, 0, 0, 2, 15})
	if err := m.Decode(refused); err != nil || m.DestinationReference != 1001 || m.CauseType != 2 || m.Cause != 15 {
		t.Errorf("%v %+v", err, m)
	}
	mutate.All(t, [][]byte{core, refused}, touch)
}

func FuzzDecode(f *testing.F) { mutate.Fuzz(f, golden, touch) }

func BenchmarkDecode(b *testing.B) {
	in := octets.Sigtran(ClassCL, TypeCLDT, routingContext, protocolClass, source, destination, sequenceControl, data)
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if m.Decode(in) != nil {
			b.Fatal()
		}
	}
}
