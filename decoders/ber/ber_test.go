package ber

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// nested is n elements of indefinite length, each the contents of the one before.
func nested(n int) []byte {
	in := bytes.Repeat([]byte{0x30, 0x80}, n)
	return append(in, bytes.Repeat([]byte{0, 0}, n)...)
}

var nextTests = []struct {
	name string
	in   []byte
	want []TLV
	err  error
}{
	{name: "nothing"},
	{
		name: "short lengths",
		in: []byte{
			0x30, 0x03, 0x02, 0x01, 0x05, // SEQUENCE of INTEGER 5
			0x05, 0x00, // NULL
		},
		want: []TLV{
			{Tag: Sequence, Value: []byte{2, 1, 5}, Raw: []byte{0x30, 3, 2, 1, 5}},
			{Tag: Null, Value: []byte{}, Raw: []byte{5, 0}},
		},
	},
	{
		name: "long lengths, minimal or not",
		in: []byte{
			0x80, 0x81, 0x01, 0xaa,
			0x81, 0x82, 0x00, 0x01, 0xbb,
			0x82, 0x83, 0x00, 0x00, 0x01, 0xcc,
			0x83, 0x84, 0x00, 0x00, 0x00, 0x01, 0xdd,
		},
		want: []TLV{
			{Tag: 0x80, Value: []byte{0xaa}, Raw: []byte{0x80, 0x81, 1, 0xaa}},
			{Tag: 0x81, Value: []byte{0xbb}, Raw: []byte{0x81, 0x82, 0, 1, 0xbb}},
			{Tag: 0x82, Value: []byte{0xcc}, Raw: []byte{0x82, 0x83, 0, 0, 1, 0xcc}},
			{Tag: 0x83, Value: []byte{0xdd}, Raw: []byte{0x83, 0x84, 0, 0, 0, 1, 0xdd}},
		},
	},
	{
		name: "tags of two, three and four octets",
		in: []byte{
			0x9f, 0x32, 0x01, 0x01, // [50]
			0xbf, 0x81, 0x00, 0x00, // [128] constructed
			0x5f, 0x81, 0x80, 0x00, 0x00, // [APPLICATION 16384]
		},
		want: []TLV{
			{Tag: 0x9f32, Value: []byte{1}, Raw: []byte{0x9f, 0x32, 1, 1}},
			{Tag: 0xbf8100, Value: []byte{}, Raw: []byte{0xbf, 0x81, 0, 0}},
			{Tag: 0x5f818000, Value: []byte{}, Raw: []byte{0x5f, 0x81, 0x80, 0, 0}},
		},
	},
	{
		name: "tags with needless octets",
		in: []byte{
			0xbf, 0x01, 0x00, // [1] in the high form
			0x9f, 0x80, 0x80, 0x32, 0x00, // [50] with leading zeros
			0x9f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00, // a number of 35 bits
		},
		want: []TLV{
			{Tag: 0xa1, Value: []byte{}, Raw: []byte{0xbf, 1, 0}},
			{Tag: 0x9f32, Value: []byte{}, Raw: []byte{0x9f, 0x80, 0x80, 0x32, 0}},
			{Tag: 0x9fffff7f, Value: []byte{}, Raw: []byte{0x9f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0}},
		},
	},
	{
		name: "indefinite length around definite and indefinite ones",
		in: []byte{
			0x6c, 0x80,
			/**/ 0xa1, 0x80,
			/*  */ 0x02, 0x01, 0x00,
			/*  */ 0x04, 0x02, 0x00, 0x00, // contents that look like an end
			/**/ 0x00, 0x00,
			0x00, 0x00,
			0x05, 0x00,
		},
		want: []TLV{
			{
				Tag: 0x6c, Indefinite: true,
				Value: []byte{0xa1, 0x80, 2, 1, 0, 4, 2, 0, 0, 0, 0},
				Raw:   []byte{0x6c, 0x80, 0xa1, 0x80, 2, 1, 0, 4, 2, 0, 0, 0, 0, 0, 0},
			},
			{Tag: Null, Value: []byte{}, Raw: []byte{5, 0}},
		},
	},
	{
		name: "end of contents where none is due",
		in:   []byte{0x00, 0x00, 0x05, 0x00},
		want: []TLV{
			{Tag: EndOfContents, Value: []byte{}, Raw: []byte{0, 0}},
			{Tag: Null, Value: []byte{}, Raw: []byte{5, 0}},
		},
	},
	{
		name: "contents cut off",
		in:   []byte{0x05, 0x00, 0x04, 0x05, 0x01, 0x02},
		want: []TLV{
			{Tag: Null, Value: []byte{}, Raw: []byte{5, 0}},
			{Tag: OctetString, Value: []byte{1, 2}, Raw: []byte{4, 5, 1, 2}, Truncated: true},
		},
		err: ErrTruncated,
	},
	{
		name: "length of 4 GiB",
		in:   []byte{0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01},
		want: []TLV{{Tag: OctetString, Value: []byte{1}, Raw: []byte{4, 0x84, 0xff, 0xff, 0xff, 0xff, 1}, Truncated: true}},
		err:  ErrTruncated,
	},
	{name: "identifier cut off", in: []byte{0x9f, 0x81}, err: ErrTruncated},
	{name: "length missing", in: []byte{0x30}, err: ErrTruncated},
	{name: "length cut off", in: []byte{0x30, 0x82, 0x01}, err: ErrTruncated},
	{name: "length of five octets", in: []byte{0x30, 0x85, 0, 0, 0, 0, 0}, err: ErrLength},
	{name: "reserved length", in: []byte{0x30, 0xff, 0}, err: ErrLength},
	{name: "indefinite length of a primitive", in: []byte{0x04, 0x80, 0, 0}, err: ErrLength},
	{name: "endless tag", in: []byte{0x9f, 0x81, 0x81, 0x81, 0x81, 0x81, 0x01, 0x00}, err: ErrTag},
	{
		name: "end missing",
		in:   []byte{0x30, 0x80, 0x02, 0x01, 0x07},
		want: []TLV{{Tag: Sequence, Value: []byte{2, 1, 7}, Raw: []byte{0x30, 0x80, 2, 1, 7}, Indefinite: true, Truncated: true}},
		err:  ErrTruncated,
	},
	{
		name: "half an end",
		in:   []byte{0x30, 0x80, 0x05, 0x00, 0x00},
		want: []TLV{{Tag: Sequence, Value: []byte{5, 0, 0}, Raw: []byte{0x30, 0x80, 5, 0, 0}, Indefinite: true, Truncated: true}},
		err:  ErrTruncated,
	},
	{
		name: "bad length inside an indefinite one",
		in:   []byte{0x30, 0x80, 0x02, 0x01, 0x07, 0x04, 0xff, 0x00, 0x00},
		want: []TLV{{Tag: Sequence, Value: []byte{2, 1, 7, 4, 0xff, 0, 0}, Raw: []byte{0x30, 0x80, 2, 1, 7, 4, 0xff, 0, 0}, Indefinite: true, Truncated: true}},
		err:  ErrLength,
	},
	{
		name: "nested to the limit",
		in:   nested(MaxDepth),
		want: []TLV{{Tag: Sequence, Value: nested(MaxDepth)[2 : 4*MaxDepth-2], Raw: nested(MaxDepth), Indefinite: true}},
	},
	{
		name: "nested beyond the limit",
		in:   nested(MaxDepth + 1),
		want: []TLV{{Tag: Sequence, Value: nested(MaxDepth + 1)[2:], Raw: nested(MaxDepth + 1), Indefinite: true, Truncated: true}},
		err:  ErrDepth,
	},
}

