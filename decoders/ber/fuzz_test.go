package ber

import "testing"

// FuzzDecode checks that elements tile the input: each begins where the last one
// ended, so nothing is read twice or left out.
func FuzzDecode(f *testing.F) {
	for _, tt := range nextTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(b)
		var e TLV
		off := 0
		for r.Next(&e) {
			if len(e.Raw) == 0 || len(e.Value) > len(e.Raw) || &e.Raw[0] != &b[off] {
				t.Fatalf("element at %d does not follow the one before: %+v", off, e)
			}
			off += len(e.Raw)
			if off != r.Offset() {
				t.Fatalf("offset %d after %d octets", r.Offset(), off)
			}
		}
		if r.Err() == nil && off != len(b) {
			t.Fatalf("clean end at %d of %d", off, len(b))
		}
		walk(b, 0)
	})
}
