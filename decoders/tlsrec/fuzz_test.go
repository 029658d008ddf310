package tlsrec

import (
	"bytes"
	"testing"
)

func FuzzDecodeHello(f *testing.F) {
	for _, b := range golden {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		if n := touch(b); n > len(b) {
			t.Fatalf("%d octets out of %d", n, len(b))
		}
		if !bytes.Equal(b, before) {
			t.Fatal("the input was written to")
		}
	})
}
