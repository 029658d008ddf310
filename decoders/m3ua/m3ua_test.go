package m3ua

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

var (
	networkAppearance = []byte{
		0x02, 0x00, 0x00, 0x08, // Network Appearance, length 8
		0x00, 0x00, 0x00, 0x08, // 8
	}
	routingContext = []byte{
		0x00, 0x06, 0x00, 0x0c, // Routing Context, length 12
		0x00, 0x00, 0x00, 0x64, // 100
		0x00, 0x00, 0x00, 0xc8, // 200
	}
	protocolData = []byte{
		0x02, 0x10, 0x00, 0x15, // Protocol Data, length 21
		0x00, 0x00, 0x20, 0x51, // OPC 4-010-1
		0x00, 0x00, 0x23, 0x56, // DPC 4-106-6
		0x03,                         // SI SCCP
		0x00,                         // NI international
		0x01,                         // MP
		0x0f,                         // SLS
		0x09, 0x00, 0x03, 0x05, 0x07, // user data
		0x00, 0x00, 0x00, // padding
	}
	protocolDataEmpty = []byte{
		0x02, 0x10, 0x00, 0x10, // Protocol Data, length 16
		0x00, 0x00, 0x00, 0x01, // OPC 1
		0x00, 0xff, 0xff, 0xff, // DPC 16777215, of 24 bits
		0x05, 0x02, 0x00, 0xff, // ISUP, national, SLS 255
	}
	correlationID = []byte{
		0x00, 0x13, 0x00, 0x08, // Correlation Id, length 8
		0xde, 0xad, 0xbe, 0xef,
	}
	infoString = []byte{
		0x00, 0x04, 0x00, 0x06, // INFO String, length 6
		'h', 'i', 0x00, 0x00, // and its padding
	}
	draftData1 = []byte{
		0x00, 0x02, 0x00, 0x0b, // Protocol Data 1 of the drafts, length 11
		0x83,                   // SIO: NI 2, MP 0, SI 3
		0x56, 0x63, 0x14, 0xf8, // DPC 0x2356, OPC 0x2051, SLS 15
		0x09, 0x00, // user data
		0x00, // padding
	}
	draftData2 = []byte{
		0x00, 0x03, 0x00, 0x0b, // Protocol Data 2 of the drafts, length 11
		0x01,                   // priority
		0x93,                   // SIO: NI 2, MP 1, SI 3
		0x56, 0x63, 0x14, 0x08, // DPC 0x2356, OPC 0x2051, SLS 0
		0x09, // user data
		0x00, // padding
	}
)

var (
	dataMessage  = octets.Sigtran(ClassTransfer, TypeData, networkAppearance, routingContext, protocolData, correlationID)
	smallMessage = octets.Sigtran(ClassTransfer, TypeData, routingContext, protocolData)
	aspUp        = octets.Sigtran(ClassASPSM, 1)
	golden       = [][]byte{
		dataMessage, smallMessage, aspUp,
		octets.Sigtran(ClassTransfer, TypeData, protocolDataEmpty, protocolData),
		octets.Sigtran(ClassTransfer, TypeData, draftData1),
		octets.Sigtran(ClassTransfer, TypeData, draftData2),
		octets.Sigtran(ClassManagement, 1, infoString, routingContext),
	}
)

var wantData = ProtocolData{OPC: 0x2051, DPC: 0x2356, SI: 3, MP: 1, SLS: 15, UserData: []byte{9, 0, 3, 5, 7}}

