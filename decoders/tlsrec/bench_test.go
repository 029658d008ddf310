package tlsrec

import "testing"

func BenchmarkKind(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Kind(clientRecord) != TLS {
			b.Fatal()
		}
	}
}

func BenchmarkHelloDecode(b *testing.B) {
	var (
		r Record
		h Hello
	)
	b.ReportAllocs()
	for b.Loop() {
		if r.Decode(clientRecord) != nil || h.Decode(&r) != nil {
			b.Fatal()
		}
	}
}