func TestNext(t *testing.T) {
	for _, tt := range nextTests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(tt.in)
			var got TLV
			for i, want := range tt.want {
				if !r.Next(&got) {
					t.Fatalf("element %d is missing: %v", i, r.Err())
				}
				if got.Tag != want.Tag || got.Indefinite != want.Indefinite || got.Truncated != want.Truncated ||
					!bytes.Equal(got.Value, want.Value) || !bytes.Equal(got.Raw, want.Raw) {
					t.Errorf("element %d:\n got %+v\nwant %+v", i, got, want)
				}
				if cap(got.Value) != len(got.Value) || cap(got.Raw) != len(got.Raw) {
					t.Errorf("element %d: slices reach beyond the element", i)
				}
			}
			if r.Next(&got) {
				t.Errorf("one more element: %+v", got)
			}
			if !errors.Is(r.Err(), tt.err) {
				t.Errorf("error %v, want %v", r.Err(), tt.err)
			}
			if n := testing.AllocsPerRun(10, func() { walk(tt.in, 0) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			mutate.Each(t, tt.in, func(b []byte) { walk(b, 0) })
		})
	}
}

// walk reads everything there is, level by level as a decoder would.
func walk(b []byte, level int) (n int) {
	r := NewReader(b)
	var t TLV
	for r.Next(&t) {
		n++
		_ = t.Tag.Class() + uint8(t.Tag.Number())
		i, _ := Int(t.Value)
		n += int(i & 1)
		if t.Tag.Constructed() && level < 24 {
			n += walk(t.Value, level+1)
		}
	}
	_ = r.Err()
	_ = r.Rest()
	return n
}

