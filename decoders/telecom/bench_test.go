package telecom

import "testing"

var sinkDigits Digits

func BenchmarkDigitsFromTBCD(b *testing.B) {
	in := []byte{0x00, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0, 0x21, 0x43, 0x65, 0x87}
	for _, bb := range []struct {
		name string
		in   []byte
	}{{"6", in[:6:6]}, {"8", in[:8:8]}, {"12", in}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkDigits = DigitsFromTBCD(bb.in)
			}
		})
	}
}

func BenchmarkPLMNFromIMSI(b *testing.B) {
	imsi := MustDigits("001011234567890")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := PLMNFromIMSI(imsi); !ok {
			b.Fatal()
		}
	}
}

func BenchmarkHasPrefix(b *testing.B) {
	d, p := MustDigits("99912345678"), MustDigits("99912")
	b.ReportAllocs()
	for b.Loop() {
		if !d.HasPrefix(p) {
			b.Fatal()
		}
	}
}

func BenchmarkDigitsAppendTo(b *testing.B) {
	d := MustDigits("001011234567890")
	var buf [MaxDigits]byte
	b.ReportAllocs()
	for b.Loop() {
		d.AppendTo(buf[:0])
	}
}

func BenchmarkDigitsFromASCII(b *testing.B) {
	in := []byte("001011234567890")
	b.ReportAllocs()
	for b.Loop() {
		sinkDigits, _ = DigitsFromASCII(in)
	}
}
