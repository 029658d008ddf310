package sccp

import (
	"errors"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

// Contents of party addresses, and what they mean.
var (
	hlrOctets = []byte{
		0x12,                               // route on GT, GTI 4, SSN
		0x06,                               // SSN 6, HLR
		0x00,                               // TT 0
		0x11,                               // NP 1 E.164, ES 1: odd
		0x04,                               // NAI 4, international
		0x99, 0x99, 0x01, 0x10, 0x00, 0x01, // 9999 1001 001, filler 0
	}
	hlr = Address{
		Present: true, Indicator: 0x12, HasSSN: true, GTI: 4, SSN: telecom.SSNHLR,
		NP: 1, ES: 1, NAI: 4, GT: telecom.MustDigits("99991001001"),
	}
	vlrOctets = []byte{
		0x53,       // route on SSN, GTI 4, SSN, PC
		0x53, 0x23, // PC 0x2353, 4-106-3
		0x07,                               // SSN 7, VLR
		0x00,                               // TT 0
		0x12,                               // NP 1, ES 2: even
		0x04,                               // NAI 4
		0x99, 0x99, 0x02, 0x20, 0x00, 0x21, // 9999 2002 0012
	}
	vlr = Address{
		Present: true, Indicator: 0x53, HasPC: true, HasSSN: true, RouteOnSSN: true, GTI: 4, PC: 0x2353, SSN: telecom.SSNVLR,
		NP: 1, ES: 2, NAI: 4, GT: telecom.MustDigits("999920020012"),
	}
	data = []byte{0x64, 0x02, 0x49, 0x00}
)

// variable is a variable part: its length in one octet and its contents.
func variable(v []byte) []byte { return append([]byte{byte(len(v))}, v...) }

var (
	udt = octets.Cat([]byte{
		0x09, // UDT
		0x81, // class 1, return on error
		0x03, // called is 3 octets on, at 5
		0x0e, // calling is 14 on, at 17
		0x1b, // data is 27 on, at 31
	}, variable(hlrOctets), variable(vlrOctets), variable(data))

	xudt = octets.Cat([]byte{
		0x11,                   // XUDT
		0x80,                   // class 0, return on error
		0x0c,                   // hop counter 12
		0x04, 0x0f, 0x1c, 0x20, // called at 7, calling at 19, data at 33, optional part at 38
	}, variable(hlrOctets), variable(vlrOctets), variable(data), []byte{
		0x13, 0x02, 0xaa, 0xbb, // ISNI, stepped over
		0x10, 0x04, 0xc3, 0x01, 0x02, 0x03, // segmentation: first, class 1, 3 more; reference
		0x12, 0x01, 0x05, // importance 5
		0x00, // end
	})

	ludt = octets.Cat([]byte{
		0x13,       // LUDT
		0x01,       // class 1
		0x0f,       // hop counter 15
		0x07, 0x00, // called is 7 on from the octet behind: 4+7 = 11
		0x11, 0x00, // calling at 6+17 = 23
		0x1d, 0x00, // data at 8+29 = 37
		0x2f, 0x01, // optional part at 10+303 = 313
	}, variable(hlrOctets), variable(vlrOctets), []byte{
		0x12, 0x01, // 274 octets of data, least significant octet first
	}, make([]byte, 274), []byte{
		0x10, 0x04, 0x80, 0x07, 0x00, 0x00, // segmentation: first and only, reference 7
		0x00, // end
	})
)

var decodeTests = []struct {
	name string
	in   []byte
	want Message
	err  error
}{
	{
		name: "UDT",
		in:   udt,
		want: Message{Type: UDT, HasClass: true, Class: 1, ReturnOnError: true, Called: hlr, Calling: vlr, Data: data},
	},
	{
		name: "UDTS",
		in:   octets.Cat([]byte{0x0a, 0x01, 0x03, 0x0e, 0x1b}, variable(hlrOctets), variable(vlrOctets), variable(data)),
		want: Message{Type: UDTS, HasCause: true, Cause: 1, Called: hlr, Calling: vlr, Data: data},
	},
	{
		name: "XUDT, segmented",
		in:   xudt,
		want: Message{
			Type: XUDT, HasClass: true, ReturnOnError: true, HopCounter: 12, Called: hlr, Calling: vlr, Data: data,
			HasSegmentation: true, SegFirst: true, SegInSequence: true, SegRemaining: 3, SegReference: 0x030201,
			HasImportance: true, Importance: 5,
		},
	},
	{
		name: "XUDT without an optional part",
		in:   octets.Cat([]byte{0x11, 0x00, 0x0c, 0x04, 0x0f, 0x1c, 0x00}, variable(hlrOctets), variable(vlrOctets), variable(data)),
		want: Message{Type: XUDT, HasClass: true, HopCounter: 12, Called: hlr, Calling: vlr, Data: data},
	},
	{
		name: "XUDTS, end of optional parameters left out",
		in: octets.Cat([]byte{0x12, 0x0c, 0x00, 0x04, 0x0f, 0x1c, 0x20}, variable(hlrOctets), variable(vlrOctets), variable(data), []byte{
			0x10, 0x04, 0x00, 0x01, 0x00, 0x00, // segmentation: last one
		}),
		want: Message{Type: XUDTS, HasCause: true, Cause: 12, Called: hlr, Calling: vlr, Data: data, HasSegmentation: true, SegReference: 1},
	},
	{
		name: "LUDT",
		in:   ludt,
		want: Message{
			Type: LUDT, HasClass: true, Class: 1, HopCounter: 15, Called: hlr, Calling: vlr, Data: make([]byte, 274),
			HasSegmentation: true, SegFirst: true, SegReference: 7,
		},
	},
	{
		name: "LUDTS without an optional part",
		in: octets.Cat([]byte{
			0x14, 0x07, 0x01,
			0x07, 0x00, 0x11, 0x00, 0x1d, 0x00, 0x00, 0x00,
		}, variable(hlrOctets), variable(vlrOctets), []byte{0x04, 0x00}, data),
		want: Message{Type: LUDTS, HasCause: true, Cause: 7, HopCounter: 1, Called: hlr, Calling: vlr, Data: data},
	},
	{
		name: "parts in another order",
		in: octets.Cat([]byte{
			0x09, 0x00,
			0x16, // called at 24
			0x07, // calling at 10
			0x01, // data at 5
		}, variable(data), variable(vlrOctets), variable(hlrOctets)),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Calling: vlr, Data: data},
	},
	{
		name: "both pointers to one address",
		in: octets.Cat([]byte{
			0x09, 0x00,
			0x03, // called at 5
			0x02, // calling at 5
			0x0d, // data at 17
		}, variable(hlrOctets), variable(data)),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Calling: hlr, Data: data},
	},
	{
		name: "calling address with nothing but its indicator, octets behind the end",
		in:   octets.Cat([]byte{0x09, 0x00, 0x03, 0x0e, 0x0f}, variable(hlrOctets), []byte{0x01, 0x00}, variable(data), []byte{0, 0}),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Calling: Address{Present: true}, Data: data},
	},
	{
		name: "calling address of no octets",
		in:   octets.Cat([]byte{0x09, 0x00, 0x03, 0x0e, 0x0e}, variable(hlrOctets), []byte{0x00}, variable(data)),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Data: data},
	},
	{
		name: "pointer to the called address is zero",
		in:   octets.Cat([]byte{0x09, 0x00, 0x00, 0x02, 0x0f}, variable(vlrOctets), variable(data)),
		want: Message{Type: UDT, HasClass: true, Calling: vlr, Data: data},
		err:  ErrAddress,
	},
	{
		name: "calling address leads out of the message",
		in:   octets.Cat([]byte{0x09, 0x00, 0x03, 0xf0, 0x0d}, variable(hlrOctets), variable(data)),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Data: data},
		err:  ErrAddress,
	},
	{
		name: "calling address goes on behind the message",
		in:   octets.Cat([]byte{0x09, 0x00, 0x08, 0x13, 0x01}, variable(data), variable(hlrOctets), []byte{0x14}, vlrOctets),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Calling: vlr, Data: data},
		err:  ErrAddress,
	},
	{
		name: "optional part cut off",
		in:   octets.Cat([]byte{0x11, 0x00, 0x0c, 0x04, 0x0f, 0x1c, 0x20}, variable(hlrOctets), variable(vlrOctets), variable(data), []byte{0x12, 0x01, 0x03, 0x10, 0x04, 0x80}),
		want: Message{Type: XUDT, HasClass: true, HopCounter: 12, Called: hlr, Calling: vlr, Data: data, HasImportance: true, Importance: 3},
		err:  ErrOptional,
	},
	{
		name: "segmentation too short",
		in:   octets.Cat([]byte{0x11, 0x00, 0x0c, 0x04, 0x0f, 0x1c, 0x20}, variable(hlrOctets), variable(vlrOctets), variable(data), []byte{0x10, 0x01, 0x80, 0x00}),
		want: Message{Type: XUDT, HasClass: true, HopCounter: 12, Called: hlr, Calling: vlr, Data: data},
		err:  ErrOptional,
	},
	{
		name: "data cut off",
		in:   udt[:len(udt)-2],
		want: Message{Type: UDT, HasClass: true, Class: 1, ReturnOnError: true, Called: hlr, Calling: vlr, Data: data[:2]},
		err:  ErrTruncated,
	},
	{
		name: "long data cut off",
		in:   ludt[:100],
		want: Message{Type: LUDT, HasClass: true, Class: 1, HopCounter: 15, Called: hlr, Calling: vlr, Data: make([]byte, 61)},
		err:  ErrTruncated,
	},
	{
		name: "pointer to the data leads out of the message",
		in:   udt[:31],
		want: Message{Type: UDT, HasClass: true, Class: 1, ReturnOnError: true, Called: hlr, Calling: vlr},
		err:  ErrPointer,
	},
	{
		name: "pointer to the data is zero",
		in:   octets.Cat([]byte{0x09, 0x00, 0x03, 0x0e, 0x00}, variable(hlrOctets), variable(vlrOctets)),
		want: Message{Type: UDT, HasClass: true, Called: hlr, Calling: vlr},
		err:  ErrPointer,
	},
	{name: "nothing", err: ErrTruncated},
	{name: "type only", in: []byte{0x09}, want: Message{Type: UDT}, err: ErrTruncated},
	{name: "pointers cut off", in: []byte{0x11, 0x81, 0x0c, 0x04}, want: Message{Type: XUDT, HasClass: true, Class: 1, ReturnOnError: true, HopCounter: 12}, err: ErrTruncated},
	{name: "cause only", in: []byte{0x14, 0x03}, want: Message{Type: LUDTS, HasCause: true, Cause: 3}, err: ErrTruncated},
	{name: "unknown type", in: []byte{0xde, 0xad, 0xbe, 0xef}, want: Message{Type: 0xde}, err: ErrType},
	{name: "type 0", in: make([]byte, 16), err: ErrType},
}

