package tcap

import "testing"

func BenchmarkBegin(b *testing.B)      { benchmark(b, begin) }
func BenchmarkEnd(b *testing.B)        { benchmark(b, end) }
func BenchmarkIndefinite(b *testing.B) { benchmark(b, indefinite) }
func BenchmarkTruncated(b *testing.B)  { benchmark(b, begin[:60]) }

// benchmark decodes a message and walks its components.
func benchmark(b *testing.B, in []byte) {
	var m Message
	var c Component
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		_ = m.Decode(in)
		it := m.Components()
		for it.Next(&c) {
		}
	}
}
