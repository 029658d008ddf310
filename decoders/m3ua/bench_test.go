package m3ua

import (
	"testing"

	"sigtransit/decoders/internal/octets"
)

func BenchmarkDecode(b *testing.B) {
	for _, bb := range []struct {
		name string
		in   []byte
	}{
		{"data", octets.Sigtran(ClassTransfer, TypeData, protocolData)},
		{"rc+data", smallMessage},
		{"na+rc+data+id", dataMessage},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var m Message
			b.ReportAllocs()
			for b.Loop() {
				if m.Decode(bb.in) != nil {
					b.Fatal()
				}
			}
		})
	}
}

func BenchmarkDecodeBad(b *testing.B) {
	in := dataMessage[:len(dataMessage)-14]
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if m.Decode(in) == nil {
			b.Fatal()
		}
	}
}

func BenchmarkLooksLike(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !LooksLike(dataMessage) {
			b.Fatal()
		}
	}
}
