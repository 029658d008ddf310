package sccp

import (
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
	"sigtransit/decoders/telecom"
)

var (
	ansiHLR = []byte{
		0x8b,             // national, route on GT, GTI 2, PC and SSN
		0x06,             // SSN 6
		0x03, 0x02, 0x01, // PC 1-2-3
		0x0e,                         // TT 14
		0x99, 0x99, 0x01, 0x10, 0x10, // 9999 1001 01
	}
	ansiVLR  = []byte{0xc3, 0x07, 0x06, 0x05, 0x04}       // national, route on SSN: SSN 7, PC 4-5-6
	chinaHLR = []byte{0x43, 0x03, 0x02, 0x01, 0x06}       // PC 1-2-3, SSN 6
	chinaVLR = []byte{0x12, 0x07, 0x00, 0x12, 0x04, 0x99} // SSN 7, TT 0, 99
	japanHLR = []byte{0x43, 0xff, 0xff, 0x06}             // PC of 16 bits, SSN 6
)

func TestVariantAddress(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    telecom.Variant
		in   []byte
		want Address
		err  error
	}{
		{
			name: "ANSI, GTI 2", v: telecom.ANSI, in: ansiHLR,
			want: Address{Present: true, Indicator: 0x8b, HasPC: true, HasSSN: true, GTI: 2, PC: 0x010203, SSN: 6, TT: 14, GT: telecom.MustDigits("9999100101")},
		},
		{
			name: "ANSI, GTI 1 is form 3 of Q.713", v: telecom.ANSI, in: []byte{0x85, 0x06, 0x0a, 0x11, 0x99, 0x01},
			want: Address{Present: true, Indicator: 0x85, HasSSN: true, GTI: 3, SSN: 6, TT: 10, NP: 1, ES: 1, GT: telecom.MustDigits("991")},
		},
		{
			name: "ANSI, point code and subsystem", v: telecom.ANSI, in: ansiVLR,
			want: Address{Present: true, Indicator: 0xc3, HasPC: true, HasSSN: true, RouteOnSSN: true, PC: 0x040506, SSN: 7},
		},
		{name: "ANSI, subsystem alone", v: telecom.ANSI, in: []byte{0xc1, 0x07}, want: Address{Present: true, Indicator: 0xc1, HasSSN: true, RouteOnSSN: true, SSN: 7}},
		{name: "ANSI, point code alone", v: telecom.ANSI, in: []byte{0xc2, 1, 2, 3}, want: Address{Present: true, Indicator: 0xc2, HasPC: true, RouteOnSSN: true, PC: 0x030201}},
		{name: "ANSI has no GTI 4", v: telecom.ANSI, in: hlrOctets, want: Address{Present: true, Indicator: 0x12, HasPC: true, GTI: 4, PC: 0x110006}, err: ErrAddress},
		{name: "ANSI, cut", v: telecom.ANSI, in: []byte{0xc3, 0x07, 0x06, 0x05}, want: Address{Present: true, Indicator: 0xc3, HasSSN: true, RouteOnSSN: true, SSN: 7}, err: ErrAddress},
		{name: "ANSI, no subsystem", v: telecom.ANSI, in: []byte{0xc3}, want: Address{Present: true, Indicator: 0xc3, RouteOnSSN: true}, err: ErrAddress},
		{name: "China", v: telecom.China, in: chinaHLR, want: Address{Present: true, Indicator: 0x43, HasPC: true, HasSSN: true, RouteOnSSN: true, PC: 0x010203, SSN: 6}},
		{
			name: "China, GTI 4", v: telecom.China, in: chinaVLR,
			want: Address{Present: true, Indicator: 0x12, HasSSN: true, GTI: 4, SSN: 7, NP: 1, ES: 2, NAI: 4, GT: telecom.MustDigits("99")},
		},
		{name: "Japan", v: telecom.Japan, in: japanHLR, want: Address{Present: true, Indicator: 0x43, HasPC: true, HasSSN: true, RouteOnSSN: true, PC: 0xffff, SSN: 6}},
		{name: "ITU", v: telecom.ITU, in: hlrOctets, want: hlr},
		{name: "nothing", v: telecom.ANSI},
	} {
		a := vlr
		if err := a.DecodeVariant(tt.in, tt.v); err != tt.err || a != tt.want {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tt.name, err, a, tt.want)
		}
		if n := testing.AllocsPerRun(10, func() { _ = a.DecodeVariant(tt.in, tt.v) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
		mutate.Each(t, tt.in, use)
	}
}

// unit is a UDT between two addresses.
func unit(called, calling []byte) []byte {
	return octets.Cat([]byte{0x09, 0x00, 0x03, byte(3 + len(called)), byte(3 + len(called) + len(calling))}, variable(called), variable(calling), variable(data))
}

func TestFits(t *testing.T) {
	const opc, dpc = 0x040506, 0x010203
	for _, tt := range []struct {
		name string
		in   []byte
		best telecom.Variant
		fits []telecom.Variant // all that do
	}{
		{"ITU", unit(hlrOctets, []byte{0x42, 0x07}), telecom.ITU, []telecom.Variant{telecom.ITU, telecom.China, telecom.Japan}},
		{"ANSI", unit(ansiHLR, ansiVLR), telecom.ANSI, []telecom.Variant{telecom.ANSI, telecom.China}},
		{"ANSI or China by length: the code of the label decides", unit(ansiVLR, ansiVLR), telecom.ANSI, []telecom.Variant{telecom.ANSI, telecom.China}},
		{"China", unit(chinaHLR, chinaVLR), telecom.China, []telecom.Variant{telecom.China}},
		{"Japan", unit(japanHLR, japanHLR), telecom.Japan, []telecom.Variant{telecom.Japan}},
		{"a digit that is none", unit([]byte{0x12, 0x06, 0x00, 0x12, 0x04, 0xa9}, chinaVLR), telecom.NumVariants, nil},
		{"octets behind an address", unit([]byte{0x42, 0x06, 0x00}, chinaVLR), telecom.NumVariants, nil},
		{"no called address", unit(nil, chinaVLR), telecom.NumVariants, nil},
		{"no type", []byte{0x83, 0x00}, telecom.NumVariants, nil},
		{"XUDT", xudt, telecom.ITU, []telecom.Variant{telecom.ITU, telecom.China, telecom.Japan}},
		{"LUDT", ludt, telecom.ITU, []telecom.Variant{telecom.ITU, telecom.China, telecom.Japan}},
		{"CR", connectionTests[0].in, telecom.ITU, []telecom.Variant{telecom.ITU, telecom.China, telecom.Japan}},
		{"RLC says nothing", connectionTests[4].in[:7], telecom.NumVariants, nil},
	} {
		best, score := telecom.NumVariants, 0
		var fits []telecom.Variant
		for v := range telecom.NumVariants {
			if n := Fits(tt.in, v, opc, dpc); n > 0 {
				fits = append(fits, v)
				if n > score {
					best, score = v, n
				}
			}
		}
		same := len(fits) == len(tt.fits)
		for i := 0; same && i < len(fits); i++ {
			same = fits[i] == tt.fits[i]
		}
		if best != tt.best || !same {
			t.Errorf("%s: fits %v, best %v; want %v, best %v", tt.name, fits, best, tt.fits, tt.best)
		}
		if n := testing.AllocsPerRun(10, func() { Fits(tt.in, telecom.ANSI, opc, dpc) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}
