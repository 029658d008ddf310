package sctp

import "testing"

func BenchmarkDecodeData(b *testing.B) {
	in := packet(data)
	var (
		p Packet
		c Chunk
		d Data
	)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if p.Decode(in) != nil {
			b.Fatal()
		}
		w := p.Chunks()
		for w.Next(&c) {
			if d.Decode(&c) != nil {
				b.Fatal()
			}
		}
	}
}

func BenchmarkDecodeBundle(b *testing.B) {
	in := packet(sack, data, data, data, data)
	var (
		p Packet
		c Chunk
		d Data
	)
	b.ReportAllocs()
	for b.Loop() {
		_ = p.Decode(in)
		w := p.Chunks()
		for w.Next(&c) {
			if c.Type == ChunkData && d.Decode(&c) != nil {
				b.Fatal()
			}
		}
	}
}

func BenchmarkDecodeSack(b *testing.B) {
	in := packet(sack)
	var (
		p Packet
		c Chunk
		s Sack
	)
	b.ReportAllocs()
	for b.Loop() {
		_ = p.Decode(in)
		w := p.Chunks()
		for w.Next(&c) {
			if s.Decode(&c) != nil {
				b.Fatal()
			}
		}
	}
}

func BenchmarkChecksum(b *testing.B) {
	for _, n := range []int{150, 1500, 9000} {
		in := make([]byte, n)
		b.Run(map[int]string{150: "150", 1500: "1500", 9000: "9000"}[n], func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				Checksum(in)
			}
		})
	}
}
