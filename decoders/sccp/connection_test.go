package sccp

import (
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

var (
	msc  = Address{Present: true, Indicator: 0x42, HasSSN: true, RouteOnSSN: true, SSN: telecom.SSNRANAP}
	mscO = []byte{0x42, 0x8e} // route on SSN, SSN 142
)

var connectionTests = []struct {
	name string
	in   []byte
	want Message
	err  error
}{
	{
		name: "CR",
		in: octets.Cat([]byte{
			0x01,             // CR
			0x03, 0x02, 0x01, // source local reference 0x010203
			0x02,       // class 2
			0x02, 0x04, // called at 7, optional part at 10
		}, variable(mscO), []byte{
			0x04, 0x02, 0x42, 0x8e, // calling
			0x09, 0x01, 0x05, // credit
			0x0f, 0x02, 0xaa, 0xbb, // data
			0x11, 0x01, 0x0c, // hop counter
			0x12, 0x01, 0x03, // importance
			0x00, // end
		}),
		want: Message{
			Type: CR, HasClass: true, Class: 2, HopCounter: 12, Called: msc, Calling: msc, HasImportance: true, Importance: 3,
			Connection: Connection{Source: 0x010203, Credit: 5}, Data: []byte{0xaa, 0xbb},
		},
		err: ErrConnectionOriented,
	},
	{
		name: "CC with a called address",
		in:   []byte{0x02, 0x01, 0, 0, 0x02, 0, 0, 0x02, 0x01, 0x03, 0x02, 0x42, 0x8e, 0x00},
		want: Message{Type: CC, HasClass: true, Class: 2, Called: msc, Connection: Connection{Destination: 1, Source: 2}},
		err:  ErrConnectionOriented,
	},
	{
		name: "CC without an optional part",
		in:   []byte{0x02, 0x01, 0, 0, 0x02, 0, 0, 0x02, 0x00},
		want: Message{Type: CC, HasClass: true, Class: 2, Connection: Connection{Destination: 1, Source: 2}},
		err:  ErrConnectionOriented,
	},
	{
		name: "CREF",
		in:   []byte{0x03, 0x01, 0, 0, 0x0f, 0x01, 0x0f, 0x01, 0x7f, 0x00},
		want: Message{Type: CREF, HasCause: true, Cause: 15, Connection: Connection{Destination: 1}, Data: []byte{0x7f}},
		err:  ErrConnectionOriented,
	},
	{
		name: "RLSD",
		in:   []byte{0x04, 0x01, 0, 0, 0x02, 0, 0, 0x03, 0x00},
		want: Message{Type: RLSD, HasCause: true, Cause: 3, Connection: Connection{Destination: 1, Source: 2}},
		err:  ErrConnectionOriented,
	},
	{name: "RLC", in: []byte{0x05, 0x01, 0, 0, 0x02, 0, 0}, want: Message{Type: RLC, Connection: Connection{Destination: 1, Source: 2}}, err: ErrConnectionOriented},
	{
		name: "DT1, more follows",
		in:   []byte{0x06, 0x01, 0, 0, 0x01, 0x01, 0x02, 0xaa, 0xbb},
		want: Message{Type: DT1, Connection: Connection{Destination: 1, More: true}, Data: []byte{0xaa, 0xbb}},
		err:  ErrConnectionOriented,
	},
	{
		name: "DT2",
		in:   []byte{0x07, 0x01, 0, 0, 0x0a, 0x0d, 0x01, 0x01, 0xcc}, // P(S) 5; P(R) 6, more
		want: Message{Type: DT2, Connection: Connection{Destination: 1, Send: 5, Receive: 6, More: true}, Data: []byte{0xcc}},
		err:  ErrConnectionOriented,
	},
	{name: "AK", in: []byte{0x08, 0x01, 0, 0, 0x0e, 0x08}, want: Message{Type: AK, Connection: Connection{Destination: 1, Receive: 7, Credit: 8}}, err: ErrConnectionOriented},
	{name: "ED", in: []byte{0x0b, 0x01, 0, 0, 0x01, 0x01, 0xdd}, want: Message{Type: ED, Connection: Connection{Destination: 1}, Data: []byte{0xdd}}, err: ErrConnectionOriented},
	{name: "EA", in: []byte{0x0c, 0x01, 0, 0}, want: Message{Type: EA, Connection: Connection{Destination: 1}}, err: ErrConnectionOriented},
	{name: "RSR", in: []byte{0x0d, 0x01, 0, 0, 0x02, 0, 0, 0x04}, want: Message{Type: RSR, HasCause: true, Cause: 4, Connection: Connection{Destination: 1, Source: 2}}, err: ErrConnectionOriented},
	{name: "RSC", in: []byte{0x0e, 0x01, 0, 0, 0x02, 0, 0}, want: Message{Type: RSC, Connection: Connection{Destination: 1, Source: 2}}, err: ErrConnectionOriented},
	{name: "ERR", in: []byte{0x0f, 0x01, 0, 0, 0x02}, want: Message{Type: ERR, HasCause: true, Cause: 2, Connection: Connection{Destination: 1}}, err: ErrConnectionOriented},
	{
		name: "IT",
		in:   []byte{0x10, 0x01, 0, 0, 0x02, 0, 0, 0x03, 0x04, 0x06, 0x07},
		want: Message{Type: IT, HasClass: true, Class: 3, Connection: Connection{Destination: 1, Source: 2, Send: 2, Receive: 3, Credit: 7}},
		err:  ErrConnectionOriented,
	},
	{name: "CR cut in its fixed part", in: []byte{0x01, 0x01, 0, 0, 0x02, 0x02}, want: Message{Type: CR, Connection: Connection{Source: 1}}, err: ErrTruncated},
	{name: "IT of one octet", in: []byte{0x10}, want: Message{Type: IT}, err: ErrTruncated},
	{name: "CR without a called address", in: []byte{0x01, 0x01, 0, 0, 0x02, 0x00, 0x00}, want: Message{Type: CR, HasClass: true, Class: 2, Connection: Connection{Source: 1}}, err: ErrAddress},
	{
		name: "CC with an optional part that is cut off",
		in:   []byte{0x02, 0x01, 0, 0, 0x02, 0, 0, 0x02, 0x01, 0x03, 0x03, 0x42, 0x8e},
		want: Message{Type: CC, HasClass: true, Class: 2, Connection: Connection{Destination: 1, Source: 2}},
		err:  ErrOptional,
	},
	{name: "DT1 without data", in: []byte{0x06, 0x01, 0, 0, 0x00, 0x00}, want: Message{Type: DT1, Connection: Connection{Destination: 1}}, err: ErrPointer},
	{name: "DT1 cut in its data", in: []byte{0x06, 0x01, 0, 0, 0x00, 0x01, 0x02, 0xaa}, want: Message{Type: DT1, Connection: Connection{Destination: 1}, Data: []byte{0xaa}}, err: ErrTruncated},
	{name: "credit of no octets", in: []byte{0x02, 0x01, 0, 0, 0x02, 0, 0, 0x02, 0x01, 0x09, 0x00, 0x00}, want: Message{Type: CC, HasClass: true, Class: 2, Connection: Connection{Destination: 1, Source: 2}}, err: ErrOptional},
}

func TestConnection(t *testing.T) {
	for _, tt := range connectionTests {
		t.Run(tt.name, func(t *testing.T) {
			m := Message{Type: LUDTS, Data: []byte("left over"), Called: hlr, Connection: Connection{Source: 9, Credit: 9}}
			if err := m.Decode(tt.in); err != tt.err {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if !reflect.DeepEqual(m, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", m, tt.want)
			}
			if n := testing.AllocsPerRun(10, func() { _ = m.Decode(tt.in) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			mutate.Each(t, tt.in, use)
		})
	}
}

func TestManagement(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
		v    telecom.Variant
		want Management
		err  error
	}{
		{"SSA", []byte{0x01, 0x06, 0x56, 0x23, 0x01}, telecom.ITU, Management{Type: SSA, SSN: 6, PC: 0x2356, Multiplicity: 1}, nil},
		{"SSP, spare bits set", []byte{0x02, 0x06, 0x56, 0xe3, 0xfc}, telecom.ITU, Management{Type: SSP, SSN: 6, PC: 0x2356}, nil},
		{"SST, Japan", []byte{0x03, 0x05, 0x56, 0xe3, 0x00}, telecom.Japan, Management{Type: SST, SSN: 5, PC: 0xe356}, nil},
		{"SOR, China", []byte{0x04, 0x08, 0x03, 0x02, 0x01, 0x00}, telecom.China, Management{Type: SOR, SSN: 8, PC: 0x010203}, nil},
		{"SOG", []byte{0x05, 0x08, 0x01, 0x00, 0x00}, telecom.ITU, Management{Type: SOG, SSN: 8, PC: 1}, nil},
		{"SSC", []byte{0x06, 0x01, 0x01, 0x00, 0x00, 0xf8}, telecom.ITU, Management{Type: SSC, SSN: 1, PC: 1, Congestion: 8}, nil},
		{"SRT", []byte{0xff, 0x06, 0x03, 0x02, 0x01, 0x02}, telecom.ANSI, Management{Type: SRT, SSN: 6, PC: 0x010203, Multiplicity: 2}, nil},
		{"SNR is of ANSI", []byte{0xfe, 0x06, 0x03, 0x02, 0x01, 0x02}, telecom.ITU, Management{}, ErrType},
		{"another type", []byte{0x07, 0x06, 0x03, 0x02, 0x01}, telecom.ITU, Management{}, ErrType},
		{"cut in the point code", []byte{0x01, 0x06, 0x56, 0x23}, telecom.ANSI, Management{Type: SSA}, ErrTruncated},
		{"no multiplicity", []byte{0x01, 0x06, 0x56, 0x23}, telecom.ITU, Management{Type: SSA, SSN: 6, PC: 0x2356}, ErrTruncated},
		{"SSC without a level", []byte{0x06, 0x01, 0x01, 0x00, 0x00}, telecom.ITU, Management{Type: SSC, SSN: 1, PC: 1}, ErrTruncated},
		{"nothing", nil, telecom.ITU, Management{}, ErrTruncated},
	} {
		m := Management{Type: SSC, Congestion: 9}
		if err := m.Decode(tt.in, tt.v); err != tt.err || m != tt.want {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tt.name, err, m, tt.want)
		}
		mutate.Each(t, tt.in, use)
	}
	names := ""
	for _, m := range []ManagementType{SSA, SSP, SST, SOR, SOG, SSC, SBR, SNR, SRT, 7} {
		names += m.String() + " "
	}
	if names != "SSA SSP SST SOR SOG SSC SBR SNR SRT  " {
		t.Error(names)
	}
}
