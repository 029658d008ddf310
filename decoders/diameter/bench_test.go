package diameter

import "testing"

func benchDecode(b *testing.B, msg []byte) {
	var m Message
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Decode(msg); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeULR(b *testing.B) { benchDecode(b, goldenULR()) }
func BenchmarkDecodeAIA(b *testing.B) { benchDecode(b, goldenAIA()) }
func BenchmarkDecodeDWR(b *testing.B) { benchDecode(b, goldenDWR()) }

func BenchmarkHeaderLooksValid(b *testing.B) {
	msg := goldenULR()
	for b.Loop() {
		if !HeaderLooksValid(msg) {
			b.Fatal("not valid")
		}
	}
}
