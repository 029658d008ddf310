package ber

import "testing"

// BenchmarkNext walks a SEQUENCE of ten short elements: one operation is ten.
func BenchmarkNext(b *testing.B) {
	var in []byte
	for i := byte(0); i < 10; i++ {
		in = append(in, 0x80+i, 4, 1, 2, 3, 4)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := NewReader(in)
		var t TLV
		for r.Next(&t) {
			n += len(t.Value)
		}
	}
	if n == 0 {
		b.Fatal("nothing read")
	}
}

// BenchmarkNextIndefinite is the search for the end of eight nested elements.
func BenchmarkNextIndefinite(b *testing.B) {
	in := nested(8)
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(in)
		var t TLV
		for r.Next(&t) {
			r = t.Children()
		}
	}
}
