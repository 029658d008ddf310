package sccp

import "testing"

func BenchmarkDecodeUDT(b *testing.B)       { benchmark(b, udt) }
func BenchmarkDecodeXUDT(b *testing.B)      { benchmark(b, xudt) }
func BenchmarkDecodeLUDT(b *testing.B)      { benchmark(b, ludt) }
func BenchmarkDecodeTruncated(b *testing.B) { benchmark(b, udt[:20]) }

func benchmark(b *testing.B, in []byte) {
	var m Message
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		_ = m.Decode(in)
	}
}
