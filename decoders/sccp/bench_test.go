package sccp

import (
	"testing"

	"sigtransit/decoders/internal/octets"
)

// The usual message: a global title of form 4 and a subsystem number on both ends.
func BenchmarkDecodeUDT(b *testing.B) {
	benchmark(b, octets.Cat([]byte{0x09, 0x00, 0x03, 0x0e, 0x19}, variable(hlrOctets), variable(hlrOctets), variable(data)))
}

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
