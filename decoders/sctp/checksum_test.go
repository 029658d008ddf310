package sctp

import "testing"

// TestChecksumLengths holds both ways to compute a checksum to the definition, at
// every length up to where there is one way alone, and at every alignment.
func TestChecksumLengths(t *testing.T) {
	in := make([]byte, 1700)
	x := uint32(1)
	for i := range in {
		x = x*1664525 + 1013904223
		in[i] = byte(x >> 24)
	}
	for n := headerLen; n <= len(in)-8; n++ {
		b := in[n%8:][:n]
		want := slowChecksum(b)
		if got := Checksum(b); got != want {
			t.Fatalf("%d octets: got %#x, want %#x", n, got, want)
		}
		if got := checksumLibrary(b); got != want {
			t.Fatalf("%d octets, library: got %#x, want %#x", n, got, want)
		}
	}
}

func FuzzChecksum(f *testing.F) {
	f.Add(packet(data, sack))
	f.Add(make([]byte, headerLen+24*63))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerLen || len(b) > 4096 {
			return
		}
		want := slowChecksum(b)
		if got, library := Checksum(b), checksumLibrary(b); got != want || library != want {
			t.Fatalf("got %#x and %#x, want %#x", got, library, want)
		}
	})
}
