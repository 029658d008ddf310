package sctp

import (
	"bytes"
	"testing"
)

func FuzzDecodePacket(f *testing.F) {
	for _, b := range packets {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		walk(b)
		if !bytes.Equal(b, before) {
			t.Fatal("the input was written to")
		}
		var p Packet
		if p.Decode(b) != nil {
			return
		}
		// The values of the chunks and their headers never exceed the packet.
		n := 0
		w := p.Chunks()
		for c := (Chunk{}); w.Next(&c); {
			n += chunkHeaderLen + len(c.Value)
		}
		if n > len(p.Payload) {
			t.Fatalf("%d octets of chunks in %d", n, len(p.Payload))
		}
		if len(b) < 4096 && Checksum(b) != slowChecksum(b) {
			t.Fatal("checksum")
		}
	})
}