// An attacker's worst: elements that never end, many of them and nested.
func TestWorkIsLinear(t *testing.T) {
	inputs := map[string][]byte{
		"opened and never closed": bytes.Repeat([]byte{0x30, 0x80}, 1<<20),
		"closed at once":          bytes.Repeat([]byte{0x30, 0x80, 0, 0}, 1<<19),
		"ends only":               make([]byte, 1<<21),
		"full depth repeated":     bytes.Repeat(nested(MaxDepth), 1<<21/(4*MaxDepth)),
	}
	for name, in := range inputs {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			walk(in, 0)
			// 2 MiB at MaxDepth looks an octet take well under 0.2 s.
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("%v for %d octets", d, len(in))
			}
		})
	}
}

func TestTag(t *testing.T) {
	for _, tt := range []struct {
		tag         Tag
		class       uint8
		constructed bool
		number      uint32
		primitive   Tag
	}{
		{0x30, Universal, true, 16, 0x10},
		{0x02, Universal, false, 2, 0x02},
		{0x62, Application, true, 2, 0x42},
		{0xa1, Context, true, 1, 0x81},
		{0xe1, Private, true, 1, 0xc1},
		{0xbf32, Context, true, 50, 0x9f32},
		{0xbf8100, Context, true, 128, 0x9f8100},
		{0x7f818001, Application, true, 16385, 0x5f818001},
	} {
		if tt.tag.Class() != tt.class || tt.tag.Constructed() != tt.constructed || tt.tag.Number() != tt.number || tt.tag.Primitive() != tt.primitive {
			t.Errorf("%x: class %d, constructed %v, number %d, primitive %x", uint32(tt.tag), tt.tag.Class(), tt.tag.Constructed(), tt.tag.Number(), uint32(tt.tag.Primitive()))
		}
	}
}

func TestInt(t *testing.T) {
	for _, tt := range []struct {
		in   []byte
		want int32
		ok   bool
	}{
		{nil, 0, false},
		{[]byte{0x00}, 0, true},
		{[]byte{0x7f}, 127, true},
		{[]byte{0x80}, -128, true},
		{[]byte{0x00, 0x80}, 128, true},
		{[]byte{0xfd, 0x66}, -666, true},
		{[]byte{0x7f, 0xff, 0xff, 0xff}, math.MaxInt32, true},
		{[]byte{0x80, 0, 0, 0}, math.MinInt32, true},
		{[]byte{0, 0x7f, 0xff, 0xff, 0xff}, math.MaxInt32, true},
		{[]byte{0xff, 0x80, 0, 0, 0}, math.MinInt32, true},
		{[]byte{0, 0x80, 0, 0, 0}, math.MaxInt32, false},
		{[]byte{0xff, 0x7f, 0xff, 0xff, 0xff}, math.MinInt32, false},
		{[]byte{1, 0, 0, 0, 0, 0, 0, 0, 0}, math.MaxInt32, false},
		{[]byte{0, 0, 0, 0, 0, 0, 0, 0, 5}, 5, true},
		{octets.Cat(bytes.Repeat([]byte{0xff}, 9), []byte{0xfe}), -2, true},
	} {
		if n, ok := Int(tt.in); n != tt.want || ok != tt.ok {
			t.Errorf("Int(% x) = %d, %v, want %d, %v", tt.in, n, ok, tt.want, tt.ok)
		}
	}
}