func TestDecode(t *testing.T) {
	for _, tt := range decodeTests {
		t.Run(tt.name, func(t *testing.T) {
			m := Message{Type: LUDTS, HopCounter: 9, Data: []byte("left over"), Called: hlr, HasSegmentation: true, SegRemaining: 9}
			if err := m.Decode(tt.in); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if !reflect.DeepEqual(m, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", m, tt.want)
			}
			if cap(m.Data) != len(m.Data) {
				t.Error("Data reaches beyond the user data")
			}
			if n := testing.AllocsPerRun(10, func() { _ = m.Decode(tt.in) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			mutate.Each(t, tt.in, use)
		})
	}
}

// use decodes b and calls everything that can be called on the result.
func use(b []byte) {
	var m Message
	_ = m.Decode(b)
	var buf [256]byte
	_ = m.Called.AppendTo(buf[:0])
	_ = m.Calling.AppendTo(buf[:0])
	_ = m.Type.Service()
	var a Address
	_ = a.DecodeAddress(b)
	var g Management
	for v := range telecom.NumVariants {
		_ = m.DecodeVariant(b, v)
		_ = a.DecodeVariant(b, v)
		_ = g.Decode(b, v)
		_ = Fits(b, v, 1, 2)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
		want Address
		text string
		err  error
	}{
		{name: "empty"},
		{name: "HLR", in: hlrOctets, want: hlr, text: "99991001001 np 1 nai 4 tt 0 ssn 6"},
		{name: "VLR", in: vlrOctets, want: vlr, text: "999920020012 np 1 nai 4 tt 0 ssn! 7 pc 4-106-3"},
		{
			name: "point code and subsystem, spare bits of the point code set",
			in:   []byte{0x43, 0x01, 0xc8, 0x08},
			want: Address{Present: true, Indicator: 0x43, HasPC: true, HasSSN: true, RouteOnSSN: true, PC: 0x0801, SSN: telecom.SSNMSC},
			text: "ssn! 8 pc 1-000-1",
		},
		{
			name: "GTI 1, odd",
			in:   []byte{0x04, 0x84, 0x99, 0x01}, // odd, NAI 4
			want: Address{Present: true, Indicator: 0x04, GTI: 1, NAI: 4, GT: telecom.MustDigits("991")},
			text: "991 nai 4",
		},
		{
			name: "GTI 2",
			in:   []byte{0x0a, 0x08, 0x0b, 0x99, 0x01}, // SSN 8, TT 11
			want: Address{Present: true, Indicator: 0x0a, HasSSN: true, SSN: 8, GTI: 2, TT: 11, GT: telecom.MustDigits("9910")},
			text: "9910 tt 11 ssn 8",
		},
		{
			name: "GTI 3, E.214, even",
			in:   []byte{0x0e, 0x06, 0x00, 0x72, 0x99, 0x21},
			want: Address{Present: true, Indicator: 0x0e, HasSSN: true, SSN: 6, GTI: 3, NP: 7, ES: 2, GT: telecom.MustDigits("9912")},
			text: "9912 np 7 tt 0 ssn 6",
		},
		{
			name: "odd number with filler 1111",
			in:   []byte{0x10, 0x00, 0x11, 0x04, 0x99, 0xf1},
			want: Address{Present: true, Indicator: 0x10, GTI: 4, NP: 1, ES: 1, NAI: 4, GT: telecom.MustDigits("991")},
			text: "991 np 1 nai 4 tt 0",
		},
		{
			name: "spare bit of the nature of address set, national indicator",
			in:   []byte{0x90, 0x00, 0x12, 0x84, 0x21},
			want: Address{Present: true, Indicator: 0x90, GTI: 4, NP: 1, ES: 2, NAI: 4, GT: telecom.MustDigits("12")},
			text: "12 np 1 nai 4 tt 0",
		},
		{
			name: "global title without digits",
			in:   []byte{0x10, 0x00, 0x11, 0x04},
			want: Address{Present: true, Indicator: 0x10, GTI: 4, NP: 1, ES: 1, NAI: 4},
			text: " np 1 nai 4 tt 0"[1:],
		},
		{name: "point code cut off", in: []byte{0x43, 0x01}, want: Address{Present: true, Indicator: 0x43, RouteOnSSN: true}, err: ErrAddress},
		{name: "subsystem missing", in: []byte{0x42}, want: Address{Present: true, Indicator: 0x42, RouteOnSSN: true}, err: ErrAddress},
		{
			name: "global title cut off",
			in:   []byte{0x12, 0x06, 0x00, 0x11},
			want: Address{Present: true, Indicator: 0x12, HasSSN: true, SSN: 6, GTI: 4}, text: "np 0 nai 0 tt 0 ssn 6", err: ErrAddress,
		},
		{
			name: "global title of reserved form",
			in:   []byte{0x16, 0x06, 0x00, 0x11, 0x04},
			want: Address{Present: true, Indicator: 0x16, HasSSN: true, SSN: 6, GTI: 5}, text: "ssn 6", err: ErrAddress,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := vlr
			if err := a.DecodeAddress(tt.in); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if a != tt.want {
				t.Errorf("\n got %+v\nwant %+v", a, tt.want)
			}
			if s := a.String(); s != tt.text {
				t.Errorf("%q, want %q", s, tt.text)
			}
		})
	}
}

// Numbers beyond the longest that Digits holds are cut, not mangled.
func TestAddressOverflow(t *testing.T) {
	in := append([]byte{0x10, 0x00, 0x11, 0x04}, make([]byte, 40)...)
	var a Address
	if err := a.DecodeAddress(in); err != nil || a.GT.Len() != telecom.MaxDigits || !a.GT.Overflow() {
		t.Errorf("%v: %d digits", err, a.GT.Len())
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		UDT.String():               "UDT",
		LUDTS.String():             "LUDTS",
		IT.String():                "IT",
		MessageType(0).String():    "type 0",
		MessageType(0xde).String(): "type 222",
		ReturnCause(1).String():    "no translation for this specific address",
		ReturnCause(14).String():   "segmentation failure",
		ReturnCause(15).String():   "cause 15",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for i := range 256 {
		_ = ReturnCause(i).String()
		if mt := MessageType(i); mt.Service() && mt.ConnectionOriented() {
			t.Errorf("%v is both", mt)
		}
	}
}