func TestDecode(t *testing.T) {
	cut := func(b []byte, n int) []byte { return b[:len(b)-n] }
	tests := []struct {
		name string
		b    []byte
		want Message
		err  error
	}{
		{"DATA with everything", dataMessage, Message{Class: 1, Type: 1, Length: 60,
			HasNetworkAppearance: true, NetworkAppearance: 8, HasRoutingContext: true, RoutingContext: 100,
			HasCorrelationID: true, CorrelationID: 0xdeadbeef, HasData: true, Data: wantData}, nil},
		{"point code of 24 bits, no user data", octets.Sigtran(1, 1, protocolDataEmpty), Message{Class: 1, Type: 1, Length: 24,
			HasData: true, Data: ProtocolData{OPC: 1, DPC: 0xffffff, SI: 5, NI: 2, SLS: 255, UserData: []byte{}}}, nil},
		{"no parameters", aspUp, Message{Class: 3, Type: 1, Length: 8}, nil},
		{"unknown class", octets.Sigtran(77, 88, infoString), Message{Class: 77, Type: 88, Length: 16}, nil},
		{"octets behind the message", octets.Cat(smallMessage, smallMessage), Message{Class: 1, Type: 1, Length: 44,
			HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: wantData}, nil},
		{"length without the last padding", octets.With(smallMessage, 7, 41), Message{Class: 1, Type: 1, Length: 41,
			HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: wantData}, nil},
		{"last padding not sent", cut(smallMessage, 3), Message{Class: 1, Type: 1, Length: 44,
			HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: wantData}, nil},
		{"two Protocol Data", octets.Sigtran(1, 1, protocolData, protocolDataEmpty), Message{Class: 1, Type: 1, Length: 48,
			HasData: true, Repeated: true, Data: wantData}, nil},
		{"two routing contexts and appearances", octets.Sigtran(1, 1, networkAppearance, octets.With(networkAppearance, 7, 9), routingContext, octets.With(routingContext, 7, 9), correlationID, octets.With(correlationID, 7, 9)),
			Message{Class: 1, Type: 1, Length: 64, HasNetworkAppearance: true, NetworkAppearance: 8,
				HasRoutingContext: true, RoutingContext: 100, HasCorrelationID: true, CorrelationID: 0xdeadbeef}, nil},
		{"parameters too short for their value", octets.Sigtran(1, 1, []byte{0, 6, 0, 6, 1, 2, 0, 0, 2, 0, 0, 4, 0, 0x13, 0, 4}, protocolData),
			Message{Class: 1, Type: 1, Length: 48, HasData: true, Data: wantData}, nil},
		{"Protocol Data 1 of the drafts", octets.Sigtran(1, 1, draftData1), Message{Class: 1, Type: 1, Length: 20, HasData: true, Draft: true,
			Data: ProtocolData{OPC: 0x2051, DPC: 0x2356, SI: 3, NI: 2, SLS: 15, UserData: []byte{9, 0}}}, nil},
		{"Protocol Data 2 of the drafts", octets.Sigtran(1, 1, draftData2), Message{Class: 1, Type: 1, Length: 20, HasData: true, Draft: true,
			Data: ProtocolData{OPC: 0x2051, DPC: 0x2356, SI: 3, NI: 2, MP: 1, UserData: []byte{9}}}, nil},
		{"draft tag in a management message", octets.Sigtran(0, 0, draftData1), Message{Length: 20}, nil},

		{"user data cut", cut(smallMessage, 5), Message{Class: 1, Type: 1, Length: 44,
			HasRoutingContext: true, RoutingContext: 100,
			HasData: true, Data: ProtocolData{OPC: 0x2051, DPC: 0x2356, SI: 3, MP: 1, SLS: 15, UserData: []byte{9, 0, 3}}}, ErrTruncated},
		{"label cut", cut(smallMessage, 9), Message{Class: 1, Type: 1, Length: 44,
			HasRoutingContext: true, RoutingContext: 100}, ErrTruncated},
		{"cut between parameters", smallMessage[:20], Message{Class: 1, Type: 1, Length: 44,
			HasRoutingContext: true, RoutingContext: 100}, ErrTruncated},
		{"label too short", octets.Sigtran(1, 1, routingContext, []byte{2, 0x10, 0, 8, 0, 0, 0, 1}), Message{Class: 1, Type: 1, Length: 28,
			HasRoutingContext: true, RoutingContext: 100}, ErrLength},
		{"draft label too short", octets.Sigtran(1, 1, []byte{0, 2, 0, 8, 0, 0, 0, 1}), Message{Class: 1, Type: 1, Length: 16}, ErrLength},
		{"draft without octets", octets.Sigtran(1, 1, []byte{0, 3, 0, 4}), Message{Class: 1, Type: 1, Length: 12}, ErrLength},
		{"parameter length 0", octets.Sigtran(1, 1, routingContext, []byte{0, 0, 0, 0}, protocolData), Message{Class: 1, Type: 1, Length: 48,
			HasRoutingContext: true, RoutingContext: 100}, ErrLength},
		{"parameter length 3", octets.Sigtran(1, 1, protocolData, []byte{0, 4, 0, 3}), Message{Class: 1, Type: 1, Length: 36,
			HasData: true, Data: wantData}, ErrLength},
		{"message length below the header", octets.With(smallMessage, 4, 0, 0, 0, 7), Message{Class: 1, Type: 1, Length: 7,
			HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: wantData}, ErrLength},
		{"message length of 4 GiB", octets.With(smallMessage, 4, 0xff, 0xff, 0xff, 0xff), Message{Class: 1, Type: 1, Length: 0xffffffff,
			HasRoutingContext: true, RoutingContext: 100, HasData: true, Data: wantData}, ErrTruncated},
		{"half a parameter header", octets.Sigtran(1, 1, protocolData, []byte{0, 4}), Message{Class: 1, Type: 1, Length: 34,
			HasData: true, Data: wantData}, ErrTruncated},
		{"version 2", octets.With(dataMessage, 0, 2), Message{}, ErrVersion},
		{"7 octets", dataMessage[:7], Message{}, ErrTruncated},
		{"nothing", nil, Message{}, ErrTruncated},
	}
	// One receiver for all: nothing of a message before may stay.
	var m Message
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := m.Decode(dataMessage); err != nil {
				t.Fatal(err)
			}
			if err := m.Decode(tt.b); err != tt.err {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			got := m
			got.params = nil
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if n := testing.AllocsPerRun(100, func() { touch(tt.b) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestParams(t *testing.T) {
	var m Message
	if err := m.Decode(dataMessage); err != nil {
		t.Fatal(err)
	}
	want := []Param{
		{Tag: TagNetworkAppearance, Length: 8, Value: []byte{0, 0, 0, 8}},
		{Tag: TagRoutingContext, Length: 12, Value: []byte{0, 0, 0, 100, 0, 0, 0, 200}},
		{Tag: TagProtocolData, Length: 21, Value: protocolData[4:21]},
		{Tag: TagCorrelationID, Length: 8, Value: []byte{0xde, 0xad, 0xbe, 0xef}},
	}
	var got []Param
	w := m.Params()
	for p := (Param{}); w.Next(&p); {
		if len(p.Value) != cap(p.Value) {
			t.Errorf("%#x: value has spare capacity", p.Tag)
		}
		got = append(got, p)
	}
	if !reflect.DeepEqual(got, want) || w.Err() != nil {
		t.Errorf("got  %+v, %v\nwant %+v", got, w.Err(), want)
	}

	if err := m.Decode(dataMessage[:40]); err != ErrTruncated {
		t.Fatalf("error %v", err)
	}
	var last Param
	w = m.Params()
	for p := (Param{}); w.Next(&p); {
		last = p
	}
	if !last.Truncated || last.Length != 21 || len(last.Value) != 8 || w.Err() != ErrTruncated {
		t.Errorf("got %+v, %v", last, w.Err())
	}
}

func TestLooksLike(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		want bool
	}{
		{"DATA", dataMessage, true},
		{"ASP Up without parameters", aspUp, true},
		{"octets behind", octets.Cat(dataMessage, []byte{1, 2, 3, 4, 5}), true},
		{"padding not sent", smallMessage[:len(smallMessage)-3], true},
		{"cut", smallMessage[:len(smallMessage)-4], false},
		{"version 2", octets.With(dataMessage, 0, 2), false},
		{"reserved octet", octets.With(dataMessage, 1, 1), false},
		{"class 5", octets.With(dataMessage, 2, 5), false},
		{"class 255", octets.With(dataMessage, 2, 255), false},
		{"type 0 of Transfer", octets.With(dataMessage, 3, 0), false},
		{"type 255", octets.With(dataMessage, 3, 255), false},
		{"length 7", octets.With(aspUp, 7, 7), false},
		{"DATA without parameters", octets.Sigtran(1, 1), false},
		{"first parameter too short", octets.Sigtran(1, 1, []byte{2, 0x10, 0, 3}), false},
		{"first parameter too long", octets.Sigtran(1, 1, []byte{2, 0x10, 0, 9, 0, 0, 0, 0}), false},
		{"half a parameter header", octets.Sigtran(3, 1, []byte{0, 4}), false},
		{"nothing", nil, false},
		{"7 octets", aspUp[:7], false},
		{"SUA connectionless", octets.Sigtran(7, 1, networkAppearance), false},
		{"M2UA data", octets.Sigtran(6, 1, networkAppearance), false},
		// A Diameter header: version 1, length 772, answer bit clear, command 280.
		{"Diameter", append([]byte{1, 0, 3, 4, 0x80, 0, 1, 0x18}, make([]byte, 764)...), false},
		// The same answered without the P flag: 00 00 01 18 is a small length.
		{"Diameter answer", append([]byte{1, 0, 3, 4, 0, 0, 1, 0x18, 0, 0, 0, 0}, make([]byte, 760)...), false},
	}
	for _, tt := range tests {
		if got := LooksLike(tt.b); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}

func TestTypeName(t *testing.T) {
	for _, tt := range []struct {
		class, typ uint8
		want       string
	}{
		{0, 0, "ERR"}, {0, 1, "NTFY"}, {1, 1, "DATA"}, {2, 6, "DRST"}, {3, 4, "ASPUP-ACK"},
		{4, 1, "ASPAC"}, {9, 4, "DEREG-RSP"}, {1, 0, "1/0"}, {5, 1, "5/1"}, {10, 0, "10/0"}, {0, 9, "0/9"}, {255, 255, "255/255"},
	} {
		m := Message{Class: tt.class, Type: tt.typ}
		if got := m.TypeName(); got != tt.want {
			t.Errorf("%d/%d: got %q, want %q", tt.class, tt.typ, got, tt.want)
		}
	}
}

// touch decodes b and calls every accessor.
func touch(b []byte) (n int) {
	var (
		m Message
		p Param
	)
	_ = m.Decode(b)
	w := m.Params()
	for w.Next(&p) {
		n += len(p.Value)
	}
	_ = w.Err()
	TypeName(m.Class, m.Type)
	LooksLike(b)
	return n + len(m.Data.UserData)
}

func TestMutations(t *testing.T) { mutate.All(t, golden, func(b []byte) { touch(b) }) }
